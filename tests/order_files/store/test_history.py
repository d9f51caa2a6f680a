"""What was known of an order when, whatever told it: also what a CSV created."""

from datetime import timedelta

from data.warehouse.orders.store import store_orders
from tests.order_files.store.made import a_row, store
from tests.support.orders import an_order, at, order_number

SHIPPED = {"mall_status": "500", "outcome": "shipped"}
KNOWN_AT = """
SELECT order_number, arg_max(request_total, known_at) AS request_total
FROM order_history
WHERE known_at <= $at
GROUP BY order_number
ORDER BY order_number
"""


def known_at(con, minute: float) -> dict[str, int]:
    return dict(con.execute(KNOWN_AT, {"at": at(minute)}).fetchall())


def test_a_moment_shows_the_same_orders_whatever_came_later(con):
    """Three orders of a file; later one changes by a file, and one by RMS."""
    first = order_number(1)
    totals = {first: 1000, order_number(2): 2000, order_number(3): 3000}
    store(con, *(a_row(n, request_total=t) for n, t in totals.items()), minute=10)
    then = known_at(con, 15)
    store(con, a_row(order_number(2), request_total=2500), minute=20)
    later = an_order(1, 30, request_total=1500)
    store_orders(con, [later], source="api", stored_at=at(31), load_id="l")

    assert then == known_at(con, 15) == totals
    assert known_at(con, 25) == totals | {order_number(2): 2500}
    assert known_at(con, 40) == totals | {order_number(2): 2500, first: 1500}


def test_a_status_that_a_file_ends_is_logged_with_when(con):
    store(con, a_row(mall_status="300"), minute=10)
    store(con, a_row(mall_status="300", payment_method="銀行振込"), minute=11)
    store(con, a_row(**SHIPPED), minute=12)
    rows = con.execute("SELECT status, ended_at FROM order_status_log").fetchall()

    assert [(status, at_ - at(12)) for status, at_ in rows] == [
        ("受注処理中", timedelta(0))
    ]
