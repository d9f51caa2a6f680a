"""A price and a sum of goods mean the same for every mall: values typed by hand.

`unit_price` is one piece with tax, before coupons; `goods_total` is before coupons too.
Each file is one order of two pieces of 1,100 yen and one of 216, 2,416 yen of goods.
"""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.order_files import read_order_file
from data.model.stock import Adjustment
from data.warehouse.order_files.store import import_orders
from data.warehouse.stock.adjust import adjust_stock
from tests.order_files.read.test_golden import GOLDEN
from tests.support.mall_csv import rakuten_bytes, rakuten_row
from tests.support.orders import at

NUMBER = "123456-20261124-0000000001"
RAKUTEN = {
    "注文番号": NUMBER,
    "注文日時": "2026-11-24 10:00:00",
    "商品合計金額": "2416",
    "送料合計": "500",
    "合計金額": "2916",
    "クーポン利用総額": "300",
    "請求金額": "2616",
    "税込別": "1",
}
ORDERS = {
    "rakuten-158": (
        RAKUTEN,
        {"単価": "1100", "個数": "2"},
        {"単価": "216", "個数": "1", "商品明細ID": "2"},
    ),
    "rakuten-legacy": (
        {
            "受注番号": NUMBER,
            "注文日時": "2017-11-24 10:00:00",
            "合計": "2416",
            "送料(-99999=無効値)": "500",
            "合計金額(-99999=無効値)": "2916",
            "クーポン利用額": "300",
            "請求金額(-99999=無効値)": "2616",
            "税込別": "1",
        },
        {"商品番号": "A", "単価": "1100", "個数": "2"},
        {"商品番号": "B", "単価": "216", "個数": "1"},
    ),
    "aupay": (
        {
            "orderId": "1",
            "orderDate": "2026/11/24 10:00:00",
            "totalPrice": "2916",
            "postagePrice": "500",
            "couponTotalPrice": "300",
            "requestPrice": "2616",
        },
        {
            "orderDetailId": "1",
            "itemCode": "a",
            "itemPrice": "1100",
            "unit": "2",
            "totalItemPrice": "2200",
        },
        {
            "orderDetailId": "2",
            "itemCode": "b",
            "itemPrice": "216",
            "unit": "1",
            "totalItemPrice": "216",
        },
    ),
    "amazon-orders": (
        {
            "order-id": "250-0000001-0000001",
            "purchase-date": "2026-11-24T01:00:00+00:00",
        },
        {
            "order-item-id": "1",
            "sku": "A",
            "quantity-purchased": "2",
            "item-price": "2200.00",
            "shipping-price": "500.00",
            "item-promotion-discount": "-300.00",
        },
        {
            "order-item-id": "2",
            "sku": "B",
            "quantity-purchased": "1",
            "item-price": "216.00",
        },
    ),
    "qoo10": (
        {"カート番号": "1", "注文日": "2026/11/24 10:00:00", "配送状態": "配送要請"},
        {
            "注文番号": "1",
            "商品番号": "1",
            "販売価格": "1,100",
            "数量": "2",
            "割引額": "300",
            "購入者決済金額": "1,900",
        },
        {
            "注文番号": "2",
            "商品番号": "2",
            "販売価格": "216",
            "数量": "1",
            "割引額": "0",
            "購入者決済金額": "216",
        },
    ),
    "shopify": (
        {
            "Name": "#1",
            "Created at": "2026-11-24 10:00:00 +0900",
        },
        {
            "Financial Status": "paid",
            "Subtotal": "2116",
            "Shipping": "500",
            "Taxes": "236",
            "Total": "2616",
            "Discount Amount": "300",
            "Lineitem quantity": "2",
            "Lineitem name": "A",
            "Lineitem price": "1100",
        },
        {"Lineitem quantity": "1", "Lineitem name": "B", "Lineitem price": "216"},
    ),
    "eccube4": (
        {
            "注文ID": "1",
            "注文番号": "1",
            "受注日": "2026-11-24 10:00:00",
            "出荷ID": "1",
            "小計": "2416",
            "値引き": "300",
            "送料": "500",
            "合計": "2616",
            "支払合計": "2616",
            "明細区分(ID)": "1",
        },
        {
            "注文詳細ID": "1",
            "商品コード": "A",
            "価格": "1000",
            "個数": "2",
            "税率": "10",
        },
        {
            "注文詳細ID": "2",
            "商品コード": "B",
            "価格": "200",
            "個数": "1",
            "税率": "8",
        },
    ),
    "base": (
        {
            "注文ID": "A",
            "注文日時": "2026-11-24 10:00:00",
            "合計金額": "2616",
            "送料": "500",
            "代引き手数料": "0",
            "調整金額": "-300",
        },
        {"商品ID": "1", "商品名": "A", "価格": "1100", "数量": "2", "税率": "10"},
        {"商品ID": "2", "商品名": "B", "価格": "216", "数量": "1", "税率": "8"},
    ),
    "colorme": (
        {
            "売上ID": "1",
            "受注日": "2026/11/24 10:00:00",
            "配送先ID": "1",
            "商品の合計金額(税込)": "2416",
            "送料合計": "500",
            "決済手数料": "0",
            "割引金額": "300",
            "総合計金額": "2616",
        },
        {
            "売上詳細ID": "1",
            "購入商品 型番": "A",
            "購入商品 販売価格(消費税込)": "1100",
            "購入商品 販売個数": "2",
        },
        {
            "売上詳細ID": "2",
            "購入商品 型番": "B",
            "購入商品 販売価格(消費税込)": "216",
            "購入商品 販売個数": "1",
        },
    ),
    "futureshop": (
        {
            "レコードナンバー": "1",
            "受注コード": "000000000001",
            "注文日時": "2026/11/24 10:00:00",
            "商品合計金額": "2416",
            "送料": "500",
            "決済手数料": "0",
            "総合計金額": "2916",
            "ポイント利用額": "300",
            "請求合計金額": "2616",
        },
        {"商品番号": "a", "販売単価": "1100", "購入数量": "2"},
        {"商品番号": "b", "販売単価": "216", "購入数量": "1"},
    ),
    "ponpare": (
        {
            "注文番号": "1",
            "注文日時": "2026-11-24 10:00:00",
            "合計": "2416",
            "送料(-99999=無効値)": "500",
            "合計金額(-99999=無効値)": "2916",
            "クーポン利用額": "300",
            "請求金額(-99999=無効値)": "2616",
            "税込別": "1",
        },
        {"商品管理ID": "a", "単価": "1100", "個数": "2"},
        {"商品管理ID": "b", "単価": "216", "個数": "1"},
    ),
    "minne": (
        {
            "注文ID": "1",
            "注文日": "2026/11/24",
            "注文の販売価格": "2416",
            "注文の送料": "500",
            "注文の合計": "2916",
        },
        {"作品名": "A", "販売価格": "1100", "数量": "2", "小計": "2200"},
        {"作品名": "B", "販売価格": "216", "数量": "1", "小計": "216"},
    ),
    "creema": (
        {
            "注文ID": "1",
            "購入日": "2026/11/24 10:00:00",
            "ステータス": "発送準備中",
            "作品合計": "2416",
            "送料・ラッピング": "500",
            "(-)作家クーポン": "300",
            "合計金額": "2616",
            "ご注文金額": "2616",
        },
        {"作品タイトル": "A", "作品価格": "1100", "数量": "2"},
        {"作品タイトル": "B", "作品価格": "216", "数量": "1"},
    ),
}
"""Golden folder with the columns, the order's cells, and those of its two lines."""
MALLS = {"rakuten-158": "rakuten", "rakuten-legacy": "rakuten", "eccube4": "eccube"}
TOTALS = {"minne": 2916, "qoo10": 2116}
"""The one has no coupon, the other no postage."""
MONEY = "SELECT goods_total, request_total FROM orders"
PRICES = "SELECT unit_price, quantity FROM order_lines ORDER BY line_id"


IN_UTF8 = {"shopify", "amazon-orders", "amazon-all-orders"}


def column_names(folder: str, encoding: str, between: str, name: str = "in.csv"):
    source = (GOLDEN / folder / name).read_bytes().decode(encoding)
    return next(csv.reader(io.StringIO(source), delimiter=between))


def written(path, folder, *rows, name="in.csv"):
    """Write a file of the golden one's columns, with these cells."""
    tabs = folder.startswith("amazon")
    between = "\t" if tabs else ","
    encoding = "utf-8-sig" if folder in IN_UTF8 else "cp932"
    names = column_names(folder, encoding, between, name)
    with path.open("w", encoding=encoding, newline="") as file:
        table = csv.writer(file, delimiter=between, lineterminator="\r\n")
        table.writerow(names)
        for row in rows:
            assert set(row) <= set(names), set(row) - set(names)
            table.writerow([row.get(name, "") for name in names])
    return path


def take(con, paths, mall, minute=0, mode="update"):
    with read_order_file(paths, mall) as file:
        return import_orders(
            con,
            file,
            import_id=f"i{minute}",
            shop_id="123456" if mall == "rakuten" else "mihon",
            mode=mode,
            imported_at=datetime(2026, 11, 28, 9, minute, tzinfo=UTC),
        )


def given(tmp_path, folder, order, *lines):
    path = tmp_path / "in.csv"
    if folder == "rakuten-158":
        path.write_bytes(rakuten_bytes([rakuten_row(**order | one) for one in lines]))
    else:
        written(path, folder, *(order | one for one in lines))
    return [path]


@pytest.mark.parametrize("folder", ORDERS)
def test_prices_and_goods_are_with_tax_and_before_coupons(con, tmp_path, folder):
    mall = MALLS.get(folder, folder.split("-", 1)[0])
    report = take(con, given(tmp_path, folder, *ORDERS[folder]), mall)
    total = TOTALS.get(folder, 2616)

    assert con.execute(PRICES).fetchall() == [(1100, 2), (216, 1)]
    assert con.execute(MONEY).fetchall() == [(2416, total)]
    assert report.warned == {}


def test_prices_and_goods_of_yahoo_are_before_its_coupons(con, tmp_path):
    order = {
        "OrderId": "mihon-1",
        "OrderTime": "2026/11/24 10:00:00",
        "TotalPrice": "2616",
        "ShipCharge": "500",
        "TotalMallCouponDiscount": "300",
    }
    lines = [
        {"LineId": "1", "ItemId": "a", "UnitPrice": "1100", "Quantity": "2"},
        {"LineId": "2", "ItemId": "b", "UnitPrice": "216", "Quantity": "1"},
    ]
    items = [{"OrderId": "mihon-1"} | one for one in lines]
    paths = [
        written(tmp_path / "order.csv", "yahoo", order, name="order.csv"),
        written(tmp_path / "item.csv", "yahoo", *items, name="item.csv"),
    ]
    report = take(con, paths, "yahoo")

    assert con.execute(PRICES).fetchall() == [(1100, 2), (216, 1)]
    assert con.execute(MONEY).fetchall() == [(2416, 2616)]
    assert report.warned == {}


def rakuten(con, tmp_path, *rows, minute=0):
    path = tmp_path / "in.csv"
    path.write_bytes(rakuten_bytes([rakuten_row(**RAKUTEN | one) for one in rows]))
    return take(con, [path], "rakuten", minute)


@pytest.mark.parametrize(
    ("second", "told"),
    [("", 300), ("－", 300), ("200", 500), ("千円", None), ("-9999", None)],
)
def test_a_sum_with_a_part_that_is_open_or_unreadable_is_not_known(
    con, tmp_path, second, told
):
    wrapped = {"ラッピング料金1": "300", "ラッピング料金2": second}
    rakuten(con, tmp_path, {"単価": "1100", "個数": "2"} | wrapped)

    assert con.execute("SELECT gift_fee FROM orders").fetchall() == [(told,)]


def test_a_sum_with_a_part_that_has_an_undefined_byte_is_not_known(con, tmp_path):
    wrapped = {"ラッピング料金1": "300", "ラッピング料金2": "77777"}
    path = tmp_path / "in.csv"
    written = rakuten_bytes([rakuten_row(**RAKUTEN | wrapped)])
    path.write_bytes(written.replace(b"77777", b"7\x8077"))
    take(con, [path], "rakuten")

    assert con.execute("SELECT gift_fee FROM orders").fetchall() == [(None,)]


BARE = {
    "商品合計金額": "2200",
    "合計金額": "2700",
    "請求金額": "2400",
    "税込別": "0",
    "商品税率": "0.1",
}


@pytest.mark.parametrize("told", [{"商品毎税込価格": "1210"}, {"商品毎税込価格": "0"}])
def test_a_rakuten_shop_without_tax_gets_prices_with_tax(con, tmp_path, told):
    report = rakuten(con, tmp_path, BARE | told | {"単価": "1100", "個数": "2"})

    assert con.execute(PRICES).fetchall() == [(1210, 2)]
    assert con.execute("SELECT line_total FROM order_lines").fetchall() == [(2200,)]
    assert report.warned == {}


def test_a_price_without_tax_and_rate_is_no_price(con, tmp_path):
    bare = BARE | {"商品税率": "", "商品毎税込価格": "", "単価": "1100", "個数": "2"}
    report = rakuten(con, tmp_path, bare)

    assert con.execute(
        "SELECT unit_price, line_total, tax_included FROM order_lines"
    ).fetchall() == [(None, 2200, False)]
    assert report.warned == {}


TAXED = {
    "10%請求金額": "2700",
    "10%請求額に対する税額": "245",
    "8%請求金額": "216",
    "8%請求額に対する税額": "16",
    "0%請求金額": "0",
    "0%請求額に対する税額": "0",
    "クーポン利用総額": "0",
    "請求金額": "2916",
}
TEN = {"単価": "1100", "個数": "2", "商品税率": "0.1"}
EIGHT = {"単価": "216", "個数": "1", "商品税率": "0.08", "商品明細ID": "2"}


def test_the_fee_that_the_shop_bears_is_kept_and_in_no_sum_of_the_buyer(con, tmp_path):
    for minute, fee in enumerate(("110", "220")):
        rows = (TAXED | line | {"店舗負担金合計": fee} for line in (TEN, EIGHT))
        report = rakuten(con, tmp_path, *rows, minute=minute)

    assert con.execute("SELECT shop_fee, request_total FROM orders").fetchall() == [
        (220, 2916)
    ]
    assert report.warned == {}
    assert report.orders_updated == 1


def test_rakuten_s_amounts_by_rate_are_kept_exactly(con, tmp_path):
    report = rakuten(con, tmp_path, TAXED | TEN, TAXED | EIGHT)
    again = rakuten(con, tmp_path, TAXED | TEN, TAXED | EIGHT, minute=1)

    assert con.execute("SELECT tax_summaries FROM orders").fetchall() == [
        (
            [
                {"rate": Decimal("0.08"), "billed": 216, "tax": 16},
                {"rate": Decimal("0.10"), "billed": 2700, "tax": 245},
            ],
        )
    ]
    assert report.warned == {}
    assert again.orders_unchanged == 1


@pytest.mark.parametrize(
    ("cells", "left"),
    [("0", None), ("", [216, 2700])],  # a coupon pays all; 更新 skips a blank
)
def test_nothing_billed_at_any_rate_is_told_and_blank_is_not(
    con, tmp_path, cells, left
):
    rakuten(con, tmp_path, TAXED | TEN, TAXED | EIGHT)
    by_rate = {name: cells for name in TAXED if "%" in name}
    free = TAXED | by_rate | {"請求金額": "0", "クーポン利用総額": "2916"}
    rakuten(con, tmp_path, free | TEN, free | EIGHT, minute=1)

    ((billed,),) = con.execute(
        "SELECT list_transform(tax_summaries, lambda one: one.billed) FROM orders"
    ).fetchall()
    assert billed == left


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"8%請求金額": "200"}, 1),  # Σ is not what is billed
        ({"8%請求金額": "2700", "10%請求金額": "216"}, 1),  # the rates changed places
        # before points since 2022: 2,916 billed, 100 of them paid by points
        ({"請求金額": "2816", "ポイント利用額": "100"}, 0),
        ({"請求金額": "2816", "ポイント利用額": "90"}, 1),
        ({"8%請求金額": "0", "10%請求金額": "0"}, 0),  # before 2019: by no rate
    ],
)
def test_amounts_by_rate_are_checked_against_lines_and_total(
    con, tmp_path, wrong, told
):
    order = TAXED | wrong
    report = rakuten(con, tmp_path, order | TEN, order | EIGHT)

    assert report.warned.get("sum-differs", 0) == told


def test_both_wrappings_are_named_and_within_the_sums(con, tmp_path):
    wrapped = {
        "ラッピング名1": "化粧箱",
        "ラッピング料金1": "300",
        "ラッピング名2": "リボン",
        "ラッピング料金2": "50",
        "商品合計金額": "2550",
        "合計金額": "3050",
        "請求金額": "2750",
    }
    report = rakuten(con, tmp_path, wrapped | {"単価": "1100", "個数": "2"})

    assert con.execute("SELECT gift_wrapping, gift_fee FROM orders").fetchall() == [
        ("化粧箱 / リボン", 350)
    ]
    assert report.warned == {}


def test_what_shopify_paid_back_and_pieces_taken_back_are_kept(con, tmp_path):
    order, first, _ = ORDERS["shopify"]
    back = {"Lineitem quantity": "-1", "Lineitem name": "A", "Lineitem price": "1100"}
    some = first | {
        "Subtotal": "1100",
        "Total": "1600",
        "Discount Amount": "0",
        "Refunded Amount": "1100",
        "Financial Status": "partially_refunded",
    }
    report = take(con, given(tmp_path, "shopify", order, some, back), "shopify")

    assert con.execute(PRICES).fetchall() == [(1100, 2), (1100, -1)]
    assert con.execute(
        "SELECT goods_total, request_total, refunded_total, outcome FROM orders"
    ).fetchall() == [(1100, 1600, 1100, None)]
    assert report.warned == {}

    line = Adjustment(mall="shopify", shop_id="mihon", order_number="#1", line_id="2")
    adjust_stock(con, [line], adjustment_id="a", who="担当", note="返品", at=at(60))
    assert con.execute("SELECT quantity FROM stock_movements").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("taxes", "price"),
    [({"Tax 1 Name": "CT 10%"}, 1100), ({"Tax 1 Name": "税"}, None)],
)
def test_a_shopify_shop_without_tax_gets_prices_with_tax(con, tmp_path, taxes, price):
    order, first, _ = ORDERS["shopify"]
    bare = first | {
        "Subtotal": "2000",
        "Taxes": "200",
        "Shipping": "0",
        "Total": "2200",
        "Discount Amount": "0",
        "Lineitem price": "1000",
    }
    report = take(con, given(tmp_path, "shopify", order, bare | taxes), "shopify")

    assert con.execute("SELECT unit_price, line_total FROM order_lines").fetchall() == [
        (price, 2000)
    ]
    assert report.warned == {}


def test_a_rate_divides_into_whole_yen(undone):
    undone.execute(
        "INSERT INTO order_lines BY NAME SELECT 'rakuten' AS mall, 's' AS shop_id,"
        " 'o' AS order_number, price AS line_id, 'b' AS basket_id, '' AS sku,"
        " 1 AS quantity, price AS unit_price, rate / 100 AS tax_rate"
        " FROM range(1, 2001) AS prices (price), (VALUES (8), (10)) AS rates (rate)"
        " WHERE price % 2 = (rate = 8)::INT"
    )
    found = undone.execute(
        "SELECT unit_price, tax_rate, unit_price * (tax_rate * 100)::BIGINT"
        " // (100 + (tax_rate * 100)::BIGINT) FROM order_lines"
    ).fetchall()

    assert {type(rate) for _, rate, _ in found} == {Decimal}
    for price, rate, tax in found:
        assert tax == int(price * rate / (1 + rate))


@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.parametrize("is_by_piece", [False, True])
def test_a_joined_download_of_a_mall_that_repeats_rows_for_units(
    con, tmp_path, times, is_by_piece
):
    """au PAY's total tells whether equal rows are units or one line shown twice."""
    order, first, second = ORDERS["aupay"]
    lines = [first, second]
    if is_by_piece:
        piece = first | {"unit": "1", "totalItemPrice": "1100"}
        lines = [piece, piece, second]
    (path,) = given(tmp_path, "aupay", order, *lines)
    path.write_bytes(path.read_bytes() * times)
    report = take(con, [path], "aupay")

    assert con.execute(PRICES).fetchall() == [(1100, 2), (216, 1)]
    assert report.warned == {}


def test_rows_below_an_orders_first_clear_nothing_without_it(con, tmp_path):
    order, first, second = ORDERS["shopify"]
    people = {"Shipping Name": "見本 花子", "Shipping Zip": "'100-0001"}
    path = written(
        tmp_path / "in.csv", "shopify", order | first | people, order | second
    )
    take(con, [path], "shopify")
    order_tables = ("orders", "order_packages", "order_people")
    before = [con.table(one).fetchall() for one in order_tables]

    path = written(tmp_path / "in.csv", "shopify", order | second)
    report = take(con, [path], "shopify", 1, mode="replace")

    assert [con.table(one).fetchall() for one in order_tables] == before
    assert report.orders_unchanged == 1


@pytest.mark.parametrize("folder", ORDERS)
def test_a_file_without_orders_says_so(tmp_path, folder):
    path = written(tmp_path / "in.csv", folder)
    with read_order_file([path], MALLS.get(folder, folder.split("-", 1)[0])) as file:
        assert [one for one in file.notices if "注文が1件もありません" in one]
        assert file.rows_read == 0


def test_a_report_without_prices_says_so(tmp_path):
    with read_order_file([GOLDEN / "amazon-unshipped" / "in.csv"], "amazon") as file:
        assert [one for one in file.notices if "金額の列がない" in one]


PENDING = {
    "amazon-order-id": "250-0000009-0000001",
    "purchase-date": "2026-11-24T05:30:00+09:00",
    "order-status": "Pending",
    "sku": "SOX-1",
    "product-name": "靴下",
    "quantity": "2",
}


def test_an_order_without_a_total_is_told_until_a_file_brings_it(con, tmp_path):
    later = {"order-status": "Shipped", "item-price": "1980"}
    told = [
        take(con, given(tmp_path, "amazon-all-orders", PENDING, more), "amazon", minute)
        for minute, more in enumerate([{}, {}, later, {}])
    ]
    waits = [report.warned.get("total-missing", 0) for report in told]

    assert waits == [1, 1, 0, 0]  # the last file is blank where the stored order is not


def test_a_cancelled_order_needs_no_total(con, tmp_path):
    over = {"order-status": "Cancelled", "quantity": "0"}
    report = take(
        con, given(tmp_path, "amazon-all-orders", PENDING | over, {}), "amazon"
    )

    assert "total-missing" not in report.warned
