"""What a mall's own words say has become of an order (docs/order-files.md §1)."""

import csv
import io

import pytest

from tests.order_files.read.one_row import one_row
from tests.order_files.read.test_golden import FOLDERS, GOLDEN


def with_cells(folder, column, *words):
    """Return the golden file's first row once for each word, as orders of their own."""
    text = (GOLDEN / folder / "in.csv").read_bytes().decode("cp932")
    header, row, *_ = csv.reader(io.StringIO(text, newline=""))
    told = io.StringIO(newline="")
    rows = csv.writer(told)
    rows.writerow(header)
    for word in words:
        row[header.index(column)] = word
        rows.writerow(row)
    return told.getvalue().encode("cp932")


def said(read, folder, column, *words):
    """Return cancelled, outcome and is_under_review of each word alone."""
    found = []
    for word in words:
        rows = read(with_cells(folder, column, word), mall=FOLDERS[folder]).rows
        found += rows.select("cancelled", "outcome", "is_under_review").rows()
    return found


@pytest.mark.parametrize(
    ("folder", "column", "words"),
    [
        ("aupay", "orderStatus", ("キャンセル受付中", "発送前入金待ち", "審査NG")),
        ("minne", "注文状況", ("入金待ち", "キャンセル申請中")),
        ("aupay", "orderStatus", ("一部キャンセル", "部分キャンセル済")),
        ("base", "発送状況", ("入金待ち", "キャンセル依頼を却下")),
        ("eccube4", "対応状況(ID)", ("7", "8")),
    ],
)
def test_an_order_that_may_not_be_sent_yet_is_neither_over_nor_free(
    read, folder, column, words
):
    """An order whose buyer asked to cancel it was taken for cancelled, for good."""
    assert said(read, folder, column, *words) == [(False, "open", True)] * len(words)


@pytest.mark.parametrize(
    ("folder", "column", "words", "outcome"),
    [
        ("aupay", "orderStatus", ("発送後入金待ち",), "shipped"),
        ("aupay", "orderStatus", ("キャンセル", "キャンセル済み"), "cancelled"),
        ("aupay", "orderStatus", ("発送待ち", "新規受付", "審査OK"), "open"),
        ("base", "発送状況", ("配送中",), "shipped"),
    ],
)
def test_other_words_hold_nothing(read, folder, column, words, outcome):
    told = (outcome == "cancelled", outcome, False)

    assert said(read, folder, column, *words) == [told] * len(words)


@pytest.mark.parametrize(
    ("column", "word", "outcome"),
    [
        ("発送フラグ", "1", "shipped"),
        ("発送フラグ", "0", None),
        ("処理状況区分", "処理済", "shipped"),
        ("処理状況区分", "通常処理", "open"),
    ],
)
def test_futureshop_tells_by_flag_or_status_that_an_order_has_left(
    read, column, word, outcome
):
    seen = read(with_cells("futureshop", column, word), mall="futureshop")

    assert seen.column("outcome") == [outcome]


def test_a_flag_of_one_destination_does_not_send_the_others_at_futureshop(read):
    both = with_cells("futureshop", "発送フラグ", "1", "0")

    assert read(both, mall="futureshop").column("outcome") == [None, None]


@pytest.mark.parametrize(
    ("goods", "option", "outcome"),
    [("8000", "", None), ("8000", "3000", "shipped"), ("5000", "", "shipped")],
)
def test_destinations_that_a_file_of_futureshop_does_not_show_have_not_left(
    read, goods, option, outcome
):
    """The one line shown costs 5,000 yen; 発送フラグ is the destination's."""
    cells = {"発送フラグ": "1", "商品合計金額": goods, "オプション価格": option}

    seen = read(one_row("futureshop", **cells), mall="futureshop")

    assert seen.column("outcome") == [outcome]


@pytest.mark.parametrize(
    ("status", "outcome", "has_left"),
    [("fulfilled", "shipped", True), ("partial", "open", False), ("", "open", True)],
)
def test_an_order_of_shopify_s_with_a_part_still_here_has_not_left(
    read, status, outcome, has_left
):
    """It had a time of shipping, so nobody made a label for the rest."""
    cells = {"Fulfillment Status": status, "Financial Status": "paid"}
    cells |= {"Fulfilled at": "2026-11-25 10:00:00 +0900"}

    seen = read(one_row("shopify", **cells), mall="shopify")

    assert seen.column("outcome") == [outcome]
    assert seen.rows["shipped_at"].is_not_null().to_list() == [has_left]
