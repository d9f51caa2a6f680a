"""An order that waited for its money goes on once a later file says it is paid."""

from connectors.order_files import read_order_file
from data.warehouse.order_files.store import import_orders
from tests.order_files.read.one_row import one_row
from tests.support.orders import at


def test_a_later_file_with_the_day_of_payment_ends_the_wait(con, tmp_path):
    for minute, day in (10, ""), (11, "2026/11/25"):
        path = tmp_path / f"{minute}.csv"
        path.write_bytes(one_row("minne", 支払方法="銀行振込", 入金確認日=day))
        with read_order_file([path], "minne") as file:
            import_orders(
                con,
                file,
                import_id=f"i{minute}",
                shop_id="mihon",
                mode="update",
                imported_at=at(minute),
            )
        held = con.execute("SELECT is_under_review FROM orders").fetchall()

        assert held == [(day == "",)]
