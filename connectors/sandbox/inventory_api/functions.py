"""The six functions of the inventory API (docs/rms/inventory-and-license-api.md).

2.1 has the same functions; its lead-time and ship-from fields are not known here and
are refused like every other unrecognised field. Every quantity written is recorded in
the order RMS took it, for `written`.
"""

from datetime import datetime
from typing import Any

from connectors.sandbox.inventory_api.calls import (
    InventoryAnswer,
    InventoryCall,
    InventoryFunction,
)
from connectors.sandbox.inventory_api.entries import (
    BOUNDS_CROSS,
    LEAVES_THE_RANGE,
    NO_BOUND,
    NO_ROW,
    NOT_FOUND,
    RELATIVE,
    TOO_MANY_FOUND,
    EntryError,
    InventoryRefusal,
    Reading,
    Upsert,
    doubled,
    entries,
    invalid,
    out_of_range,
)
from connectors.sandbox.inventory_api.stock import MOST, Level, Sku
from connectors.sandbox.world import World

MOST_UPSERTS, MOST_READ, MOST_FOUND = 400, 1000, 1000
_KEYS = (
    "number", "shop", "manageNumber", "variantId", "mode", "sent", "quantity", "at",
)  # fmt: skip


def _get(call: InventoryCall) -> InventoryAnswer:
    """Return one SKU, or refuse with 404."""
    sku = _named(call)
    for level in call.world.stock.shown(call.shop.handle, [sku]):
        return InventoryAnswer(_shown(level), 1)
    raise _not_found()


def _upsert(call: InventoryCall) -> InventoryAnswer:
    """Write one SKU's quantity: 204, even where there is no such item."""
    sku = _named(call)
    reading = Reading(call.body)
    reading.only("mode", "quantity")
    wanted = reading.upsert(sku)
    reading.settle()
    if error := check_write(call.world, call.shop.handle, wanted):
        raise InventoryRefusal(error)
    write_stock(call.world, call.shop.handle, wanted, call.now)
    return InventoryAnswer(None, 1)


def _delete(call: InventoryCall) -> InventoryAnswer:
    """Delete one SKU's quantity; where there is none, refuse with 404."""
    if not call.world.stock.delete(call.shop.handle, _named(call)):
        raise _not_found()
    return InventoryAnswer(None, 1)


def _range(call: InventoryCall) -> InventoryAnswer:
    """List SKUs by quantity, newest update first; more than 1,000 are refused."""
    reading = Reading({name: _as_number(v) for name, v in call.query.items()})
    reading.only("minQuantity", "maxQuantity")
    if not {"minQuantity", "maxQuantity"} & reading.given.keys():
        text = "minQuantity or maxQuantity is required."
        reading.errors.append(EntryError(NO_BOUND, text))
    low, high = (
        _bound(reading, name, default)
        for name, default in (("minQuantity", 0), ("maxQuantity", MOST))
    )
    if not reading.errors and low > high:
        text = "minQuantity must not be greater than maxQuantity."
        reading.errors.append(EntryError(BOUNDS_CROSS, text, "minQuantity"))
    reading.settle()
    found = call.world.stock.between(call.shop.handle, low, high, MOST_FOUND + 1)
    if len(found) > MOST_FOUND:
        raise InventoryRefusal(EntryError(TOO_MANY_FOUND, "Too many search results"))
    return InventoryAnswer(
        {"inventories": [_shown(level) for level in found]}, len(found)
    )


def _bulk_get(call: InventoryCall) -> InventoryAnswer:
    """Return up to 1,000 SKUs; those that do not exist are left out."""
    readings = entries(call.body, MOST_READ)
    skus = []
    for reading in readings:
        reading.only("manageNumber", "variantId")
        skus.append(reading.sku())
    doubled(zip(readings, skus, strict=True))
    if errors := [error for reading in readings for error in reading.errors]:
        raise InventoryRefusal(*errors)
    found = call.world.stock.shown(call.shop.handle, skus)
    return InventoryAnswer(
        {"inventories": [_shown(level) for level in found]}, len(skus)
    )


def _bulk_upsert(call: InventoryCall) -> InventoryAnswer:
    """Write up to 400 quantities; with one bad entry none is written.

    Whether RMS writes the good ones is not known; with the setting `partial_upsert`
    they are.
    """
    world, shop = call.world, call.shop.handle
    readings = entries(call.body, MOST_UPSERTS)
    wanted = []
    for reading in readings:
        reading.only("manageNumber", "variantId", "mode", "quantity")
        wanted.append(reading.upsert(reading.sku()))
    doubled(zip(readings, (each.sku for each in wanted), strict=True))
    for reading, each in zip(readings, wanted, strict=True):
        if not reading.errors and (error := check_write(world, shop, each)):
            reading.errors.append(error)
    errors = tuple(error for reading in readings for error in reading.errors)
    if errors and not world.settings.partial_upsert:
        raise InventoryRefusal(*errors)
    for reading, each in zip(readings, wanted, strict=True):
        if not reading.errors:
            write_stock(world, shop, each, call.now)
    return InventoryAnswer(None, len(wanted), errors)


def check_write(world: World, shop: str, wanted: Upsert) -> EntryError | None:
    """Return why an entry without errors cannot be written as things stand, or None."""
    if wanted.mode != RELATIVE:
        return None
    there = world.stock.quantity(shop, wanted.sku)
    if there is None:
        text = "The first registration must be ABSOLUTE."
        return EntryError(NO_ROW, text, f"{wanted.path}mode")
    if not 0 <= there + wanted.quantity <= MOST:
        text = f"quantity must be between 0 and {MOST} after the update."
        return EntryError(LEAVES_THE_RANGE, text, f"{wanted.path}quantity")
    return None


def write_stock(world: World, shop: str, wanted: Upsert, now: datetime) -> None:
    """Write one entry, whether an item has the SKU or not, and record it."""
    quantity = wanted.quantity
    if wanted.mode == RELATIVE:
        quantity += world.stock.quantity(shop, wanted.sku) or 0
    world.stock.put(shop, wanted.sku, quantity, now)
    world.store.connection.execute(
        "INSERT INTO stock_writes (shop, manage_number, variant_id, mode, sent,"
        " quantity, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            shop, *wanted.sku, wanted.mode, wanted.quantity, quantity,
            now.isoformat(timespec="milliseconds"),
        ),
    )  # fmt: skip


def written(world: World, after: int = 0) -> list[dict[str, Any]]:
    """List what callers wrote, in the order RMS took it, from number `after` + 1."""
    rows = world.store.connection.execute(
        "SELECT number, shop, manage_number, variant_id, mode, sent, quantity, at"
        " FROM stock_writes WHERE number > ? ORDER BY number",
        (after,),
    )
    return [dict(zip(_KEYS, row, strict=True)) for row in rows]


def _named(call: InventoryCall) -> Sku:
    reading = Reading(dict(call.path))
    sku = reading.sku()
    reading.settle()
    return sku


def _not_found() -> InventoryRefusal:
    return InventoryRefusal(
        EntryError(NOT_FOUND, "Data not found for inputs."), status=404
    )


def _as_number(text: str) -> object:
    return int(text) if text.isascii() and text.isdecimal() else text


def _bound(reading: Reading, name: str, default: int) -> int:
    value = reading.given.get(name, default)
    if type(value) is not int:
        reading.errors.append(invalid(name, value))
    elif value > MOST:
        reading.errors.append(out_of_range(name))
    else:
        return value
    return default


def _shown(level: Level) -> dict[str, Any]:
    return {
        "manageNumber": level.sku.manage_number,
        "variantId": level.sku.variant_id,
        "quantity": level.quantity,
        "created": level.created.isoformat(timespec="seconds"),
        "updated": level.updated.isoformat(timespec="seconds"),
    }


_ONE = "/manage-numbers/{manageNumber}/variants/{variantId}"
FUNCTIONS = {
    function.name: function
    for function in (
        InventoryFunction("inventories.variants.get", "GET", _ONE, 1, _get),
        InventoryFunction(
            "inventories.variants.upsert", "PUT", _ONE, 1, _upsert, has_body=True
        ),
        InventoryFunction("inventories.variants.delete", "DELETE", _ONE, 1, _delete),
        InventoryFunction(
            "inventories.bulk.get.range", "GET", "/bulk-get/range", 5, _range
        ),
        InventoryFunction(
            "inventories.bulk.get", "POST", "/bulk-get", 5, _bulk_get, has_body=True
        ),
        InventoryFunction(
            "inventories.bulk.upsert",
            "POST",
            "/bulk-upsert",
            1,
            _bulk_upsert,
            has_body=True,
        ),
    )
}
