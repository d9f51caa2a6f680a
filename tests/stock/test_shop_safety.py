"""The shop's safety stock, whoever describes the shop, is never offered to the mall."""

import pytest

from connectors.settings.shop_environment import shop_from_environment
from tasks import rms
from tasks.shops.blocks import RmsShop
from tests.stock.shop_of_flows import SHOP, Shelf
from tests.support.effort import first

TEA = ("kakuu-tea", "kakuu-tea")
MUG = ("kakuu-mug", "kakuu-mug")


@pytest.fixture(params=["environment", "block"])
def keep_back(request, shelf: Shelf, monkeypatch):
    """Say how many units of everything the shop keeps back."""

    def said(units: int) -> None:
        rms.shop_of_run.cache_clear()
        if request.param == "environment":
            monkeypatch.setenv("JUCHU_SHOP_LAB_SAFETY_STOCK", str(units))
            return
        block = RmsShop.from_shop(shop_from_environment(SHOP))
        block.safety_stock = units
        monkeypatch.setattr(rms, "load_rakuten_shop", block.to_shop)

    return said


@first()
def test_it_is_taken_off_the_number_pushed(shelf: Shelf, keep_back):
    keep_back(3)
    shelf.counted({TEA: 12, MUG: 2})
    kind, message = shelf.push()
    units = shelf.units()

    assert (kind, units[TEA], units[MUG]) == ("COMPLETED", 9, 0)
    assert "確認済み 2" in message
    assert "安全在庫を下回る 1件" in shelf.shown["inventory-report"]


@first()
def test_a_listings_own_goes_before_it(shelf: Shelf, keep_back):
    keep_back(3)
    shelf.counted({TEA: 12}, safety=5)
    shelf.push()

    assert shelf.units()[TEA] == 7


@first()
def test_changing_it_is_told_to_the_mall_without_a_count(shelf: Shelf, keep_back):
    shelf.counted({TEA: 12})
    shelf.push()
    keep_back(4)
    shelf.push()

    assert shelf.units()[TEA] == 8


@first()
def test_a_trial_shows_it(shelf: Shelf, keep_back):
    keep_back(3)
    shelf.counted({TEA: 12})
    shelf.push(dry_run=True)
    (row,) = shelf.shown["inventory-plan"]

    assert (row["在庫数"], row["安全在庫"], row["転送する数"]) == (12, 3, 9)
