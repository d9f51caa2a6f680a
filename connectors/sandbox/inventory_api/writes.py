"""Writes quantities as RMS takes them, and remembers each in the order it was taken."""

from datetime import datetime
from typing import Any

from connectors.sandbox.inventory_api.entries import RELATIVE, Upsert, out_of_range
from connectors.sandbox.inventory_api.errors import PARAMETER, Fault
from connectors.sandbox.inventory_api.stock import MOST
from connectors.sandbox.world import World

_KEYS = (
    "number", "shop", "manageNumber", "variantId", "mode", "sent", "quantity", "at",
)  # fmt: skip


def check(world: World, shop: str, wanted: Upsert) -> Fault | None:
    """Say why a readable entry cannot be written as things stand, or None."""
    if wanted.mode != RELATIVE:
        return None
    there = world.stock.quantity(shop, wanted.sku)
    if there is None:
        text = "The first registration must be ABSOLUTE."
        return Fault(PARAMETER, text, f"{wanted.path}mode")
    if not 0 <= there + wanted.quantity <= MOST:
        return out_of_range(f"{wanted.path}quantity")
    return None


def write(world: World, shop: str, wanted: Upsert, now: datetime) -> None:
    """Write one entry, be there an item or not, and add it to the journal."""
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
