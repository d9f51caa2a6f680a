"""An order that waited for its money, or its buyer, goes on once a file says so."""

import pytest

from connectors.order_files import read_order_file
from data.warehouse.order_files.store import import_orders
from tests.order_files.read.one_row import one_row
from tests.support.orders import at


def held_after(con, tmp_path, minute, mall, content):
    """Return whether the one order waits, once this file is imported."""
    path = tmp_path / f"{minute}.csv"
    path.write_bytes(content)
    with read_order_file([path], mall) as file:
        import_orders(
            con,
            file,
            import_id=f"i{minute}",
            shop_id="mihon",
            mode="update",
            imported_at=at(minute),
        )
    ((held,),) = con.execute("SELECT is_under_review FROM orders").fetchall()
    return held


def test_a_later_file_with_the_day_of_payment_ends_the_wait(con, tmp_path):
    for minute, day in (10, ""), (11, "2026/11/25"):
        file = one_row("minne", 支払方法="銀行振込", 入金確認日=day)

        assert held_after(con, tmp_path, minute, "minne", file) == (day == "")


def test_amazon_ends_the_wait_of_an_order_that_is_not_cancelled_after_all(
    con, tmp_path
):
    """A report without the column leaves it as it is."""
    asked = "is-buyer-requested-cancellation"
    reports = ({asked: "true"}, {}, {asked: "false"})

    seen = [
        held_after(
            con, tmp_path, minute, "amazon", one_row("amazon-unshipped", **cells)
        )
        for minute, cells in enumerate(reports, start=10)
    ]

    assert seen == [True, True, False]


@pytest.mark.parametrize("folder", ["amazon-unshipped", "amazon-orders"])
@pytest.mark.parametrize("paid", ["", "2026-11-24T20:30:04+00:00"])
def test_amazon_s_payment_ends_the_wait_of_a_pending_order(con, tmp_path, folder, paid):
    """The reports of orders to be sent have no status; the day of payment says it."""
    number = "250-0000001-0000001"
    pending = one_row(
        "amazon-all-orders", **{"amazon-order-id": number, "order-status": "Pending"}
    )
    later = one_row(folder, **{"order-id": number, "payments-date": paid})

    assert held_after(con, tmp_path, 10, "amazon", pending)
    assert held_after(con, tmp_path, 11, "amazon", later) == (paid == "")
