"""An address in another country, and other money, are not taken for ours."""

import pytest

from connectors.order_files import read_order_file
from tests.order_files.store.test_meaning import MALLS, ORDERS, written
from tests.support.effort import first

ZIPS = {
    "shopify": "Shipping Zip",
    "amazon-orders": "ship-postal-code",
    "qoo10": "郵便番号",
}
STREETS = {
    "shopify": "Shipping Address1",
    "amazon-orders": "ship-address-1",
    "qoo10": "住所",
}
COUNTRIES = {
    "shopify": "Shipping Country",
    "amazon-orders": "ship-country",
    "qoo10": "国家",
}
CURRENCIES = {"shopify": "Currency", "amazon-orders": "currency", "qoo10": "通貨"}


def rows_of(tmp_path, folder, **cells):
    """Read an order of two lines, its first row with these cells more."""
    order, one, other = ORDERS[folder]
    more = {} if folder == "shopify" else cells  # there only the first row has them
    path = written(
        tmp_path / "in.csv", folder, order | one | cells, order | other | more
    )
    mall = MALLS.get(folder, folder.partition("-")[0])
    with read_order_file([path], mall) as file:
        (batch,) = file.batches()
        assert not batch.rejects.height
        return batch


@first()
@pytest.mark.parametrize("folder", ZIPS)
def test_a_code_and_a_street_abroad_say_where(tmp_path, folder):
    cells = {ZIPS[folder]: "90210", STREETS[folder]: "1 Mihon St"}
    batch = rows_of(tmp_path, folder, **cells, **{COUNTRIES[folder]: "US"})

    assert batch.rows["recipient_zip"].to_list() == ["90210US"] * 2
    assert batch.rows["recipient_street"].to_list() == ["1 Mihon St US"] * 2


@first()
@pytest.mark.parametrize("country", ["JP", "Japan", "日本", ""])
@pytest.mark.parametrize("folder", ZIPS)
def test_a_code_of_ours_regains_its_zeros(tmp_path, folder, country):
    cells = {ZIPS[folder]: "90210", COUNTRIES[folder]: country}

    assert rows_of(tmp_path, folder, **cells).rows["recipient_zip"][1] == "0090210"


@first()
@pytest.mark.parametrize("folder", CURRENCIES)
def test_other_money_is_no_yen_and_is_told(tmp_path, folder):
    batch = rows_of(tmp_path, folder, **{CURRENCIES[folder]: "USD"})
    told = set(batch.warnings["row_number"])

    for name in ("unit_price", "goods_total", "request_total"):
        assert batch.rows[name].null_count() == batch.rows.height
    assert told == {2, 3}


@first()
@pytest.mark.parametrize("folder", CURRENCIES)
def test_yen_that_are_named_are_yen(tmp_path, folder):
    named = rows_of(tmp_path, folder, **{CURRENCIES[folder]: "JPY"})

    assert named.rows.equals(rows_of(tmp_path, folder).rows)
    assert not named.warnings.height
