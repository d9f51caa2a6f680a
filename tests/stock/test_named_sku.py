"""The SKU that a person names: by a listing of the mall, else by its own name."""

import pytest

from data.warehouse.stock.why_oversold import sku_named
from tests.stock.made import MUG, a_count, count, name
from tests.support.orders import SHOP_ID


@pytest.mark.parametrize(
    ("named", "found"),
    [("mug/blue", "MUG-1"), ("MUG/blue", "MUG-1"), ("MUG-1", "MUG-1"), ("cup/x", None)],
)
def test_a_listing_names_what_it_sells_today(con, named, found):
    """Before it was mapped it gave its own name to a SKU, which sells no more."""
    count(con, a_count(10, MUG))
    name(con, MUG, "MUG-1")

    assert sku_named(con, SHOP_ID, named) == found


def test_a_sku_that_no_listing_sells_is_found_by_its_name(con):
    count(con, a_count(10, MUG))

    assert sku_named(con, SHOP_ID, "mug/blue") == "mug/blue"
