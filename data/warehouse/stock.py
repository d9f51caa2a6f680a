"""Stock: a ledger of movements, each with its cause; the level is their sum.

Three rules make it explainable (design: rule 6.4):
  - every line of a live `auto` order has taken exactly its units from its SKU;
  - a level is what was counted last and whatever took effect after it;
  - a mall's CSV is never a cause: an order it created moves nothing but what a person
    books for it, and one it changed waits for the mall's own answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from data.model.order import Mall
from data.model.stock import MovementKind
from data.warehouse.statements import SQL, Statements
from data.warehouse.stock_skus import SkuChange, learn_skus


@dataclass(frozen=True)
class Moved:
    """What the orders asked of the ledger: nothing, if they had been booked before.

    reserved    times a line took units, or more units
    given_back  times a line gave units back: cancelled, fewer units, another SKU
    skus        SKUs whose ledger grew
    remapped    listings of which an order showed the merchant's own SKU for the first
                time, so that their stock now stands under it
    """

    reserved: int
    given_back: int
    skus: int
    remapped: tuple[SkuChange, ...] = ()


@dataclass(frozen=True)
class Movement:
    """One movement of a SKU and the level after it."""

    seq: int
    moved_at: datetime
    effective_at: datetime
    kind: MovementKind
    quantity: int
    level: int
    counted: int | None
    mall: str | None
    shop_id: str | None
    order_number: str | None
    line_id: str | None
    cause_id: str | None
    who: str | None
    note: str | None


@dataclass(frozen=True)
class StockLevel:
    """What there is to sell; no number to tell a mall unless it was counted."""

    sku: str
    level: int
    level_seq: int
    is_counted: bool


def move_stock(  # noqa: PLR0913 - the last one is for planted bugs
    con: DuckDBPyConnection,
    shop_id: str,
    *,
    mall: Mall = Mall.RAKUTEN,
    order_numbers: Sequence[str] | None = None,
    moved_at: datetime,
    sql: Statements = SQL,
) -> Moved:
    """Bring the ledger in line with the shop's present orders, in the transaction.

    Belongs after every `store_orders`, in its transaction. Looks at the tables only, so
    calling it again, or after a replay, books nothing: at the orders named, else at all
    of the shop's, which makes good what was missed. Any error is a duckdb.Error: the
    session is only worth closing.
    """
    given = {"mall": mall.value, "shop_id": shop_id, "moved_at": moved_at}
    numbers = None if order_numbers is None else list(order_numbers)
    sql.run(con, "take_stock_orders", {**given, "order_numbers": numbers})
    remapped = learn_skus(con, given, sql)
    sql.run(con, "plan_stock_moves", given)
    ((reserved, given_back, skus),) = con.execute(sql("count_stock_moves")).fetchall()
    if skus:
        con.execute(sql("insert_stock_moves"))
        con.execute(sql("correct_stock_counts"))
    return Moved(reserved, given_back, skus, remapped)


def explain_level(con: DuckDBPyConnection, sku: str) -> list[Movement]:
    """Tell why a SKU stands where it stands: every movement, the level after each."""
    rows = con.execute(SQL("explain_stock_level"), {"sku": sku}).fetchall()
    return [
        Movement(seq, moved_at, effective_at, MovementKind(kind), *rest)
        for seq, moved_at, effective_at, kind, *rest in rows
    ]


def stock_levels(con: DuckDBPyConnection, skus: Sequence[str]) -> dict[str, StockLevel]:
    """Give the levels of these SKUs; one that never moved is absent."""
    rows = con.execute(SQL("list_stock_levels"), {"skus": list(skus)}).fetchall()
    return {row[0]: StockLevel(*row) for row in rows}
