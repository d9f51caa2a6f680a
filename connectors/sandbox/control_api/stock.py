"""The controls that list the mall's stock and change it from Rakuten's side."""

from typing import Any

from starlette.requests import Request

from connectors.sandbox.control_api.calls import choice, number
from connectors.sandbox.inventory_api.functions import written
from connectors.sandbox.inventory_api.stock import MOST, Sku
from connectors.sandbox.world import World

_FIELDS = ("manageNumber", "variantId", "quantity", "known", "restores")


async def stock(world: World, body: dict[str, Any], request: Request) -> Any:
    """List a shop's stock as it truly is; POST changes one SKU, or all on sale.

    `known` true gives the SKU an item, false takes it away; a quantity belongs to a
    SKU with or without an item. Only what is named is changed. `items` is a list of
    such changes, done together or not at all.
    """
    world.stock.sweep(world.clock.now())
    if request.method == "POST":
        with world.store.transaction():
            return {"stock": _change(world, body)}
    shop = request.query_params.get("shop")
    shops = [choice({"shop": shop}, "shop", world.shops)] if shop else world.shops
    return {"stock": [row for each in shops for row in world.stock.listed(each)]}


def _change(world: World, body: dict[str, Any]) -> list[dict[str, Any]]:
    shop = choice(body, "shop", world.shops, next(iter(world.shops)))
    if "items" in body:
        if set(body) - {"shop", "items"} or not isinstance(body["items"], list):
            raise ValueError("items must be a list, and stand alone beside shop")
        changes = [dict(item) for item in body["items"]]
    else:
        changes = [{key: body[key] for key in body if key != "shop"}]
    changed = {sku for change in changes for sku in _change_one(world, shop, change)}
    return [row for row in world.stock.listed(shop) if _sku_of(row) in changed]


def _change_one(world: World, shop: str, change: dict[str, Any]) -> list[Sku]:
    if unknown := sorted(set(change) - set(_FIELDS)):
        raise ValueError(f"unknown {unknown}; known are {list(_FIELDS)}")
    skus = _skus(world, shop, change)
    known = choice(change, "known", (True, False), True)
    restores = choice(change, "restores", (True, False, None), None)
    for sku in skus:
        quantity = change.get("quantity")
        if quantity is None:
            quantity = world.stock.quantity(shop, sku)
        else:
            quantity = int(number(change, "quantity", high=MOST))
        if quantity is not None:
            world.stock.put(shop, sku, quantity, world.clock.now())
        if not known:
            world.stock.take_off_sale(shop, sku)
        elif "restores" in change or not world.stock.on_sale(shop, sku):
            world.stock.put_on_sale(shop, sku, restores)
    return skus


def _skus(world: World, shop: str, body: dict[str, Any]) -> list[Sku]:
    if "manageNumber" not in body and "variantId" not in body:
        return world.stock.skus(shop)
    names = body.get("manageNumber"), body.get("variantId")
    if not all(isinstance(name, str) and name for name in names):
        raise ValueError("manageNumber and variantId must be given together, as texts")
    return [Sku(str(names[0]).lower(), str(names[1]))]


def _sku_of(row: dict[str, Any]) -> Sku:
    return Sku(row["manageNumber"], row["variantId"])


async def stock_writes(world: World, _body: dict[str, Any], request: Request) -> Any:
    """List what callers of the API wrote, in the order RMS took it."""
    after = int(request.query_params.get("after", 0))
    return {"writes": written(world, after)}
