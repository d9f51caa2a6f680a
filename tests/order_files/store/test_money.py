"""Money and SKUs of every mall mean the same: amounts typed by hand."""

import csv
import io
import itertools
from datetime import UTC, datetime

import pytest

from connectors.order_files import read_order_file
from data.model.japan_time import in_japan
from data.warehouse.order_files.store import import_orders
from tests.order_files.read.one_row import one_row
from tests.order_files.read.test_golden import FOLDERS, GOLDEN, sources
from tests.order_files.store.test_golden import shop_of
from tests.support.effort import first
from tests.support.mall_csv import rakuten_bytes, rakuten_row

CASES = GOLDEN.parent / "cases"
IMPORTS = itertools.count()
NO_PRICES = {"amazon-unshipped"}
"""Files without any price, as docs/order-files.md says; every other tells a gap."""


def take(con, paths, mall, shop_id="", mode="update"):
    with read_order_file(paths, mall) as file:
        return import_orders(
            con,
            file,
            import_id=f"i{next(IMPORTS)}",
            shop_id=shop_id or ("999777" if mall == "rakuten" else "mihon"),
            mode=mode,
            other_shops="skip",
            imported_at=datetime(2026, 11, 28, 9, 0, tzinfo=UTC),
        )


def orders(con, *columns):
    return con.table("orders").order("order_number").select(*columns).fetchall()


def lines(con, *columns):
    found = con.table("order_lines").order("order_number, line_id")
    return found.select(*columns).fetchall()


def test_amazon_tells_the_price_of_a_piece_and_every_charge_of_an_order(con):
    take(con, [CASES / "amazon-postage-wrapping-promotion.txt"], "amazon")
    amounts = (
        "goods_total",
        "postage_total",
        "gift_fee",
        "discount_total",
        "request_total",
    )

    assert orders(con, *amounts) == [(2000, 500, 300, 100, 2700)]
    assert lines(con, "unit_price", "quantity", "line_total") == [(1000, 2, 2000)]


def test_two_variants_of_one_item_at_au_pay_are_two_skus(con):
    take(con, [CASES / "aupay-one-item-two-variants.csv"], "aupay")

    assert lines(con, "sku", "unit_price") == [
        ("shirt/-red", 1000),
        ("shirt/-blue", 1000),
    ]
    assert orders(con, "goods_total", "request_total") == [(2000, 2000)]


@pytest.mark.parametrize(
    ("given_back", "used"),
    [
        ({}, 420),
        ({"usePointCancel": "N", "useAuPointCancel": "N"}, 420),
        ({"usePointCancel": "Y"}, 120),
        ({"useAuPointCancel": "Y"}, 300),
        ({"usePointCancel": "Y", "useAuPointCancel": "Y"}, 0),
    ],
)
def test_points_that_au_pay_gave_back_are_not_used(con, tmp_path, given_back, used):
    order = {
        "orderId": "1",
        "orderDetailId": "1",
        "orderDate": "2026/11/24 10:00:00",
        "itemCode": "a",
        "itemPrice": "1000",
        "unit": "2",
        "totalItemPrice": "2000",
        "postagePrice": "500",
        "totalPrice": "2500",
        "usePoint": "300",
        "useAuPointPrice": "120",
        "requestPrice": str(2500 - used),
    }
    report = take(con, written(tmp_path, "aupay", order | given_back), "aupay")

    assert orders(con, "point_used", "request_total") == [(used, 2500 - used)]
    assert report.warnings == ()


def test_wrapping_within_rakuten_s_goods_is_kept_and_no_alarm(con):
    report = take(con, [CASES / "rakuten-gift-wrapping-within-goods.csv"], "rakuten")

    assert [one.kind for one in report.warnings if one.kind == "sum-differs"] == []
    assert orders(con, "gift_fee") == [(300,)]


SUMS = """
    WITH lines AS (
        SELECT
            order_number,
            sum(coalesce(unit_price * quantity, line_total)) AS sold
        FROM order_lines GROUP BY order_number
    )
    SELECT
        o.order_number,
        l.sold + if(o.mall = 'rakuten', coalesce(o.gift_fee, 0), 0) - o.goods_total,
        o.goods_total + coalesce(o.postage_total, 0) + coalesce(o.cod_fee, 0)
            + coalesce(o.payment_fee, 0) + coalesce(o.buyer_fee, 0)
            + if(o.mall = 'rakuten', 0, coalesce(o.gift_fee, 0))
            - coalesce(o.discount_total, 0) - coalesce(o.point_used, 0)
            - coalesce(o.coupon_total, coalesce(o.coupon_shop, 0)
                + coalesce(o.coupon_other, 0)) - o.request_total,
        o.request_total IS NULL AND NOT o.cancelled
    FROM orders AS o JOIN lines AS l USING (order_number)
    WHERE o.amounts_fixed  -- that an amount is open is told by the order itself
    ORDER BY o.order_number
"""
"""Of each order: Σ lines − goods, goods + charges − cuts − total, whether none is told.

Written from what the columns mean, whatever mall; a layout's own sums are not asked.
"""


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_line_has_a_sku_and_every_sum_holds_or_it_is_told(con, folder):
    report = take(con, sources(folder), FOLDERS[folder], shop_of(folder))
    told = {one.order_number for one in report.warnings}
    nameless = {number for number, sku in lines(con, "order_number", "sku") if not sku}
    found = con.execute(SUMS).fetchall()

    assert {number for number, goods, total, _ in found if goods or total} <= told
    assert nameless <= told
    if folder not in NO_PRICES:
        assert {number for number, *_, is_bare in found if is_bare} <= told
    assert report.orders_created


def written(tmp_path, folder, *rows, encoding="cp932"):
    """Write a file of the golden one's columns, with these cells."""
    source = (GOLDEN / folder / "in.csv").read_bytes().decode(encoding)
    header = next(csv.reader(io.StringIO(source)))
    path = tmp_path / "in.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        table = csv.writer(file, lineterminator="\r\n")
        table.writerow(header)
        for row in rows:
            assert set(row) <= set(header)
            table.writerow([row.get(name, "") for name in header])
    return [path]


@pytest.mark.parametrize(
    ("total", "prices"), [("3300", (1300, 700)), ("2700", (1000, 700))]
)
def test_what_an_option_of_futureshop_costs_is_in_the_price_if_in_the_total(
    con, tmp_path, total, prices
):
    order = {
        "受注コード": "000000000001",
        "注文日時": "2026/11/24 10:00:00",
        "商品合計金額": total,
        "請求合計金額": total,
    }
    cup = {
        "商品番号": "A",
        "販売単価": "1000",
        "購入数量": "2",
        "オプション価格": "300",
    }
    dish = {"商品番号": "B", "販売単価": "700", "購入数量": "1"}
    take(con, written(tmp_path, "futureshop", order | cup, order | dish), "futureshop")

    assert lines(con, "unit_price") == [(price,) for price in prices]


def base(tmp_path, *statuses):
    """Write BASE's file of one order, an item for each status."""
    order = {
        "注文ID": "1",
        "注文日時": "2026-11-24 10:00:00",
        "合計金額": "1000",
        "価格": "1000",
        "数量": "1",
    }
    rows = [{"商品ID": f"{n}", "発送状況": one} for n, one in enumerate(statuses)]
    return written(tmp_path, "base", *(order | row for row in rows))


def test_an_item_of_base_that_was_cancelled_does_not_cancel_its_order(con, tmp_path):
    """The status of the last row was the order's: the rest was never sent."""
    take(con, base(tmp_path, "未対応", "キャンセル"), "base")

    assert orders(con, "cancelled", "mall_status") == [(False, "未対応")]
    assert lines(con, "sku", "quantity") == [("0", 1), ("1", 0)]
    take(con, base(tmp_path, "対応済", "キャンセル"), "base")
    assert orders(con, "status", "outcome") == [("出荷済", "shipped")]
    take(con, base(tmp_path, "キャンセル", "キャンセル"), "base")
    assert orders(con, "status", "cancelled") == [("キャンセル", True)]


def aupay(tmp_path, goods, lines, day):
    """Write au PAY's file of one order: a row for each letter of `lines`."""
    order = {
        "orderId": "1",
        "orderDate": "2026/11/24 10:00:00",
        "totalPrice": str(goods + 500),
        "requestPrice": str(goods + 500),
        "postagePrice": "500",
        "deliveryRequestDay": day,
        "unit": "1",
    }
    price = {"A": "1000", "B": "300"}
    rows = [
        {
            "orderDetailId": name,
            "itemCode": name,
            "itemPrice": price[name],
            "totalItemPrice": price[name],
        }
        for name in lines
    ]
    return written(tmp_path, "aupay", *(order | row for row in rows))


@first(4)
@pytest.mark.parametrize(
    ("goods", "files", "pieces"),
    [
        (2000, ("A", "A", "A"), [("A", 2)]),
        (2300, ("AB", "A", "AAB"), [("A", 2), ("B", 1)]),
        (2000, ("AA", "A"), [("A", 2)]),
        (1000, ("A", "A"), [("A", 1)]),
        (3300, ("AAB", "A", "BA"), [("A", 3), ("B", 1)]),
        (1300, ("A", "B"), [("A", 1), ("B", 1)]),
    ],
)
def test_equal_rows_of_au_pay_in_two_files_are_as_many_pieces_as_the_total_says(
    con, tmp_path, goods, files, pieces
):
    """Each file had one row of two pieces: the later one left one."""
    for day, names in enumerate(files, start=1):
        path = aupay(tmp_path, goods, names, f"2026/12/{day:02}")
        for _ in range(2):  # the same file again changes nothing
            take(con, path, "aupay")

    assert lines(con, "sku", "quantity") == pieces


def test_a_file_of_au_pay_again_adds_no_piece(con, tmp_path):
    """A total that no row explains is no word for more of those there are."""
    path = aupay(tmp_path, 2000, "A", "2026/12/01")
    take(con, path, "aupay")
    take(con, path, "aupay")

    assert lines(con, "sku", "quantity") == [("A", 1)]


def eccube(tmp_path, kinds):
    """Write EC-CUBE's file of one order of two goods, with its rows of these kinds."""
    order = {
        "注文ID": "1",
        "注文番号": "1",
        "受注日": "2026-11-24 09:10:11",
        "お名前(姓)": "見本",
        "郵便番号": "1000001",
        "小計": "3300",
        "値引き": "300",
        "送料": "1000",
        "合計": "4330",
        "支払合計": "4330",
        "対応状況(ID)": "1",
        "出荷ID": "1",
    }
    prices = {"A": 1000, "B": 2000, "2": 1000, "3": 330, "4": -100, "6": -200}
    rows = [
        {
            "注文詳細ID": kind,
            "価格": str(prices[kind]),
            "個数": "1",
            "税率": "10",
            "明細区分(ID)": kind if kind.isdigit() else "1",
            "商品コード": kind,
        }
        for kind in kinds
    ]
    return written(tmp_path, "eccube4", *(order | row for row in rows))


@first(4)
@pytest.mark.parametrize(
    ("files", "mode"),
    [
        (("A2346", "B"), "update"),
        (("A", "B2346"), "update"),
        (("A24", "B36"), "update"),
        (("AB2346", "A", "B"), "replace"),
        (("A34", "B26"), "update"),
        (("A2346", "B"), "replace"),
        (("B34", "A26", "B34"), "replace"),
    ],
)
def test_eccube_s_order_cut_over_files_keeps_its_fee_and_its_points(
    con, tmp_path, files, mode
):
    """The second file's rows were taken for all: the fee and the points were lost."""
    for kinds in files:
        take(con, eccube(tmp_path, kinds), "eccube", mode=mode)

    amounts = ("payment_fee", "discount_total", "point_used", "postage_total")
    assert orders(con, *amounts) == [(330, 100, 200, 1000)]
    assert [code for (code,) in lines(con, "sku")] == ["A", "B"]


@pytest.mark.parametrize("points_rate", ["0", "10", ""])
def test_eccube_s_goods_alone_get_tax_and_its_fee_and_points_are_rows(
    con, tmp_path, points_rate
):
    order = {
        "注文ID": "1",
        "注文番号": "1",
        "受注日": "2026-11-24 09:10:11",
        "お名前(姓)": "見本",
        "郵便番号": "1000001",
        "小計": "2376",
        "値引き": "150",
        "送料": "500",
        "合計": "3026",
        "支払合計": "3026",
        "対応状況(ID)": "1",
        "出荷ID": "1",
    }
    rows = [
        {"価格": "1000", "個数": "2", "税率": "8", "明細区分(ID)": "1"},
        {"価格": "200", "個数": "1", "税率": "8", "明細区分(ID)": "1"},
        {"価格": "500", "個数": "1", "税率": "10", "明細区分(ID)": "2"},
        {"価格": "300", "個数": "1", "税率": "10", "明細区分(ID)": "3"},
        {"価格": "-50", "個数": "1", "税率": "10", "明細区分(ID)": "4"},
        {"価格": "-100", "個数": "1", "税率": points_rate, "明細区分(ID)": "6"},
    ]
    path = written(
        tmp_path,
        "eccube4",
        *(
            order | row | {"注文詳細ID": str(n), "商品名": "器", "商品コード": f"U-{n}"}
            for n, row in enumerate(rows)
        ),
    )
    report = take(con, path, "eccube")

    assert lines(con, "unit_price", "quantity", "tax_included") == [
        (1080, 2, True),
        (216, 1, True),
    ]
    amounts = (
        "goods_total",
        "payment_fee",
        "discount_total",
        "point_used",
        "request_total",
    )
    assert orders(con, *amounts) == [(2376, 300, 50, 100, 3026)]
    assert report.warnings == ()


def test_qoo10_s_order_is_the_sum_of_its_lines_and_needs_no_seller_s_code(
    con, tmp_path
):
    line = {
        "配送状態": "配送要請",
        "カート番号": "900001",
        "注文日": "2026/11/24 12:00:00",
        "商品番号": "77",
        "商品名": "帽子",
        "受取人名": "見本",
    }
    path = written(
        tmp_path,
        "qoo10",
        line
        | {
            "注文番号": "1",
            "数量": "2",
            "販売価格": "1,200",
            "割引額": "100",
            "購入者決済金額": "2,300",
        },
        line
        | {
            "注文番号": "2",
            "数量": "1",
            "販売価格": "500",
            "割引額": "0",
            "購入者決済金額": "500",
        },
        encoding="cp932",
    )
    report = take(con, path, "qoo10")

    assert orders(con, "goods_total", "discount_total", "request_total") == [
        (2900, 100, 2800)
    ]
    assert [sku for (sku,) in lines(con, "sku")] == ["77", "77"]
    assert report.warnings == ()


def test_shopify_s_goods_total_is_before_the_discount(con, tmp_path):
    path = written(
        tmp_path,
        "shopify",
        {
            "Name": "#9001",
            "Financial Status": "paid",
            "Created at": "2026-11-01 10:00:00 +0900",
            "Subtotal": "2700",
            "Discount Amount": "300",
            "Shipping": "500",
            "Taxes": "290",
            "Total": "3200",
            "Lineitem quantity": "3",
            "Lineitem name": "皿",
            "Lineitem price": "1000",
            "Lineitem sku": "SARA-1",
            "Shipping Province": "JP-13",
        },
        encoding="utf-8-sig",
    )
    take(con, path, "shopify")

    assert orders(con, "goods_total", "coupon_total", "request_total") == [
        (3000, 300, 3200)
    ]
    assert con.execute("SELECT prefecture FROM order_packages").fetchall() == [
        ("東京都",)
    ]


@pytest.mark.parametrize(
    ("code", "automatic", "subtotal", "cut"),
    [
        ("0", "100", "1800", 200),
        ("100", "100", "1700", 200),
        ("200", "100", "1800", None),
    ],
)
def test_shopify_s_automatic_discount_stands_on_its_lines_alone(
    con, tmp_path, code, automatic, subtotal, cut
):
    """Each such order had the alarm that its sums differ; the last tells it twice."""
    line = {
        "Name": "#9001",
        "Created at": "2026-11-01 10:00:00 +0900",
        "Lineitem quantity": "1",
        "Lineitem price": "1000",
        "Lineitem discount": automatic,
    }
    order = {
        "Financial Status": "paid",
        "Subtotal": subtotal,
        "Discount Amount": code,
        "Shipping": "500",
        "Taxes": "0",
        "Total": str(int(subtotal) + 500),
    }
    path = written(
        tmp_path,
        "shopify",
        line | order | {"Lineitem name": "皿"},
        line | {"Lineitem name": "鉢"},
        encoding="utf-8-sig",
    )

    assert take(con, path, "shopify").warnings == ()
    assert orders(con, "goods_total", "coupon_total", "discount_total") == [
        (2000, int(code), cut)
    ]


@pytest.mark.parametrize(
    ("amounts", "billed"),
    [
        ({"Total": "1700", "TotalPrice": "2000", "UsePoint": "300"}, 1700),
        ({"Total": "2000", "TotalPrice": "1700", "UsePoint": "300"}, 1700),
        ({"Total": "", "TotalPrice": "1700", "UsePoint": "300"}, 1700),
        ({"Total": "2000", "TotalPrice": "2000", "UsePoint": "0"}, 2000),
    ],
)
def test_yahoo_cuts_by_negative_amounts_and_bills_without_points(
    con, tmp_path, amounts, billed
):
    """A label asked for the points in cash, and each coupon was a false alarm."""
    cells = amounts | {
        "ShipCharge": "500",
        "Discount": "-100",
        "TotalMallCouponDiscount": "-400",
        "ItemCouponDiscount": "0",
    }
    order, item = tmp_path / "order.csv", tmp_path / "item.csv"
    order.write_bytes(one_row("yahoo", "order.csv", **cells))
    item.write_bytes(
        one_row("yahoo", "item.csv", UnitPrice="2000", CouponDiscount="0", Quantity="1")
    )

    report = take(con, [order, item], "yahoo", shop_id="mihon-store")

    assert "sum-differs" not in {kind for kind, _ in report.warning_counts}
    assert orders(
        con, "goods_total", "discount_total", "coupon_other", "request_total"
    ) == [(2000, 100, 400, billed)]


@pytest.mark.parametrize(
    ("of_mall", "told", "unread"),
    [("-400", (550, 150, 400), 0), ("四百", (None, 150, None), 1)],
)
def test_yahoos_coupons_of_store_and_mall_are_in_their_total(
    con, tmp_path, of_mall, told, unread
):
    order, item = tmp_path / "order.csv", tmp_path / "item.csv"
    order.write_bytes(
        one_row(
            "yahoo",
            "order.csv",
            ItemCouponDiscount="100",
            ShippingCouponDiscount="50",
            TotalMallCouponDiscount=of_mall,
        )
    )
    item.write_bytes(one_row("yahoo", "item.csv", UnitPrice="2000", Quantity="1"))
    take(con, [order, item], "yahoo", shop_id="mihon-store")

    assert orders(con, "coupon_total", "coupon_shop", "coupon_other") == [told]
    warned = con.table("csv_warnings").filter("kind = 'unreadable'")
    assert len(warned.fetchall()) == unread


def test_creemas_coupons_of_seller_and_mall_are_in_their_total(con, tmp_path):
    order = {
        "注文ID": "1",
        "購入日": "2026/11/24 10:00:00",
        "作品合計": "2416",
        "送料・ラッピング": "500",
        "(-)作家クーポン": "300",
        "合計金額": "2616",
        "(-)お買い物券・ポイント・キャンペーン分": "200",
        "ご注文金額": "2416",
        "作品タイトル": "A",
        "作品価格": "2416",
        "数量": "1",
    }
    report = take(con, written(tmp_path, "creema", order), "creema")

    assert orders(con, "coupon_total", "coupon_shop", "coupon_other") == [
        (500, 300, 200)
    ]
    assert report.warnings == ()


@pytest.mark.parametrize(
    ("price", "coupon", "told"),
    [
        ("1000", "100", 1100),
        ("1000", "", 1000),
        ("", "0", None),
        ("", "100", None),
        ("千円", "100", None),
        ("1000", "百円", None),
    ],
)
def test_a_line_of_yahoo_without_a_price_is_not_sold_for_its_coupon(
    con, tmp_path, price, coupon, told
):
    order, item = tmp_path / "order.csv", tmp_path / "item.csv"
    order.write_bytes(one_row("yahoo", "order.csv"))
    cells = {"UnitPrice": price, "CouponDiscount": coupon, "Quantity": "1"}
    item.write_bytes(one_row("yahoo", "item.csv", **cells))
    take(con, [order, item], "yahoo", shop_id="mihon-store")

    assert lines(con, "unit_price") == [(told,)]


def test_futureshop_bills_without_its_discounts(con, tmp_path):
    order = {
        "受注コード": "000000000001",
        "注文日時": "2026/11/01 10:00:00",
        "商品合計金額": "2000",
        "送料": "500",
        "総合計金額": "2500",
        "ポイント利用額": "100",
        "請求合計金額": "2000",
        "商品番号": "A",
        "商品名": "皿",
        "販売単価": "2000",
        "購入数量": "1",
    }
    (path,) = written(tmp_path, "futureshop", order)
    header, row = path.read_bytes().decode("cp932").splitlines()
    more = header + ",割引合計金額（商品）,割引合計金額（送料）", row + ",300,100", ""
    path.write_bytes("\r\n".join(more).encode("cp932"))

    assert take(con, [path], "futureshop").warnings == ()
    assert orders(con, "discount_total", "request_total") == [(400, 2000)]


def test_seconds_that_a_spreadsheet_dropped_come_from_the_time_of_day(con, tmp_path):
    row = rakuten_row(
        注文番号="999777-20261124-0000000001",
        注文日時="2026/11/24 9:05",
        注文日="2026/11/24",
        注文時間="09:05:42",
    )
    path = tmp_path / "rakuten.csv"
    path.write_bytes(rakuten_bytes([row]))
    take(con, [path], "rakuten")

    ((at,),) = orders(con, "ordered_at")
    assert f"{in_japan(at):%H:%M:%S}" == "09:05:42"


def test_amazon_s_price_that_its_pieces_do_not_divide_stays_the_line_s(con, tmp_path):
    text = (CASES / "amazon-postage-wrapping-promotion.txt").read_text("utf-8")
    path = tmp_path / "in.txt"
    path.write_text(text.replace("\t2\tJPY\t2000\t", "\t3\tJPY\t2000\t"), "utf-8")
    report = take(con, [path], "amazon")

    assert lines(con, "unit_price", "quantity", "line_total") == [(None, 3, 2000)]
    assert orders(con, "goods_total", "request_total") == [(2000, 2700)]
    assert report.warnings == ()
