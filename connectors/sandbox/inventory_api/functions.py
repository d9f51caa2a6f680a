"""The functions of the inventory API (docs/rms/inventory-and-license-api.md).

2.1 has lead times and places to ship from beside the quantity, and one function more.
Every quantity written is recorded in the order RMS took it, for `written`.
"""

from datetime import datetime
from typing import Any

from connectors.sandbox.inventory_api.calls import (
    InventoryAnswer,
    InventoryCall,
    InventoryFunction,
)
from connectors.sandbox.inventory_api.entries import (
    ABSOLUTE,
    BOUNDS_CROSS,
    LEAVES_THE_RANGE,
    NO_BOUND,
    NO_ROW,
    NO_SKUS,
    NOT_FOUND,
    RELATIVE,
    TOO_MANY_FOUND,
    TOO_MANY_VARIANTS,
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
MOST_VARIANTS = 400
"""Rows under one manage number (IE0121)."""
_WITH_LEAD_TIMES = "2.1"
_KEYS = (
    "number", "shop", "manageNumber", "variantId", "mode", "sent", "quantity", "at",
)  # fmt: skip


def _get(call: InventoryCall) -> InventoryAnswer:
    """Return one SKU, or refuse with 404."""
    sku = _named(call)
    for level in _seen(call, [sku]):
        return InventoryAnswer(_shown(call, level), 1)
    raise _not_found()


def _upsert(call: InventoryCall) -> InventoryAnswer:
    """Write one SKU's quantity: 204, even where there is no such item."""
    _check_migrated(call)
    sku = _named(call)
    reading = Reading(call.body)
    wanted = _wanted(call, reading, sku, "mode", "quantity")
    reading.settle()
    if error := check_write(call.world, call.shop.handle, wanted):
        raise InventoryRefusal(error)
    write_stock(call.world, call.shop.handle, wanted, call.now)
    return InventoryAnswer(None, 1)


def _delete(call: InventoryCall) -> InventoryAnswer:
    """Delete one SKU's quantity; where there is none, refuse with 404."""
    _check_migrated(call)
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
    found = call.world.stock.between(
        call.shop.handle, low, high, MOST_FOUND + 1, orphans=_orphans(call)
    )
    if len(found) > MOST_FOUND:
        raise InventoryRefusal(EntryError(TOO_MANY_FOUND, "Too many search results"))
    return InventoryAnswer(
        {"inventories": [_shown(call, level) for level in found]}, len(found)
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
    found = _seen(call, skus)
    return InventoryAnswer(
        {"inventories": [_shown(call, level) for level in found]}, len(skus)
    )


def _variant_list(call: InventoryCall) -> InventoryAnswer:
    """List every row under one manage number (2.1 only)."""
    reading = Reading(dict(call.path))
    manage_number = reading.identifier("manageNumber").lower()
    reading.settle()
    rows = call.world.stock.of_item(call.shop.handle, manage_number)
    shown = [_shown(call, row) for row in rows]
    if not shown:
        raise _not_found()
    of_each = ("variantId", "quantity", "operationLeadTime", "shipFromIds")
    body = {
        "manageNumber": manage_number,
        "variantList": [{k: row[k] for k in of_each if k in row} for row in shown],
        "created": min(row["created"] for row in shown),
        "updated": max(row["updated"] for row in shown),
    }
    return InventoryAnswer(body, len(shown))


def _bulk_upsert(call: InventoryCall) -> InventoryAnswer:
    """Write up to 400 quantities; with one bad entry none is written.

    Whether RMS writes the good ones is not known; with the setting `partial_upsert`
    they are.
    """
    _check_migrated(call)
    world, shop = call.world, call.shop.handle
    readings = entries(call.body, MOST_UPSERTS)
    names = ("manageNumber", "variantId", "mode", "quantity")
    wanted = []
    for reading in readings:
        sku = reading.sku()
        if world.settings.folds_variants and call.version != _WITH_LEAD_TIMES:
            sku = Sku(sku.manage_number, sku.variant_id.lower())
        wanted.append(_wanted(call, reading, sku, *names))
    doubled(zip(readings, (each.sku for each in wanted), strict=True))
    for reading, each in zip(readings, wanted, strict=True):
        if not reading.errors and (error := check_write(world, shop, each)):
            reading.errors.append(error)
        if not reading.errors and (code := world.faults.entry("/".join(each.sku))):
            path = f"{reading.path}quantity"
            reading.errors.append(EntryError(code, "Refused by a test.", path))
    errors = tuple(error for reading in readings for error in reading.errors)
    if errors and not world.settings.partial_upsert:
        raise InventoryRefusal(*errors)
    for reading, each in zip(readings, wanted, strict=True):
        if not reading.errors:
            write_stock(world, shop, each, call.now)
    return InventoryAnswer(None, len(wanted), errors)


def _wanted(call: InventoryCall, reading: Reading, sku: Sku, *names: str) -> Upsert:
    """Parse what is to be written; 2.1 clears what is left out."""
    if call.version != _WITH_LEAD_TIMES:
        reading.only(*names)
        return reading.upsert(sku)
    reading.only(*names, "operationLeadTime", "shipFromIds")
    return reading.upsert(sku)._replace(chosen=reading.lead_times())


def _check_migrated(call: InventoryCall) -> None:
    if not call.shop.has_skus:
        raise InventoryRefusal(EntryError(NO_SKUS, "The shop has no SKUs yet."))


def check_write(world: World, shop: str, wanted: Upsert) -> EntryError | None:
    """Return why an entry without errors cannot be written as things stand, or None."""
    if wanted.mode == ABSOLUTE:
        return _check_variants(world, shop, wanted)
    there = world.stock.quantity(shop, wanted.sku)
    if there is None:
        text = "The first registration must be ABSOLUTE."
        return EntryError(NO_ROW, text, f"{wanted.path}mode")
    if not 0 <= there + wanted.quantity <= MOST:
        text = f"quantity must be between 0 and {MOST} after the update."
        return EntryError(LEAVES_THE_RANGE, text, f"{wanted.path}quantity")
    return None


def _check_variants(world: World, shop: str, wanted: Upsert) -> EntryError | None:
    there = world.stock.variants(shop, wanted.sku.manage_number)
    if len(there) < MOST_VARIANTS or wanted.sku.variant_id in there:
        return None
    text = f"A manage number has at most {MOST_VARIANTS} variants."
    return EntryError(TOO_MANY_VARIANTS, text, f"{wanted.path}variantId")


def write_stock(world: World, shop: str, wanted: Upsert, now: datetime) -> None:
    """Write one entry, whether an item has the SKU or not, and record it."""
    quantity = wanted.quantity
    if wanted.mode == RELATIVE:
        quantity += world.stock.quantity(shop, wanted.sku) or 0
    world.stock.put(shop, wanted.sku, quantity, now)
    if wanted.chosen is not None:
        world.stock.choose(shop, wanted.sku, wanted.chosen)
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


def _orphans(call: InventoryCall) -> bool:
    return call.world.settings.orphans_shown


def _seen(call: InventoryCall, skus: list[Sku]) -> list[Level]:
    return call.world.stock.shown(call.shop.handle, skus, orphans=_orphans(call))


def _shown(call: InventoryCall, level: Level) -> dict[str, Any]:
    chosen = (
        call.world.stock.chosen(call.shop.handle, level.sku)
        if call.version == _WITH_LEAD_TIMES
        else {}
    )
    row = {
        "manageNumber": level.sku.manage_number,
        "variantId": level.sku.variant_id,
        "quantity": level.quantity,
        "created": level.created.isoformat(timespec="seconds"),
        "updated": level.updated.isoformat(timespec="seconds"),
    }
    return row | chosen


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
        InventoryFunction(
            "inventories.variant-lists.get",
            "GET",
            "/variant-lists/manage-numbers/{manageNumber}",
            1,
            _variant_list,
            versions=(_WITH_LEAD_TIMES,),
        ),
    )
}
