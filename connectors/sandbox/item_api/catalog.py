"""The mall's items as the item API shows them (docs/rms/item-api.md §5).

Which SKUs an item has is the stock's own table (`items`), so that both APIs agree. What
a control call said of an item lies over the shelf's facts; a deleted item leaves its
number in search for 24 hours.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson

from connectors.sandbox.clock import JST
from connectors.sandbox.inventory_api.stock import Sku, Stock
from connectors.sandbox.selling.goods import SHELF, Goods, Variant

Item = dict[str, Any]
_FIRST_DAY = "2024-03-01T10:00:00+09:00"
_GHOST_LIFE = timedelta(hours=24)
_SHELF = {goods.manage_number: goods for goods in SHELF}
_FEATURES = {
    "searchVisibility": "ALWAYS_VISIBLE",
    "displayNormalCartButton": True,
    "displaySubscriptionCartButton": False,
    "inventoryDisplay": "HIDDEN_STOCK",
    "shopContact": True,
    "review": "SHOP_SETTING",
    "displayManufacturerContents": False,
    "socialGiftFlag": False,
}
_LAYOUT = {
    "itemLayoutId": 1,
    "navigationId": 0,
    "layoutSequenceId": 0,
    "smallDescriptionId": 0,
    "largeDescriptionId": 0,
    "showcaseId": 0,
}


class Catalog:
    """The items of every shop; the caller opens transactions."""

    def __init__(self, connection: sqlite3.Connection, stock: Stock) -> None:
        self._db = connection
        self._stock = stock

    def items(self, shop: str) -> dict[str, Item]:
        """Return every item of a shop by its manage number."""
        skus: dict[str, list[str]] = {}
        for sku in self._stock.skus(shop):
            skus.setdefault(sku.manage_number, []).append(sku.variant_id)
        said = self._said(shop)
        return {
            number: _item(number, sorted(variants), said.get(number, {}))
            for number, variants in sorted(skus.items())
        }

    def ghosts(self, shop: str, now: datetime) -> list[str]:
        """Return the numbers that search still finds although their item is deleted."""
        rows = self._db.execute(
            "SELECT manage_number FROM catalog WHERE shop = ? AND deleted_at > ?",
            (shop, _stamp(now - _GHOST_LIFE)),
        )
        there = {sku.manage_number for sku in self._stock.skus(shop)}
        return sorted(number for (number,) in rows if number not in there)

    def change(self, shop: str, number: str, said: Item, now: datetime) -> None:
        """Lay these facts over an item; its new variants go on sale without stock."""
        for variant_id in said.get("variants") or {}:
            sku = Sku(number, variant_id)
            if not self._stock.on_sale(shop, sku):
                self._stock.put_on_sale(shop, sku)
        known = self._said(shop).get(number, {})
        said = {"updated": _stamp(now), **said}
        merged = _laid_over(known, said, keeps_null=True)
        self._db.execute(
            "INSERT OR REPLACE INTO catalog VALUES (?, ?, ?, NULL)",
            (shop, number, orjson.dumps(merged).decode()),
        )

    def delete(self, shop: str, number: str, now: datetime) -> None:
        """Delete an item with its SKUs; their stock rows stay for a while."""
        for sku in self._stock.skus(shop):
            if sku.manage_number == number:
                self._stock.take_off_sale(shop, sku)
        self._db.execute(
            "INSERT OR REPLACE INTO catalog VALUES (?, ?, '{}', ?)",
            (shop, number, _stamp(now)),
        )

    def _said(self, shop: str) -> Mapping[str, Item]:
        rows = self._db.execute(
            "SELECT manage_number, said FROM catalog WHERE shop = ?", (shop,)
        )
        return {number: orjson.loads(said) for number, said in rows}


def _item(number: str, variant_ids: list[str], said: Item) -> Item:
    goods = _SHELF.get(number)
    known = {each.variant_id: each for each in goods.variants} if goods else {}
    selectors = dict(_selectors(known.values())) if len(variant_ids) > 1 else {}
    item = {
        "manageNumber": number,
        "title": goods.name if goods else f"見本 {number}",
        "itemType": "NORMAL",
        "genreId": "201198",
        "hideItem": False,
        "unlimitedInventoryFlag": False,
        "features": dict(_FEATURES),
        "payment": _payment(goods),
        "itemDisplaySequence": 999999999,
        "layout": dict(_LAYOUT),
        "variants": {
            each: _variant(goods, known.get(each), with_choice=bool(selectors))
            for each in variant_ids
        },
        "created": _FIRST_DAY,
        "updated": _FIRST_DAY,
    }
    if goods and goods.number:
        item["itemNumber"] = goods.number
    if selectors:
        item["variantSelectors"] = [
            {
                "key": name,
                "displayName": name,
                "values": [{"displayValue": value} for value in values],
            }
            for name, values in selectors.items()
        ]
    laid = _laid_over(item, said)
    if "variants" in laid:
        laid["variants"] = {each: laid["variants"][each] for each in variant_ids}
    return laid


def _payment(goods: Goods | None) -> Item:
    return {
        "taxIncluded": goods.price_includes_tax if goods else True,
        "taxRate": "0.08" if goods and goods.tax_percent == 8 else "0.1",
        "cashOnDeliveryFeeIncluded": False,
    }


def _variant(
    goods: Goods | None, variant: Variant | None, *, with_choice: bool
) -> Item:
    shown: Item = {
        "restockOnCancel": True,
        "backOrderFlag": False,
        "normalDeliveryDateId": 1,
        "hidden": False,
        "standardPrice": str(goods.price if goods else 1000),
        "articleNumber": {"exemptionReason": 3},
        "features": {"restockNotification": False, "noshi": True},
        "shipping": {
            "postageIncluded": False,
            "singleItemShipping": 0,
            "okihaiSetting": True,
        },
    }
    if variant and variant.merchant_sku:
        shown["merchantDefinedSkuId"] = variant.merchant_sku
    if variant and variant.info and with_choice:
        shown["selectorValues"] = dict(_choices(variant))
    return shown


def _choices(variant: Variant) -> Iterator[tuple[str, str]]:
    for line in (variant.info or "").splitlines():
        name, _, value = line.partition(":")
        yield name, value


def _selectors(variants: Any) -> Iterator[tuple[str, list[str]]]:
    values: dict[str, dict[str, None]] = {}
    for variant in variants:
        for name, value in _choices(variant):
            values.setdefault(name, {})[value] = None
    for name, each in values.items():
        yield name, list(each)


def _laid_over(below: Item, above: Item, *, keeps_null: bool = False) -> Item:
    """Return one document over another; a null leaves its field out, if not kept."""
    laid = dict(below)
    for key, value in above.items():
        if value is None and not keeps_null:
            laid.pop(key, None)
        elif isinstance(value, dict):
            under = laid.get(key) or {}
            laid[key] = _laid_over(under, value, keeps_null=keeps_null)
        else:
            laid[key] = value
    return laid


def _stamp(moment: datetime) -> str:
    return moment.astimezone(JST).isoformat(timespec="seconds")
