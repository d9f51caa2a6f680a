"""What a later file of fewer columns cannot tell stays as it is known."""

from decimal import Decimal

import pytest

from tests.order_files.store.taken import files, taken

GOODS = {
    "明細区分(ID)": "1",
    "価格": "1000",
    "個数": "2",
    "商品コード": "TEA",
    "税率": "10",
}


@pytest.mark.parametrize("lacks", [("税率",), ()])
def test_a_price_with_tax_stays_whole_where_a_file_tells_no_rate(con, tmp_path, lacks):
    """Its sum without tax stood beside it, and it was called one without tax."""
    later = GOODS if lacks else GOODS | {"税率": ""}

    taken(con, tmp_path, 10, files("eccube4", **GOODS))
    taken(con, tmp_path, 11, files("eccube4", lacks, **later))

    seen = con.execute(
        "SELECT unit_price, line_total, tax_included, tax_rate FROM order_lines"
    ).fetchall()
    assert seen == [(1100, None, True, Decimal("0.1"))]


@pytest.mark.parametrize("mode", ["update", "replace"])
def test_goods_and_postage_of_yahoo_are_told_apart_by_the_column_of_postage_alone(
    con, tmp_path, mode
):
    """The postage was among the goods, and stood beside them once more."""
    totals = "SELECT goods_total, postage_total, request_total FROM orders"
    cells = {
        "TotalPrice": "2500",
        "ShipCharge": "500",
        "Total": "2500",
        "PayCharge": "0",
        "GiftWrapCharge": "0",
        "Discount": "0",
        "UsePoint": "0",
        "TotalMallCouponDiscount": "0",
        "ItemCouponDiscount": "0",
    }

    taken(con, tmp_path, 10, files("yahoo", **cells))
    taken(con, tmp_path, 11, files("yahoo", ["ShipCharge"], **cells), mode)

    assert con.execute(totals).fetchall() == [(2000, 500, 2500)]


def test_goods_of_yahoo_without_the_column_of_postage_are_not_known(con, tmp_path):
    taken(con, tmp_path, 10, files("yahoo", ["ShipCharge"], TotalPrice="2500"))

    seen = con.execute("SELECT goods_total, postage_total FROM orders").fetchall()
    assert seen == [(None, None)]
