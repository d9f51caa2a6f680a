"""Files with one property each that real ones have, and what must come of them.

The expected values are typed from the description of the property, not from a run.
"""

from pathlib import Path

from connectors.order_files import read_order_file
from data.model.stock import Adjustment
from data.warehouse.order_files.store import ImportReport, import_orders
from data.warehouse.stock.adjust import adjust_stock
from tests.support.effort import for_ci
from tests.support.orders import at

CASES = Path(__file__).parents[1] / "cases"
SHOPS = {"rakuten": "999777"}
EXCEL = ("excel-damage",)


def imported(con, name: str, minute: float = 10) -> ImportReport:
    """Import a case as the shop does, and see that the same again changes nothing.

    Its name begins with the mall's.
    """
    mall = name.split("-", 1)[0]
    with read_order_file([CASES / name], mall) as file:
        first, again = (
            import_orders(
                con,
                file,
                import_id=f"{name}-{when}",
                shop_id=SHOPS.get(mall, "demo"),
                mode="update",
                imported_at=at(when),
            )
            for when in (minute, minute + 0.5)
        )
    assert again.is_same_file
    assert again.warning_counts == first.warning_counts
    return first


def warned(con) -> list[tuple]:
    return con.execute(
        "SELECT DISTINCT row_number, column_name, kind FROM csv_warnings ORDER BY ALL"
    ).fetchall()


def rows(con, query: str) -> list[tuple]:
    return con.execute(query).fetchall()


def test_trailing_commas_that_excel_left_out(con):
    report = imported(con, "rakuten-excel-lost-trailing-commas.csv")

    assert (report.orders_created, report.lines_rejected) == (40, 0)
    assert warned(con) == [(17, None, "short-rows")]
    assert "25 行" in rows(con, "SELECT reason FROM csv_warnings")[0][0]
    assert rows(con, "SELECT DISTINCT sku, quantity, unit_price FROM order_lines") == [
        ("SARA-1", 1, 1000)
    ]


def test_item_codes_that_excel_made_dates(con):
    report = imported(con, "rakuten-excel-dates-in-sku.csv")

    assert report.orders_created == 1
    assert warned(con) == [
        (2, "SKU管理番号", *EXCEL),
        (2, "システム連携用SKU番号", *EXCEL),
        (2, "商品番号", *EXCEL),
    ]
    assert rows(
        con, "SELECT sku, variant_id, item_number, manage_number FROM order_lines"
    ) == [("", None, None, "sara1")]


def test_order_names_that_a_shopify_shop_chose(con):
    assert imported(con, "shopify-own-name-format.csv").orders_created == 3
    assert rows(con, "SELECT order_number FROM orders ORDER BY ALL") == [
        ("#EN1007-A",),
        ("SHOP/1005",),
        ("見本1006",),
    ]


def test_a_sku_that_is_damaged_at_the_mall(con):
    report = imported(con, "amazon-sku-damaged-at-the-mall.txt")

    assert (report.orders_created, report.lines_rejected) == (2, 0)
    assert warned(con) == [(2, "sku", *EXCEL)]
    assert rows(
        con, "SELECT order_number, sku FROM order_lines ORDER BY order_number"
    ) == [("249-0000005-0000005", ""), ("249-0000006-0000006", "SARA-1")]


def test_a_dash_for_no_date(con):
    assert imported(con, "futureshop-dash-for-no-date.csv").orders_created == 1
    assert rows(con, "SELECT paid_at FROM orders") == [(None,)]
    assert warned(con) == []


def test_a_wished_date_that_is_no_date(con):
    assert imported(con, "rakuten-wish-date-unreadable.csv").orders_created == 2
    assert rows(con, "SELECT count(*) FROM orders WHERE delivery_on IS NULL") == [(2,)]
    assert [(column, kind) for _, column, kind in warned(con)] == [
        ("お届け日指定", "unreadable")
    ]


def test_an_undefined_byte_in_one_address(con):
    assert imported(con, "rakuten-undefined-byte.csv").orders_created == 2
    ((row, column, kind),) = warned(con)
    ((number,),) = rows(con, "SELECT DISTINCT order_number FROM csv_warnings")

    assert (row, kind) == (2, "unusable-character")
    assert column in {"注文者住所それ以降の住所", "送付先住所それ以降の住所"}
    role = "orderer" if column.startswith("注文者") else "recipient"
    assert rows(
        con, "SELECT order_number, role FROM order_people WHERE street IS NULL"
    ) == [(number, role)]
    assert rows(con, "SELECT count(*) FROM order_people WHERE city IS NULL") == [(0,)]


LINES = "SELECT line_id, sku, quantity FROM order_lines ORDER BY ALL"


def test_a_refunded_order_of_several_lines(con):
    report = imported(con, "shopify-refunded-multi-line.csv")

    assert report.orders_created == 2
    assert report.warning_counts == ()
    assert rows(
        con,
        """SELECT order_number, mall_status, outcome, sum(quantity)
        FROM orders JOIN order_lines USING (mall, shop_id, order_number)
        GROUP BY ALL ORDER BY ALL""",
    ) == [("#2001", "refunded", "refunded", 5), ("#2002", "paid", None, 3)]


def test_two_equal_lines_are_two_pieces(con):
    imported(con, "shopify-two-equal-lines.csv")

    assert rows(con, LINES) == [("1", "SARA-1", 1), ("2", "SARA-1", 1)]


def test_one_line_id_in_two_destinations(con):
    assert imported(con, "colorme-line-in-two-destinations.csv").orders_created == 1
    assert rows(
        con, "SELECT line_id, basket_id, quantity FROM order_lines ORDER BY ALL"
    ) == [("502", "402", 1), ("502/403", "403", 1)]
    assert rows(con, "SELECT count(*) FROM order_packages") == [(2,)]


@for_ci
def test_lines_keep_their_id_and_their_stock_over_files(con):
    imported(con, "shopify-a-b.csv")
    assert rows(con, LINES) == [("1", "A", 1), ("2", "B", 1)]
    lines = [
        Adjustment(mall="shopify", shop_id="demo", order_number="#3001", line_id=one)
        for one in ("1", "2")
    ]
    adjust_stock(con, lines, adjustment_id="a", who="担当", note="棚", at=at(11))

    imported(con, "shopify-b.csv", 12)
    imported(con, "shopify-b-a.csv", 14)

    assert rows(con, LINES) == [("1", "A", 1), ("2", "B", 1)]
    assert rows(con, "SELECT * FROM manual_stock_adjustments") == []
    assert rows(
        con, "SELECT sku, sum(quantity) FROM stock_movements GROUP BY sku ORDER BY sku"
    ) == [("A", -1), ("B", -1)]
