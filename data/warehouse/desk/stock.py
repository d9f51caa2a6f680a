"""SKUs with their levels, a SKU's ledger, and what the malls were told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from data.model.typed.search_text import searched
from data.warehouse.desk.published import MOST
from data.warehouse.handles import make_handle_of
from data.warehouse.session import Connection
from data.warehouse.statements import SQL


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
    make_handle_of(con)
    rows = SQL.run(con, "list_sku_listings", {"sku": sku}).fetchall()
    return [ToldListing(*row) for row in rows]
