"""An order that waited for its money, or its buyer, goes on once a file says so."""

import pytest

from tests.order_files.store.made import one
from tests.order_files.store.taken import files, taken


def held_after(con, tmp_path, minute, given, mode="update"):
    """Return whether the one order waits, once this file is imported."""
    taken(con, tmp_path, minute, given, mode)
    return one(con, "SELECT is_under_review FROM orders")


def test_a_later_file_with_the_day_of_payment_ends_the_wait(con, tmp_path):
    for minute, day in (10, ""), (11, "2026/11/25"):
        file = files("minne", 支払方法="銀行振込", 入金確認日=day)

        assert held_after(con, tmp_path, minute, file) == (day == "")


def test_amazon_ends_the_wait_of_an_order_that_is_not_cancelled_after_all(
    con, tmp_path
):
    """A report without the column leaves it as it is."""
    asked = "is-buyer-requested-cancellation"
    reports = ({asked: "true"}, {}, {asked: "false"})

    seen = [
        held_after(con, tmp_path, minute, files("amazon-unshipped", **cells))
        for minute, cells in enumerate(reports, start=10)
    ]

    assert seen == [True, True, False]


@pytest.mark.parametrize("folder", ["amazon-unshipped", "amazon-orders"])
@pytest.mark.parametrize("paid", ["", "2026-11-24T20:30:04+00:00"])
def test_amazon_s_payment_ends_the_wait_of_a_pending_order(con, tmp_path, folder, paid):
    """The reports of orders to be sent have no status; the day of payment says it."""
    number = "250-0000001-0000001"
    pending = files(
        "amazon-all-orders", **{"amazon-order-id": number, "order-status": "Pending"}
    )
    later = files(folder, **{"order-id": number, "payments-date": paid})

    assert held_after(con, tmp_path, 10, pending)
    assert held_after(con, tmp_path, 11, later) == (paid == "")


UNPAID = {
    "yahoo": {
        "PayMethodName": "銀行振込",
        "PayStatus": "0",
        "OrderStatus": "2",
        "ShipStatus": "",
    },
    "eccube4": {"支払方法(名称)": "銀行振込", "入金日": "", "対応状況(ID)": "1"},
    "futureshop": {
        "決済方法": "銀行振込",
        "入金確認日": "－",
        "処理状況区分": "通常処理",
    },
    "minne": {"支払方法": "銀行振込", "入金確認日": ""},
    "ponpare": {
        "決済方法": "銀行振込",
        "入金日": "",
        "受注ステータス": "新規受付",
    },
    "amazon-all-orders": {
        "order-status": "Unshipped",
        "is-buyer-requested-cancellation": "true",
    },
}


CARD = {"PayMethodName": "クレジットカード決済", "PayStatus": ""}


@pytest.mark.parametrize("mode", ["update", "replace"])
@pytest.mark.parametrize(
    ("folder", "lacks"),
    [
        ("yahoo", ("PayDate", "PayStatus", "ShipStatus")),
        ("yahoo", ("PayMethodName", "PayMethod")),
        ("eccube4", ("入金日",)),
        ("eccube4", ("支払方法(名称)",)),
        ("futureshop", ("入金確認日",)),
        ("minne", ("入金確認日",)),
        ("ponpare", ("入金日",)),
        ("amazon-all-orders", ("is-buyer-requested-cancellation",)),
    ],
)
def test_a_file_that_cannot_tell_of_the_payment_ends_no_wait(
    con, tmp_path, folder, lacks, mode
):
    """Its status goes on as before: it was taken for paid, and got its label."""
    cells = UNPAID[folder]
    less = {name: cell for name, cell in cells.items() if name not in lacks}

    first = held_after(con, tmp_path, 10, files(folder, **cells))
    later = held_after(con, tmp_path, 11, files(folder, lacks, **less), mode)

    assert (first, later) == (True, True)


def test_a_blank_way_to_pay_ends_no_wait(con, tmp_path):
    held = [
        held_after(con, tmp_path, minute, files("minne", 支払方法=way, 入金確認日=""))
        for minute, way in enumerate(("銀行振込", ""), start=10)
    ]

    assert held == [True, True]


@pytest.mark.parametrize(
    ("folder", "lacks", "before", "after"),
    [
        (
            "futureshop",
            "入金確認日",
            {"処理状況区分": "保留"},
            {"処理状況区分": "通常処理"},
        ),
        ("minne", "入金確認日", {"注文状況": "入金待ち"}, {"注文状況": "発送待ち"}),
        ("eccube4", "入金日", {"対応状況(ID)": "8"}, {"対応状況(ID)": "1"}),
        ("yahoo", "PayDate", {"OrderStatus": "3"} | CARD, {"OrderStatus": "2"} | CARD),
        (
            "amazon-all-orders",
            "is-buyer-requested-cancellation",
            {"order-status": "Pending"},
            {"order-status": "Unshipped"},
        ),
    ],
)
def test_a_wait_that_the_status_told_ends_with_it(
    con, tmp_path, folder, lacks, before, after
):
    """Also by files without the column of the payment, which never told of it."""
    held = [
        held_after(
            con, tmp_path, minute, files(folder, [lacks], **UNPAID[folder] | told)
        )
        for minute, told in enumerate((before, after), start=10)
    ]

    assert held == [True, False]


def test_eccube_s_status_ends_the_wait_without_the_day_of_payment(con, tmp_path):
    cells = UNPAID["eccube4"]
    paid = {"支払方法(名称)": "銀行振込", "対応状況(ID)": "6"}

    assert held_after(con, tmp_path, 10, files("eccube4", **cells))
    assert not held_after(con, tmp_path, 11, files("eccube4", ["入金日"], **paid))
