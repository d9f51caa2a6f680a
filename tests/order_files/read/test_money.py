"""Amounts that a mall writes in parts: what is none spoils no other order's."""

import polars as pl
import pytest

from connectors.order_files.conversion import loose
from connectors.order_files.money import (
    amount,
    over_order,
    percent,
    rest_of,
    whole_yen,
)
from connectors.order_files.numbering import BLOCK
from data.model.order_file import CellKind


@pytest.mark.parametrize("cell", ["4.01E+102", "-1e300", "inf", "-inf", "nan", "1e10"])
def test_what_is_no_amount_of_money_is_none(cell):
    rows = pl.DataFrame({"line_total": [cell, "¥1,980"], "postage_total": ["0", "400"]})

    assert rows.select(amount(rows, "line_total")).to_series().to_list() == [None, 1980]
    rest = rest_of(rows, "line_total", ["postage_total"])
    assert rows.select(rest).to_series().to_list() == [None, "1580"]


def test_a_sum_that_no_column_holds_is_none():
    rows = pl.DataFrame({"line_total": ["999999999"] * 3, BLOCK: [1, 1, 2]})
    many = over_order(amount(rows, "line_total") * 1e12, ["line_total"])
    few = over_order(amount(rows, "line_total"), ["line_total"])

    assert rows.select(whole_yen(many)).to_series().to_list() == [None] * 3
    assert rows.select(whole_yen(few)).to_series().to_list() == ["999999999"] * 3


@pytest.mark.parametrize(
    "written",
    [
        "2500",
        "\\2,500",
        "¥2,500",
        "￥２，５００",
        "2,500円",
        "２５００．００",
        "\u30002500 ",
    ],
)
def test_a_part_of_a_sum_is_read_in_every_form_of_a_cell(written):
    rows = pl.DataFrame({"goods_total": [written]})

    assert rows.select(amount(rows, "goods_total")).item() == 2500
    assert rows.select(loose(CellKind.YEN, "goods_total")).item() == 2500


def test_a_blank_part_is_0_and_an_unreadable_one_leaves_no_sum_to_guess():
    parts = {"order_total": ["2500"] * 4, "postage_total": [None, "－", "500", "千円"]}
    rows = pl.DataFrame(parts)
    rest = rest_of(rows, "order_total", ["postage_total"])

    assert rows.select(rest).to_series().to_list() == ["2500", "2500", "2000", None]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("10", 10),
        ("8%", 8),
        ("８％", 8),
        ("0.08", 8),
        ("0.07", 7),
        ("0", 0),
        ("x", None),
    ],
)
def test_a_rate_is_percent_in_every_form(written, read_as):
    rows = pl.DataFrame({"tax_rate": [written]})

    assert rows.select(percent(rows, "tax_rate")).item() == read_as
