"""The marts' figures, beside sums that are made without them."""

import shutil
from collections import defaultdict
from datetime import date
from pathlib import Path

import duckdb
import pytest

from connectors.order_files import read_order_file
from data.warehouse.analytics.publish import publish
from data.warehouse.order_files.store import import_orders
from data.warehouse.orders.store import store_orders
from data.warehouse.session import warehouse
from tests.order_files.read.test_golden import FOLDERS, sources
from tests.order_files.store.test_golden import shop_of
from tests.support.orders import (
    SHOP_ID,
    a_line,
    a_package,
    an_order,
    at,
    order_number,
)

OVER = {"cancelled", "refunded"}
SWEEPS = """
INSERT INTO loads BY NAME
SELECT
    format('s{}', i) AS load_id, 'api' AS source, 'rakuten' AS mall,
    '123456' AS shop_id,
    TIMESTAMPTZ '2026-07-02 00:10+09' + INTERVAL 1 HOUR * i AS started_at,
    9 AS found, 3 + i AS created, 0 AS changed, 0 AS unchanged, 0 AS stale,
    0 AS refused, 1 + i AS found_without_notice
FROM range(2) AS r (i)
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory, migrated):
    """RMS's orders, and every mall's golden file, in one warehouse; and its copy."""
    path = Path(shutil.copy(migrated, tmp_path_factory.mktemp("marts")))
    part = a_line("1-2", "1", 3).model_copy(update={"sku": "CUP", "unit_price": 0})
    two_packages = [a_package("1", [a_line("1", "1", 3), part]), a_package("2")]
    orders = [
        an_order(1, status="100"),
        an_order(2, packages=two_packages),
        an_order(3, status="900"),
        an_order(4, status="500", request_total=None),
        an_order(5).model_copy(update={"ordered_at": at(-9 * 60 - 1)}),
    ]
    with warehouse(path) as con:
        store_orders(con, orders, source="api", stored_at=at(9), load_id="l")
        for minute, folder in enumerate(FOLDERS):
            if FOLDERS[folder] == "rakuten":
                continue
            with read_order_file(sources(folder), FOLDERS[folder]) as file:
                import_orders(
                    con,
                    file,
                    import_id=folder,
                    shop_id=shop_of(folder),
                    mode="update",
                    imported_at=at(20 + minute),
                )
        con.execute(
            "UPDATE orders SET refunded_total = 700"
            " WHERE mall = 'shopify' OR order_number = $number",
            {"number": order_number(1)},
        )
        for seq, (quantity, kind, hours) in enumerate(
            [(-3, "order", 0), (8, "count", 2), (-5, "order", 3), (4, "receipt", 5)]
        ):
            con.execute(
                "INSERT INTO stock_movements BY NAME SELECT $seq AS seq,"
                " $seq::VARCHAR AS movement_id, 'TEA' AS sku, $quantity AS quantity,"
                " $kind AS kind, CASE $kind WHEN 'order' THEN 'api' WHEN 'count'"
                " THEN 'count' ELSE 'person' END AS source,"
                " CASE $kind WHEN 'order' THEN 'o' END AS order_number,"
                " CASE $kind WHEN 'order' THEN $seq::VARCHAR END AS line_id,"
                " CASE $kind WHEN 'order' THEN 'rakuten' END AS mall,"
                " CASE $kind WHEN 'order' THEN 's' END AS shop_id, 'c' AS cause_id,"
                " CASE $kind WHEN 'count' THEN 5 END AS counted,"
                " 'w' AS who, 'n' AS note, $at AS effective_at, $at AS moved_at",
                {
                    "seq": seq + 1000,
                    "quantity": quantity,
                    "kind": kind,
                    "at": at(hours * 60),
                },
            )
        con.execute(SWEEPS)
    publish(path, path.with_name("analytics.duckdb"), at(600))
    return path


@pytest.fixture(scope="module")
def marts(filled):
    with duckdb.connect(filled.with_name("analytics.duckdb"), read_only=True) as con:
        yield con


@pytest.fixture(scope="module")
def lines(filled) -> list[dict]:
    """Every line with its order, as the warehouse has it."""
    with warehouse(filled) as con:
        found = con.execute(
            "SELECT o.*, l.* EXCLUDE (mall, shop_id, order_number)"
            " FROM order_lines AS l"
            " JOIN orders AS o USING (mall, shop_id, order_number)"
        )
        names = [name for name, *_ in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def worth(line: dict) -> int | None:
    """What a line is sold for with tax."""
    if line["unit_price"] is not None:
        return line["unit_price"] * line["quantity"]
    return None if line["tax_included"] is False else line["line_total"]


def test_sales_of_every_mall_are_the_sum_of_its_lines_and_never_0_for_unknown(
    marts, lines
):
    ours: dict[str, list] = defaultdict(lambda: [0, 0, 0])
    for line in lines:
        if line["cancelled"] or line["outcome"] in OVER:
            continue
        sold = worth(line)
        ours[line["mall"]][0] += line["quantity"] if line["line_id"] != "1-2" else 0
        ours[line["mall"]][1] += sold or 0
        ours[line["mall"]][2] += sold is None
    theirs = {
        mall: [units, sales or 0, unknown]
        for mall, units, sales, unknown in marts.execute(
            "SELECT mall, sum(units)::INT, sum(sales)::INT, sum(lines_unknown)::INT"
            " FROM sales_per_day GROUP BY mall"
        ).fetchall()
    }

    assert len(theirs) > 10
    assert {mall: sums for mall, sums in ours.items() if sums[0]} == {
        mall: sums for mall, sums in theirs.items() if sums[0]
    }
    silent = [
        mall for mall, (_, sales, unknown) in theirs.items() if not (sales or unknown)
    ]
    assert silent == []


def test_the_same_sums_stand_in_every_mart(marts):
    sums = {
        mart: marts.execute(
            f"SELECT sum(units)::INT, sum(sales)::INT FROM {mart} {where}"  # noqa: S608
        ).fetchall()
        for mart, where in (
            ("sales", "WHERE counts"),
            ("sales_per_day", ""),
            ("sales_per_sku", ""),
            ("sku_sales_per_day", ""),
        )
    }

    assert len({str(each) for each in sums.values()}) == 1, sums


def test_a_month_is_closed_by_the_same_sales(filled, marts):
    columns = (
        "mall, shop_id, order_number, line_id, part_of, units, pieces, tax_percent,"
        " price, sales"
    )
    with warehouse(filled) as con:
        ours = con.execute(f"SELECT {columns} FROM sold_lines ORDER BY ALL").fetchall()  # noqa: S608
    theirs = marts.execute(f"SELECT {columns} FROM sales ORDER BY ALL").fetchall()  # noqa: S608

    assert ours == theirs


def test_what_staff_sum_up_leaves_out_what_was_cancelled_at_its_mall(marts):
    """An order that a file creates stands at 受注処理中, cancelled or not."""
    sums = "SELECT sum(sales)::BIGINT, count(*) FROM sales WHERE counts"
    orders = "SELECT sum(orders)::BIGINT FROM sales_per_day"
    over = (
        "SELECT count(*) > 0 FROM 受注 WHERE NOT 売上対象 AND ステータス = '受注処理中'"
    )

    assert marts.execute(
        "SELECT sum(売上)::BIGINT, count(*) FROM 受注明細 WHERE 売上対象"
    ).fetchall() == (marts.execute(sums).fetchall())
    assert marts.execute("SELECT count(*) FROM 受注 WHERE 売上対象").fetchall() == (
        marts.execute(orders).fetchall()
    )
    assert marts.execute(over).fetchall() == [(True,)]


def test_a_set_is_sold_once_and_its_parts_are_listed_as_parts(marts):
    """Three of a set of two SKUs: three sold, for the set's price."""
    rows = marts.execute(
        "SELECT line_id, part_of, units, pieces, sales FROM sales"
        " WHERE order_number = $number ORDER BY line_id",
        {"number": order_number(2)},
    ).fetchall()

    assert rows[:2] == [("1", None, 3, 3, 3240), ("1-2", "1", 0, 3, 0)]


def test_sales_per_day_are_days_of_japan_without_cancelled_orders(marts):
    rows = marts.execute(
        "SELECT day, orders, units, sales, request_total, orders_open"
        " FROM sales_per_day WHERE mall = 'rakuten' ORDER BY day"
    ).fetchall()

    assert rows == [
        (date(2026, 6, 30), 1, 2, 2160, 2710, 0),
        (date(2026, 7, 1), 3, 9, 9720, 5420 - 700, 1),
    ]


def test_what_waits_is_neither_shipped_nor_over(marts):
    waiting = marts.execute(
        "SELECT order_number FROM orders_waiting WHERE mall = 'rakuten'"
    ).fetchall()
    over = marts.execute(
        "SELECT count(*) FROM orders_waiting JOIN orders USING"
        " (mall, shop_id, order_number) WHERE cancelled OR outcome IS NOT NULL"
    ).fetchall()

    assert [number[-1] for (number,) in waiting] == ["5", "1", "2"]
    assert over == [(0,)]


def test_a_rate_is_whole_percent_so_that_no_yen_is_lost(marts):
    """165 × 0.1 / 1.1 is 14.999… in binary fractions; 405 × 8 / 108 likewise."""
    types = marts.execute(
        "SELECT table_name, data_type FROM duckdb_columns()"
        " WHERE column_name = 'tax_percent' AND table_name IN ('sales', 'order_taxes')"
    ).fetchall()
    taxes = marts.execute("SELECT 165 * 10 // 110, 405 * 8 // 108").fetchall()

    assert sorted(types) == [("order_taxes", "INTEGER"), ("sales", "INTEGER")]
    assert taxes == [(15, 30)]
    assert marts.execute(
        "SELECT DISTINCT tax_percent FROM sales WHERE mall = 'rakuten'"
    ).fetchall() == [(8,)]


def test_tax_by_rate_lists_what_it_does_not_know(marts):
    """Orders without rates have a row, so that nothing billed vanishes."""
    ((with_rates, in_all),) = marts.execute(
        "SELECT sum(billed) FILTER (tax_percent IS NOT NULL)::INT, sum(billed)::INT"
        " FROM tax_by_rate"
    ).fetchall()
    ((orders, listed),) = marts.execute(
        "SELECT (SELECT count(*) FROM orders WHERE NOT cancelled AND"
        " coalesce(outcome, '') NOT IN ('cancelled', 'refunded')),"
        " (SELECT count(DISTINCT (mall, shop_id, order_number)) FROM orders"
        " LEFT JOIN order_taxes AS t USING (mall, shop_id, order_number)"
        " WHERE NOT cancelled AND"
        " coalesce(outcome, '') NOT IN ('cancelled', 'refunded'))"
    ).fetchall()

    assert orders == listed
    # Of three without 請求金額 the one whose mall tells its rates is in `billed`.
    assert marts.execute(
        "SELECT (SELECT sum(orders_open)::INT FROM sales_per_day),"
        " (SELECT sum(orders_open)::INT FROM tax_by_rate)"
    ).fetchall() == [(3, 2)]
    assert with_rates == 4 * 2710
    assert in_all > with_rates


def test_what_was_paid_back_is_taken_off_what_was_billed(marts):
    """700 yen of each order of Shopify, and of one whose rates are known."""
    ((refunded, billed, by_rate),) = marts.execute(
        "SELECT (sum(refunded_total) FILTER (request_total IS NOT NULL))::INT,"
        " sum(request_total)::INT,"
        " sum(coalesce((SELECT sum(t.billed) FROM order_taxes AS t"
        " WHERE t.order_number = o.order_number), request_total))::INT"
        " FROM orders AS o WHERE NOT o.cancelled"
        " AND coalesce(o.outcome, '') NOT IN ('cancelled', 'refunded')"
    ).fetchall()

    assert refunded == 2 * 700  # of the third no total is known
    assert marts.execute(
        "SELECT sum(request_total)::INT FROM sales_per_day"
    ).fetchall() == [(billed - refunded,)]
    assert marts.execute("SELECT sum(billed)::INT FROM tax_by_rate").fetchall() == [
        (by_rate - refunded,)
    ]


def test_a_sku_is_out_from_its_first_count_only(marts):
    """Sold before it was counted: no stock-out. Then out for two hours of nine."""
    rows = marts.execute(
        "SELECT times, hours, is_out_now FROM stock_outs WHERE sku = 'TEA'"
    ).fetchall()

    assert rows == [(1, 2.0, False)]


def test_lines_that_wait_for_an_adjustment_are_the_warehouses(filled, marts):
    with warehouse(filled) as con:
        ours = con.execute(
            "SELECT mall, shop_id, count(*), sum(quantity)::BIGINT"
            " FROM manual_stock_adjustments GROUP BY ALL ORDER BY ALL"
        ).fetchall()
    theirs = marts.execute(
        "SELECT mall, shop_id, lines, units FROM adjustments_waiting ORDER BY ALL"
    ).fetchall()

    assert ours == theirs
    assert len(ours) > 5


def test_pieces_that_came_back_and_money_paid_back_are_told(filled, marts):
    with warehouse(filled) as con:
        ((pieces, paid_back),) = con.execute(
            "SELECT (SELECT coalesce(-sum(quantity), 0)::BIGINT FROM order_lines"
            " WHERE quantity < 0), (SELECT sum(refunded_total)::BIGINT FROM orders)"
        ).fetchall()

    assert paid_back > 0
    assert marts.execute(
        "SELECT sum(returned_units)::BIGINT, sum(paid_back)::BIGINT FROM cancellations"
    ).fetchall() == [(pieces, paid_back)]


def test_orders_no_notice_named_are_counted_by_day(filled, marts):
    rows = marts.execute(
        "SELECT day, sweeps, created, without_notice FROM notice_loss"
    ).fetchall()

    assert rows == [(date(2026, 7, 2), 2, 7, 3)]


def test_a_minne_order_has_a_day_and_no_hour(marts):
    hours = marts.execute(
        "SELECT count(*), count(hour_jst) FROM orders WHERE mall = 'minne'"
    ).fetchall()

    assert hours[0][0] > 0
    assert hours[0][1] == 0


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("orders", "mall, shop_id, order_number"),
        ("order_lines", "mall, shop_id, order_number, line_id"),
        ("sales", "mall, shop_id, order_number, line_id"),
        ("sales_per_day", "day, mall, shop_id"),
        ("sales_per_sku", "month, mall, shop_id, sku"),
        ("sku_sales_per_day", "day, mall, shop_id, sku"),
        ("orders_by_age", "mall, shop_id, status, age"),
        ("tax_by_rate", "month, mall, shop_id, tax_percent"),
        ("cancellations", "month, mall, shop_id"),
        ("repeat_buyers", "month"),
        ("stock_outs", "sku"),
        ("import_quality", "day, mall"),
        ("adjustments_waiting", "mall, shop_id"),
        ("freshness", "published_at"),
    ],
)
def test_a_key_is_unique(marts, table, key):
    rows = marts.execute(
        f"SELECT {key} FROM {table} GROUP BY ALL HAVING count(*) > 1"  # noqa: S608
    ).fetchall()

    assert rows == []
    assert marts.execute(f"SELECT count(*) > 0 FROM {table}").fetchall() == [(True,)]  # noqa: S608


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        ("sales", "units >= 0 AND counts IS NOT NULL"),
        ("sales", "tax_percent IS NULL OR tax_percent IN (0, 8, 10)"),
        ("sales", "sales IS NULL OR price IS NULL OR sales = price * units"),
        ("orders", "hour_jst IS NULL OR hour_jst BETWEEN 0 AND 23"),
        ("orders", "month_jst IS NULL OR month_jst = strftime(day_jst, '%Y-%m')"),
        ("cancellations", "cancelled + refunded <= orders"),
        ("repeat_buyers", "buyers_again <= buyers AND buyers <= orders"),
        ("import_quality", "rejected <= rows"),
        ("pushes_per_day", "verified + refused + unknown <= planned"),
    ],
)
def test_every_row_keeps_the_rule(marts, table, rule):
    broken = f"SELECT * FROM {table} WHERE NOT coalesce({rule}, false) LIMIT 3"  # noqa: S608

    assert marts.execute(broken).fetchall() == []


def test_shops_are_the_warehouses(marts):
    shops = marts.execute(
        "SELECT DISTINCT shop_id FROM sales WHERE mall = 'rakuten'"
    ).fetchall()

    assert shops == [(SHOP_ID,)]
