"""How orders move the mall's stock by themselves (docs/rms/order-api.md §4.7).

A sale never waits for stock: order n of a seed is the same whatever the levels are.
Where there is less than was bought, the level goes to 0 and only what was there counts
as taken, so a cancellation never gives back more than the order took.
"""

from datetime import datetime
from typing import Any

from connectors.sandbox.inventory_api.stock import MOST, Sku
from connectors.sandbox.store import OrderModel
from connectors.sandbox.world import World

ITEM_SETTING, PUT_BACK, DO_NOT = 0, 1, 2
"""inventoryRestoreType (§4.7), and a line's restoreInventoryFlag (§3.8)."""


def is_shown(world: World, shop: str, model: OrderModel) -> bool:
    """Return whether the mall shows as many units of each line as the order buys."""
    return all(
        line["units"] <= (world.stock.for_sale(shop, sku) or 0)
        for package in model["PackageModelList"]
        for line in package["ItemModelList"]
        for sku in _skus(line)
    )


def take_stock(world: World, shop: str, model: OrderModel) -> None:
    """Lower the stock by what a new order buys.

    An order that is sold as cancelled gives it back at once, by the item's setting.
    """
    now = world.clock.now()
    for package in model["PackageModelList"]:
        for line in package["ItemModelList"]:
            if line["inventoryType"]:
                _take_line(world, shop, model["orderNumber"], line, now)
    give_back(world, model, ITEM_SETTING)


def _take_line(
    world: World, shop: str, number: str, line: dict[str, Any], now: datetime
) -> None:
    for sku in _skus(line):
        there = world.stock.for_sale(shop, sku)
        if not there:
            continue
        units = min(line["units"], there)
        world.stock.put(shop, sku, there - units, now)
        world.store.connection.execute(
            "INSERT INTO taken VALUES (?, ?, ?, ?, ?, ?, ?)",
            (number, shop, *sku, units, line["itemDetailId"], ITEM_SETTING),
        )


def _skus(line: dict[str, Any]) -> list[Sku]:
    number = line["manageNumber"].lower()
    return [Sku(number, variant["variantId"]) for variant in line["SkuModelList"]]


def give_back(world: World, model: OrderModel, restore_type: int | None = None) -> None:
    """Return what a cancelled order took, once, if its settings say so.

    While the cancel waits (800) only the wish is recorded; it counts when the order
    gets to 900. Without a `restore_type` the wish recorded before stays.
    """
    db, number = world.store.connection, model["orderNumber"]
    if restore_type is not None:
        db.execute(
            "UPDATE taken SET restore_type = ? WHERE order_number = ?",
            (restore_type, number),
        )
    if model["orderProgress"] != 900:
        return
    rows = db.execute(
        "DELETE FROM taken WHERE order_number = ? RETURNING shop, manage_number,"
        " variant_id, units, line_id, restore_type",
        (number,),
    ).fetchall()
    flags = {
        line["itemDetailId"]: line["restoreInventoryFlag"]
        for package in model["PackageModelList"]
        for line in package["ItemModelList"]
    }
    for shop, manage_number, variant_id, units, line_id, wish in rows:
        sku = Sku(manage_number, variant_id)
        there = world.stock.quantity(shop, sku)
        decided = wish or flags.get(line_id, ITEM_SETTING)
        if there is not None and _goes_back(world, shop, sku, decided):
            level = min(there + units, MOST)
            world.stock.put(shop, sku, level, world.clock.now())


def _goes_back(world: World, shop: str, sku: Sku, wish: int) -> bool:
    if wish != ITEM_SETTING:
        return wish == PUT_BACK
    of_item = world.stock.restores(shop, sku)
    return world.settings.restore_on_cancel if of_item is None else of_item
