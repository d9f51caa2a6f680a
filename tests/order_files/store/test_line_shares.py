"""An order of which its mall tells by line only is what all its lines make together."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.order_files import read_order_file
from connectors.order_files.order_file import Spill
from data.warehouse.order_files.store import import_orders
from tests.order_files.store.test_meaning import MALLS, written
from tests.support.effort import examples, first

_imports = count(1)
SUMS = "goods_total, postage_total, gift_fee, discount_total, request_total"


def take(con, tmp_path, folder, *rows, mode="update", shop="mihon"):
    number = next(_imports)
    path = written(tmp_path / f"{number}.csv", folder, *rows)
    mall = MALLS.get(folder, folder.split("-", 1)[0])
    with read_order_file([path], mall) as file:
        return import_orders(
            con,
            file,
            import_id=f"i{number}",
            shop_id=shop,
            mode=mode,
            imported_at=datetime(2026, 11, 28, tzinfo=UTC) + timedelta(minutes=number),
        )


def qoo10(line="1", status="配送要請", cart="9", **cells):
    """One 注文番号 of a cart: two pieces for 2,000 yen, 100 of them cut."""
    return {
        "カート番号": cart,
        "注文番号": line,
        "注文日": "2026/11/24 10:00:00",
        "配送状態": status,
        "商品番号": line,
        "販売価格": "1000",
        "数量": "2",
        "割引額": "100",
        "購入者決済金額": "1900",
    } | cells


def amazon(line="1", order="250-0000001-0000001", **cells):
    """One line of a report of orders: two pieces for 2,000 yen, sent for 500."""
    return {
        "order-id": order,
        "order-item-id": f"1000000000000{line}",
        "purchase-date": "2026-11-24T01:00:00+00:00",
        "sku": f"S-{line}",
        "quantity-purchased": "2",
        "item-price": "2000",
        "shipping-price": "500",
        "item-promotion-discount": "-100",
    } | {name.replace("_", "-"): text for name, text in cells.items()}


def amazon_all(sku="S-1", **cells):
    """One line of a report of all orders: two pieces for 2,000 yen, sent for 500."""
    return {
        "amazon-order-id": "250-0000001-0000001",
        "purchase-date": "2026-11-24T05:30:00+09:00",
        "order-status": "Shipped",
        "item-status": "Shipped",
        "sku": sku,
        "quantity": "2",
        "item-price": "2000",
        "shipping-price": "500",
    } | {name.replace("_", "-"): text for name, text in cells.items()}


GONE = {
    "item_status": "Cancelled",
    "quantity": "0",
    "item_price": "",
    "shipping_price": "",
}
"""How Amazon shows a line that was cancelled by itself."""


def amounts(con):
    return con.execute(f"SELECT {SUMS} FROM orders ORDER BY ALL").fetchall()  # noqa: S608


def fate(con):
    return con.execute("SELECT mall_status, cancelled, outcome FROM orders").fetchall()


def waiting(con):
    return con.execute(
        "SELECT line_id, quantity FROM manual_stock_adjustments ORDER BY ALL"
    ).fetchall()


def kinds(report):
    return {one.kind for one in report.warnings}


@pytest.mark.parametrize("lines", [("1", "2"), ("2", "1")])
def test_a_line_cancelled_by_itself_leaves_the_rest_of_its_cart(con, tmp_path, lines):
    rows = {"1": qoo10("1"), "2": qoo10("2", "キャンセル")}
    report = take(con, tmp_path, "qoo10", *(rows[line] for line in lines))

    assert fate(con) == [("配送要請", False, None)]
    assert amounts(con) == [(2000, None, None, 100, 1900)]
    assert waiting(con) == [("1", 2)]
    assert report.warned == {}
    assert con.execute(
        "SELECT line_status, quantity, line_total FROM order_lines ORDER BY line_id"
    ).fetchall() == [("配送要請", 2, None), ("キャンセル", 0, 0)]


@pytest.mark.parametrize(
    ("statuses", "fates"),
    [
        (("配送要請", "配送中"), ("配送要請", False, None)),
        (("配送完了", "配送中"), ("配送中", False, "shipped")),
        (("配送完了", "キャンセル"), ("配送完了", False, "shipped")),
        (("キャンセル", "キャンセル"), ("キャンセル", True, "cancelled")),
    ],
)
@pytest.mark.parametrize("lines", [("1", "2"), ("2", "1")])
def test_an_order_is_as_far_as_the_line_that_is_least_far(
    con, tmp_path, statuses, fates, lines
):
    rows = zip(lines, statuses, strict=True)
    take(con, tmp_path, "qoo10", *(qoo10(line, status) for line, status in rows))

    assert fate(con) == [fates]


def test_lines_that_go_on_in_files_of_their_own_end_the_order_together(con, tmp_path):
    take(con, tmp_path, "qoo10", qoo10("1"), qoo10("2"), qoo10("3"))
    seen = []
    for line, status in (("1", "配送中"), ("2", "キャンセル"), ("3", "配送完了")):
        take(con, tmp_path, "qoo10", qoo10(line, status))
        seen += con.execute("SELECT status, outcome FROM orders").fetchall()

    assert seen == [("受注処理中", None), ("受注処理中", None), ("出荷済", "shipped")]
    assert amounts(con) == [(4000, None, None, 200, 3800)]


def test_an_older_file_brings_no_cancelled_line_back(con, tmp_path):
    before = qoo10("1"), qoo10("2")
    take(con, tmp_path, "qoo10", *before)
    take(con, tmp_path, "qoo10", qoo10("2", "キャンセル"))
    for mode in ("update", "replace"):
        older = take(con, tmp_path, "qoo10", *before, mode=mode)

        assert kinds(older) == {"step-back"}
        assert fate(con) == [("配送要請", False, None)]
        assert amounts(con) == [(2000, None, None, 100, 1900)]
        assert waiting(con) == [("1", 2)]


def test_an_older_file_of_a_cancelled_order_is_told(con, tmp_path):
    take(con, tmp_path, "qoo10", qoo10(status="キャンセル"))
    report = take(con, tmp_path, "qoo10", qoo10())

    assert "step-back" in kinds(report)
    assert fate(con) == [("キャンセル", True, "cancelled")]


def base(item="1", status="未対応"):
    """One item of an order of BASE."""
    return {"注文ID": "9", "発送状況": status, "商品ID": item, "数量": "1"}


@pytest.mark.parametrize(
    ("folder", "line", "asked"),
    [("qoo10", qoo10, "キャンセル要請"), ("base", base, "キャンセル申請中")],
)
def test_a_line_that_its_buyer_wants_cancelled_holds_its_order_until_it_is_decided(
    con, tmp_path, folder, line, asked
):
    """Whatever the shop answers: nothing is sent meanwhile, and no piece is lost."""
    alive = line("1"), line("2")
    take(con, tmp_path, folder, *alive)
    seen = []
    for rows in (
        (line("1", asked), alive[1]),
        (alive[0], line("2", asked)),
        (alive[0],),  # a download of one status lacks the line that waits
        alive,
    ):
        report = take(con, tmp_path, folder, *rows)
        seen += con.execute("SELECT is_under_review FROM orders").fetchall()
        pieces = con.execute("SELECT sum(quantity) FROM order_lines").fetchall()

        assert pieces == [(sum(int(one["数量"]) for one in alive),)]
        assert kinds(report) <= {"line-missing", "sum-differs", "total-missing"}
    assert seen == [(True,), (True,), (True,), (False,)]
    assert fate(con)[0][1:] == (False, None)


WHOLE = {
    "qoo10": (qoo10, (4000, None, None, 200, 3800)),
    "amazon-orders": (amazon, (4000, 1000, 0, 200, 4800)),
    "amazon-all-orders": (
        lambda line: amazon_all(f"S-{line}"),
        (4000, 1000, 0, 0, 5000),
    ),
}


@pytest.mark.parametrize("mode", ["update", "replace"])
@pytest.mark.parametrize("folder", WHOLE)
def test_a_file_with_a_part_of_the_lines_takes_nothing_from_the_sums(
    con, tmp_path, folder, mode
):
    line, sums = WHOLE[folder]
    take(con, tmp_path, folder, line("1"), line("2"))
    report = take(con, tmp_path, folder, line("2"), mode=mode)

    assert amounts(con) == [sums]
    assert kinds(report) == {"line-missing"}


@pytest.mark.parametrize("folder", WHOLE)
def test_lines_that_come_in_files_of_their_own_are_added_up(con, tmp_path, folder):
    line, sums = WHOLE[folder]
    take(con, tmp_path, folder, line("1"))
    report = take(con, tmp_path, folder, line("2"))

    assert amounts(con) == [sums]
    assert kinds(report) == {"line-missing"}


def test_a_line_that_costs_something_else_now_changes_the_sums_by_that(con, tmp_path):
    take(con, tmp_path, "qoo10", qoo10("1"), qoo10("2"))
    take(con, tmp_path, "qoo10", qoo10("2", 割引額="300", 購入者決済金額="1700"))

    assert amounts(con) == [(4000, None, None, 400, 3600)]


@pytest.mark.parametrize("mode", ["update", "replace"])
def test_sums_of_lines_that_no_share_is_kept_of_stay(con, tmp_path, mode):
    """An order stored before shares were kept, of which a file has a part."""
    take(con, tmp_path, "qoo10", qoo10("1"), qoo10("2"))
    con.execute("DELETE FROM line_shares")
    take(con, tmp_path, "qoo10", qoo10("2"), mode=mode)

    assert amounts(con) == [(4000, None, None, 200, 3800)]


def test_a_line_without_a_price_leaves_its_order_without_sums(con, tmp_path):
    report = take(con, tmp_path, "amazon-orders", amazon(), amazon("2", item_price=""))

    assert amounts(con) == [(None,) * 5]
    assert "total-missing" in kinds(report)

    take(con, tmp_path, "amazon-orders", amazon("2"))
    assert amounts(con) == [(4000, 1000, 0, 200, 4800)]


def test_a_line_cancelled_at_amazon_costs_nothing_and_its_order_the_rest(con, tmp_path):
    report = take(
        con, tmp_path, "amazon-all-orders", amazon_all(), amazon_all("S-2", **GONE)
    )

    assert amounts(con) == [(2000, 500, 0, 0, 2500)]
    assert report.warned == {}


def test_a_line_cancelled_later_at_amazon_leaves_sums_and_waiting_list(con, tmp_path):
    pending = {"order_status": "Pending", "item_status": "Unshipped"}
    rows = amazon_all(**pending), amazon_all("S-2", **pending)
    take(con, tmp_path, "amazon-all-orders", *rows)
    gone = amazon_all("S-2", **pending | GONE)
    take(con, tmp_path, "amazon-all-orders", rows[0], gone)

    assert amounts(con) == [(2000, 500, 0, 0, 2500)]
    assert waiting(con) == [("1", 2)]
    assert con.execute(
        "SELECT quantity, line_total FROM order_lines ORDER BY line_id"
    ).fetchall() == [(2, 2000), (0, 0)]


def shuffled(rows):
    """These rows in any order."""
    return st.randoms(use_true_random=False).map(
        lambda chance: chance.sample(rows, len(rows))
    )


MIXED = {
    "qoo10": [
        qoo10("1"),
        qoo10("2", "キャンセル"),
        qoo10("3", "配送中", 数量="1", 購入者決済金額="900"),
        qoo10("4", cart="8"),
        qoo10("5", "配送完了", cart="8", 割引額=""),
    ],
    "amazon-orders": [
        amazon("1"),
        amazon("2", item_price="700", shipping_price=""),
        amazon("3", gift_wrap_price="300"),
        amazon("4", order="250-0000002-0000002"),
        amazon("5", order="250-0000002-0000002", item_price=""),
    ],
    "amazon-all-orders": [
        amazon_all("S-1"),
        amazon_all("S-2", item_price="700"),
        amazon_all("S-3", **GONE),
        amazon_all("S-4", amazon_order_id="250-0000002-0000002"),
        amazon_all("S-5", amazon_order_id="250-0000002-0000002"),
    ],
}
"""Rows of two orders of every layout with sums that are made."""

STORED = (
    "SELECT o.* EXCLUDE (shop_id, observed_at, imported_at, updated_at),"
    " list({'sku': l.sku, 'quantity': l.quantity, 'price': l.unit_price,"
    " 'own': l.line_total, 'status': l.line_status} ORDER BY l.sku)"
    " FROM orders AS o JOIN order_lines AS l USING (mall, shop_id, order_number)"
    " WHERE o.shop_id = ? GROUP BY ALL ORDER BY o.order_number"
)


def stored(con, tmp_path, folder, rows):
    shop = f"shop-{next(_imports)}"
    report = take(con, tmp_path, folder, *rows, shop=shop)
    return con.execute(STORED, [shop]).fetchall(), report.warned


@first()
@pytest.mark.parametrize("folder", MIXED)
@examples(10)
@given(data=st.data())
def test_rows_of_a_file_make_the_same_orders_in_whatever_order_they_stand(
    con, tmp_path, folder, data
):
    rows = MIXED[folder]
    whole = stored(con, tmp_path, folder, rows)
    mixed = data.draw(shuffled(rows))
    at_once = data.draw(st.sampled_from([1, 2, 1000]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("connectors.csv_file.records.BLOCK_ROWS", at_once)
        patch.setattr(Spill.__init__, "__defaults__", (at_once,))
        patch.setattr("data.warehouse.order_files.rows.CHUNK_ROWS", at_once)

        assert stored(con, tmp_path, folder, mixed) == whole
