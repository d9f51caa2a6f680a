"""The mall's stock of every shop: which SKUs are on sale, and how many there are.

An item on sale and its level are two things, as at Rakuten: a level can be written for
a SKU that no item has. Whether a call returns such a row is a setting. Without the item
it is deleted 24 hours after its last update, without the SKU in the next night
(docs/rms/inventory-and-license-api.md).
"""

import sqlite3
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson

from connectors.sandbox.clock import JST
from connectors.sandbox.selling.goods import SHELF

MOST = 99_999
_ORPHAN_LIFE = timedelta(hours=24)
_KEY = "shop = ? AND manage_number = ? AND variant_id = ?"
_ON_SALE = """EXISTS (SELECT 1 FROM items WHERE items.shop = levels.shop
    AND items.manage_number = levels.manage_number
    AND items.variant_id = levels.variant_id)"""
_HAS_ITEM = """EXISTS (SELECT 1 FROM items WHERE items.shop = levels.shop
    AND items.manage_number = levels.manage_number)"""
_PUT = """
INSERT INTO levels VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE
    SET quantity = excluded.quantity, updated = excluded.updated
"""
_RANGE = f"""
SELECT manage_number, variant_id, quantity, created, updated FROM levels
    WHERE shop = ? AND quantity BETWEEN ? AND ? AND (? OR {_ON_SALE})
    ORDER BY updated DESC, manage_number, variant_id LIMIT ?
"""  # noqa: S608 - our own words
_ALL = """
SELECT manage_number, variant_id, quantity, 1, restores, created, updated FROM items
    LEFT JOIN levels USING (shop, manage_number, variant_id) WHERE shop = ?1
UNION ALL SELECT manage_number, variant_id, quantity, 0, NULL, created, updated
    FROM levels WHERE shop = ?1 AND (manage_number, variant_id) NOT IN
    (SELECT manage_number, variant_id FROM items WHERE shop = ?1)
ORDER BY 1, 2
"""


class Sku(NamedTuple):
    """RMS's key of a stock-keeping unit; the manage number is in lower case."""

    manage_number: str
    variant_id: str


class Level(NamedTuple):
    """One row of stock as RMS returns it."""

    sku: Sku
    quantity: int
    created: datetime
    updated: datetime


class Stock:
    """Items and levels in the sandbox's store; the caller opens transactions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def fill_shelf(self, shop: str, quantity: int, now: datetime) -> None:
        """Put every item of the shelf on sale, each SKU with the same quantity."""
        for goods in SHELF:
            for variant in goods.variants:
                sku = Sku(goods.manage_number, variant.variant_id)
                self.put_on_sale(shop, sku)
                self.put(shop, sku, quantity, now)

    def put_on_sale(self, shop: str, sku: Sku, restores: bool | None = None) -> None:
        """Insert an item; `restores` is its setting for cancelled orders."""
        self._db.execute(
            "INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?)", (shop, *sku, restores)
        )

    def take_off_sale(self, shop: str, sku: Sku) -> None:
        """Delete the item; its level stays behind without one."""
        self._db.execute(f"DELETE FROM items WHERE {_KEY}", (shop, *sku))  # noqa: S608

    def on_sale(self, shop: str, sku: Sku) -> bool:
        """Return whether an item has this SKU."""
        found = self._db.execute(f"SELECT 1 FROM items WHERE {_KEY}", (shop, *sku))  # noqa: S608
        return found.fetchone() is not None

    def restores(self, shop: str, sku: Sku) -> bool | None:
        """Return the item's own setting for cancelled orders; None = it has none."""
        row = self._db.execute(
            f"SELECT restores FROM items WHERE {_KEY}",  # noqa: S608
            (shop, *sku),
        ).fetchone()
        return None if row is None or row[0] is None else bool(row[0])

    def skus(self, shop: str) -> list[Sku]:
        """List the SKUs on sale."""
        rows = self._db.execute(
            "SELECT manage_number, variant_id FROM items WHERE shop = ?", (shop,)
        )
        return [Sku(*row) for row in rows]

    def quantity(self, shop: str, sku: Sku) -> int | None:
        """Return a SKU's quantity, on sale or not; None = there is no row."""
        row = self._db.execute(
            f"SELECT quantity FROM levels WHERE {_KEY}",  # noqa: S608
            (shop, *sku),
        ).fetchone()
        return None if row is None else row[0]

    def for_sale(self, shop: str, sku: Sku) -> int | None:
        """Return the quantity buyers can buy; None = no item, or no row."""
        row = self._db.execute(
            f"SELECT quantity FROM levels WHERE {_KEY} AND {_ON_SALE}",  # noqa: S608
            (shop, *sku),
        ).fetchone()
        return None if row is None else row[0]

    def put(self, shop: str, sku: Sku, quantity: int, now: datetime) -> None:
        """Set a SKU's quantity, whether an item has it or not."""
        self._db.execute(_PUT, (shop, *sku, quantity, _stamp(now), _stamp(now)))

    def delete(self, shop: str, sku: Sku) -> bool:
        """Delete a SKU's quantity; return whether there was one."""
        self.choose(shop, sku, {})
        done = self._db.execute(
            f"DELETE FROM levels WHERE {_KEY}",  # noqa: S608
            (shop, *sku),
        )
        return done.rowcount > 0

    def shown(
        self, shop: str, skus: Iterable[Sku], *, orphans: bool = False
    ) -> list[Level]:
        """Return the rows of those SKUs that are on sale, in the order asked for.

        With `orphans` those of SKUs that no item has are returned, too.
        """
        rows = (
            self._db.execute(
                "SELECT manage_number, variant_id, quantity, created, updated"  # noqa: S608
                f" FROM levels WHERE {_KEY} AND (? OR {_ON_SALE})",
                (shop, *sku, orphans),
            ).fetchone()
            for sku in skus
        )
        return [_level(row) for row in rows if row]

    def between(
        self, shop: str, low: int, high: int, most: int, *, orphans: bool = False
    ) -> list[Level]:
        """Return at most `most` rows by quantity, newest update first."""
        asked = (shop, low, high, orphans, most)
        return [_level(row) for row in self._db.execute(_RANGE, asked)]

    def of_item(self, shop: str, manage_number: str) -> list[Level]:
        """Return every row under one manage number, by variant."""
        rows = self._db.execute(
            "SELECT manage_number, variant_id, quantity, created, updated FROM levels"
            " WHERE shop = ? AND manage_number = ? ORDER BY variant_id",
            (shop, manage_number),
        )
        return [_level(row) for row in rows]

    def variants(self, shop: str, manage_number: str) -> set[str]:
        """Return the variants that have a row under one manage number."""
        rows = self._db.execute(
            "SELECT variant_id FROM levels WHERE shop = ? AND manage_number = ?",
            (shop, manage_number),
        )
        return {variant_id for (variant_id,) in rows}

    def chosen(self, shop: str, sku: Sku) -> dict[str, Any]:
        """Return a SKU's lead times and places to ship from, as far as chosen (2.1)."""
        row = self._db.execute(
            f"SELECT chosen FROM lead_times WHERE {_KEY}",  # noqa: S608
            (shop, *sku),
        ).fetchone()
        return {} if row is None else orjson.loads(row[0])

    def choose(self, shop: str, sku: Sku, chosen: dict[str, Any]) -> None:
        """Replace what is chosen for a SKU; nothing = RMS chooses by itself."""
        self._db.execute(
            "INSERT OR REPLACE INTO lead_times VALUES (?, ?, ?, ?)",
            (shop, *sku, orjson.dumps(chosen).decode()),
        )

    def sweep(self, now: datetime) -> None:
        """Delete rows without an item after 24 hours, without a SKU in the night."""
        midnight = now.astimezone(JST).replace(
            hour=0, minute=0, second=0, microsecond=0
        )
        self._db.execute(
            f"DELETE FROM levels WHERE NOT {_ON_SALE} AND updated <= "  # noqa: S608
            f"CASE WHEN {_HAS_ITEM} THEN ? ELSE ? END",
            (_stamp(midnight), _stamp(now - _ORPHAN_LIFE)),
        )

    def listed(self, shop: str) -> list[dict[str, Any]]:
        """List everything as it truly is, rows without an item too."""
        return [
            {
                "shop": shop,
                "manageNumber": manage_number,
                "variantId": variant_id,
                "quantity": quantity,
                "known": bool(known),
                "restores": None if restores is None else bool(restores),
                "created": created,
                "updated": updated,
            }
            for (
                manage_number, variant_id, quantity, known, restores, created, updated
            ) in self._db.execute(_ALL, (shop,))
        ]  # fmt: skip


def _stamp(moment: datetime) -> str:
    return moment.astimezone(JST).isoformat(timespec="microseconds")


def _level(row: tuple[str, str, int, str, str]) -> Level:
    manage_number, variant_id, quantity, created, updated = row
    sku = Sku(manage_number, variant_id)
    times = datetime.fromisoformat(created), datetime.fromisoformat(updated)
    return Level(sku, quantity, *times)
