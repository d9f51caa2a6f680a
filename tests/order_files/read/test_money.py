"""Amounts that a mall writes in parts: what is none spoils no other order's."""

import polars as pl
import pytest

from connectors.order_files.money import amount, over_order, rest_of, whole_yen
from connectors.order_files.numbering import BLOCK


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
