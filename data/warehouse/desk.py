"""What the staff's pages show of the published copy, which holds no personal data.

Only an order's history opens the warehouse (data.warehouse.orders.history). Everything
here reads one copy that nobody writes to any more: a flow at work is never waited for.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from data.model.matter import MatterKind
from data.model.typed.search_text import searched
from data.warehouse.day import StatusCount, WaitingKind, standings, waiting
from data.warehouse.readers import reading
from data.warehouse.session import Connection
from data.warehouse.statements import SQL

PATIENCE_S: Final = 2.0
MOST: Final = 200
"""Rows that a page lists."""


@dataclass(frozen=True)
class ShownKey:
    """A shop's licence key: until when, and how its connection was last found."""

    shop: str
    mall: str
    stage: str | None
    connection: str | None
    ends_at: datetime | None


@dataclass(frozen=True)
class Today:
    """Where everything stands, of the moment `published_at`.

    newest_order_at  when the newest snapshot of an order was asked for, None for none
    """

    published_at: datetime
    newest_order_at: datetime | None
    standings: tuple[StatusCount, ...]
    waiting: tuple[WaitingKind, ...]
    keys: tuple[ShownKey, ...]


@dataclass(frozen=True)
class OpenMatter:
    """A matter as the copy knows it: what it says stands in the warehouse only."""

    key: str
    shop: str
    order_number: str | None
    since: datetime


@dataclass(frozen=True)
class ShownSku:
    """A SKU and its level; `is_counted` is false while nobody has counted it."""

    sku: str
    level: int
    is_counted: bool
    item_name: str | None


@dataclass(frozen=True)
class ShownMovement:
    """One movement of a SKU, and the level after it."""

    kind: str
    quantity: int
    level: int
    counted: int | None
    order_number: str | None
    effective_at: datetime
    moved_at: datetime


@dataclass(frozen=True)
class ToldListing:
    """A listing that sells a SKU, and what its mall was last told."""

    mall: str
    shop: str
    manage_number: str
    variant_id: str
    safety: int | None
    offered: int | None
    state: str | None
    at: datetime | None


@contextmanager
def published(copy: Path) -> Iterator[Connection]:
    """Open the copy to read.

    Raises:
        WarehouseClosed: nothing was published yet, or the copy does not open.

    """
    with reading(copy, PATIENCE_S) as (con, _):
        yield con


def today(con: Connection) -> Today:
    """Return where everything stands."""
    ((published_at, newest),) = SQL.run(con, "read_freshness").fetchall()
    keys = SQL.run(con, "list_keys").fetchall()
    return Today(
        published_at,
        newest,
        standings(con),
        waiting(con),
        tuple(ShownKey(*row) for row in keys),
    )


def open_matters(con: Connection, kind: MatterKind) -> list[OpenMatter]:
    """Return what waits of a kind, longest waiting first, MOST at most."""
    given = {"kind": kind.value, "most": MOST}
    return [
        OpenMatter(*row) for row in SQL.run(con, "list_open_matters", given).fetchall()
    ]


def find_skus(con: Connection, text: str) -> list[ShownSku]:
    """Return the SKUs with each word of the text in code or item name; "" finds all.

    Those with the lowest levels come first, MOST at most. Signs of full width, capitals
    and katakana are as good as others, in the text and in what is searched.
    """
    words = searched(text).split()
    skus = (ShownSku(*row) for row in SQL.run(con, "list_skus").fetchall())
    found = (one for one in skus if _has(one, words))
    return list(islice(found, MOST))


def _has(one: ShownSku, words: Sequence[str]) -> bool:
    known = searched(f"{one.sku}\n{one.item_name or ''}")
    return all(word in known for word in words)


def is_counted(con: Connection, sku: str) -> bool:
    """Return whether anybody has counted the SKU, so that its level means something."""
    return (True,) in SQL.run(con, "is_sku_counted", {"sku": sku}).fetchall()


def ledger(con: Connection, sku: str) -> list[ShownMovement]:
    """Return the movements of a SKU, the latest first, MOST at most."""
    given = {"sku": sku, "most": MOST}
    return [
        ShownMovement(*row) for row in SQL.run(con, "list_sku_ledger", given).fetchall()
    ]


def listings(con: Connection, sku: str) -> list[ToldListing]:
    """Return the listings that sell a SKU."""
    rows = SQL.run(con, "list_sku_listings", {"sku": sku}).fetchall()
    return [ToldListing(*row) for row in rows]
