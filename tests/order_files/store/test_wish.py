"""A wished day that the buyer took back, told by a word and not by a blank cell."""

from datetime import date

import pytest

from tests.order_files.store.made import one
from tests.order_files.store.taken import files, taken

WISHED = {
    "colorme": ("配送希望日", "2026/12/05", "設定なし"),
    "yahoo": ("ShipRequestDate", "2026-12-05", "0000-00-00"),
    "futureshop": ("お届け希望日", "2026/12/05", "－"),
    "base": ("配送日", "2026/12/05", "指定なし"),
    "rakuten-158": ("お届け日指定", "2026-12-05", "指定なし"),
    "shopify": ("Note Attributes", "配送希望日: 2026-12-05", "配送希望日: 指定なし"),
}


def wished(con, tmp_path, folder, *told):
    """Return the day that the one order has after each of these cells, under 更新."""
    column = WISHED[folder][0]
    days = []
    for minute, cell in enumerate(told, start=10):
        taken(con, tmp_path, minute, files(folder, **{column: cell}))
        days.append(one(con, "SELECT delivery_on FROM orders"))
    return days


@pytest.mark.parametrize("folder", WISHED)
def test_a_word_for_no_wished_day_takes_the_known_one_away(con, tmp_path, folder):
    """更新 kept it, as of a blank cell, and the label named the day."""
    _, day, nothing = WISHED[folder]

    assert wished(con, tmp_path, folder, day, nothing) == [date(2026, 12, 5), None]


@pytest.mark.parametrize("cell", ["", "最短"])
def test_a_blank_or_unreadable_day_keeps_the_known_one(con, tmp_path, cell):
    day = date(2026, 12, 5)

    assert wished(con, tmp_path, "colorme", "2026/12/05", cell) == [day, day]


def test_a_word_for_no_wished_day_is_no_change_where_none_is_known(con, tmp_path):
    assert wished(con, tmp_path, "colorme", "", "設定なし") == [None, None]
    assert (
        one(con, "SELECT count(*) FROM orders WHERE content_source = 'csv_changed'")
        == 0
    )


def test_a_day_beside_the_word_is_the_order_s(con, tmp_path):
    """Each destination of カラーミー tells its own."""
    mall, (first,) = files("colorme", 配送希望日="設定なし")
    _, (other,) = files("colorme", 配送希望日="2026/12/06", 売上詳細ID="7099")
    both = first + other.partition(b"\r\n")[2]

    taken(con, tmp_path, 10, files("colorme", 配送希望日="2026/12/05"))
    taken(con, tmp_path, 11, (mall, [both]))

    assert one(con, "SELECT delivery_on FROM orders") == date(2026, 12, 6)


def test_staff_are_told_that_the_known_day_stays_where_a_new_one_cannot_be_read(
    con, tmp_path
):
    """They were told that a blank was stored, and the label named the known day."""
    wished(con, tmp_path, "colorme", "2026/12/05", "最短")

    told = one(con, "SELECT reason FROM csv_warnings WHERE column_name = '配送希望日'")
    assert told == (
        "日付として読み取れません。空欄として扱いました"
        "(更新では、登録済みの値が残ります)。"
    )
