"""Stock: a ledger of movements, each with its cause; the level is their sum.

Three rules make it explainable (docs/rules.md 6.4):
  - every line of a live `auto` order has taken exactly its units from its SKU;
  - a level is what was counted last and whatever took effect after it;
  - a mall's CSV is never a cause: an order it created moves nothing but what a person
    books for it, and one it changed waits for the mall's own answer.

Each listing sells the stock of one SKU (`sku_map`); where that changes, stock moves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from duckdb import DuckDBPyConnection

from data.model.order import Mall
from data.model.stock import MovementKind, SkuMapping
from data.warehouse.statements import SQL, show

_SAID = pl.Schema(
    {
        "manage_number": pl.String(),
        "variant_id": pl.String(),
        "sku": pl.String(),
    }
)
LEARNT = "注文に自社SKUが表示されたための変更です。"


@dataclass(frozen=True)
class SkuChange:
    """A listing that sells another SKU now.

    `is_left`: the SKU of before keeps stock that no listing sells any more, because the
    new one was counted by itself; adding both might count the same goods twice. A new
    count settles it.
    """

    manage_number: str
    variant_id: str
    sku_before: str
    sku: str
    is_left: bool


def map_skus(  # noqa: PLR0913
    con: DuckDBPyConnection,
    shop_id: str,
    mappings: Sequence[SkuMapping],
    *,
    mall: Mall = Mall.RAKUTEN,
    change_id: str,
    who: str,
    note: str,
    mapped_at: datetime,
) -> tuple[SkuChange, ...]:
    """Store which SKU each listing sells, as a person decided; move its stock along.

    What the listings' orders took moves to the new SKU with its moment. The counted
    stock goes along when its SKU has no other listing and the new one no stock of its
    own. `change_id` is a new one for each change. The last word on a listing counts.
    """
    said = {(m.manage_number, m.variant_id): m.sku for m in mappings}
    if not said:
        return ()
    frame = pl.DataFrame([(*k, v) for k, v in said.items()], _SAID, orient="row")
    show(con, "stock_said", frame)
    given = {
        "mall": mall.value,
        "shop_id": shop_id,
        "change_id": change_id,
        "who": who,
        "note": note,
        "moved_at": mapped_at,
    }
    SQL.run(con, "take_stock_skus", given)
    con.unregister("stock_said")
    return change_skus(con, given)


def learn_skus(
    con: DuckDBPyConnection, given: Mapping[str, object]
) -> tuple[SkuChange, ...]:
    """Store the SKUs that orders show for listings without one.

    `given` holds mall, shop_id and moved_at.
    """
    SQL.run(con, "learn_stock_skus", given)
    end = SQL.value(con, "find_stock_end")
    named = {"change_id": f"learnt/{given['shop_id']}/{end}"}
    return change_skus(con, {**given, **named, "who": "juchu", "note": LEARNT})


def change_skus(
    con: DuckDBPyConnection, given: Mapping[str, object]
) -> tuple[SkuChange, ...]:
    """Apply temporary table `stock_skus`: move the stock, then store the mapping."""
    if not SQL.value(con, "count_stock_sku_news"):
        return ()
    SQL.run(con, "judge_stock_skus")
    rows = SQL.run(con, "list_stock_sku_changes").fetchall()
    if rows:
        SQL.run(con, "plan_stock_sku_moves", given)
        SQL.run(con, "insert_stock_moves")
        SQL.run(con, "correct_stock_counts")
        SQL.run(con, "plan_stock_sku_counts", given)
        SQL.run(con, "insert_stock_counts")
    SQL.run(con, "merge_stock_skus", given)
    return tuple(SkuChange(*row) for row in rows)


@dataclass(frozen=True)
class StockMoved:
    """What the orders changed in the ledger; a replay changes nothing.

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


def move_stock(
    con: DuckDBPyConnection,
    shop_id: str,
    *,
    order_numbers: Sequence[str] | None = None,
    moved_at: datetime,
) -> StockMoved:
    """Book what the shop's present orders take, in the caller's transaction.

    Belongs after every `store_orders`, in its transaction. Looks at the tables only, so
    calling it again, or after a replay, books nothing: at the orders named, else at all
    of the shop's, which makes good what was missed. Any error is a duckdb.Error: the
    session is only worth closing.
    """
    given = {
        "mall": Mall.RAKUTEN.value,
        "shop_id": shop_id,
        "moved_at": moved_at,
    }
    numbers = None if order_numbers is None else list(order_numbers)
    SQL.run(con, "take_stock_orders", {**given, "order_numbers": numbers})
    remapped = learn_skus(con, given)
    SQL.run(con, "plan_stock_moves", given)
    ((reserved, given_back, skus),) = SQL.run(con, "count_stock_moves").fetchall()
    if skus:
        SQL.run(con, "insert_stock_moves")
        SQL.run(con, "correct_stock_counts")
    return StockMoved(reserved, given_back, skus, remapped)


def explain_level(con: DuckDBPyConnection, sku: str) -> list[Movement]:
    """Return every movement of a SKU, with the level after each."""
    rows = SQL.run(con, "explain_stock_level", {"sku": sku}).fetchall()
    return [
        Movement(seq, moved_at, effective_at, MovementKind(kind), *rest)
        for seq, moved_at, effective_at, kind, *rest in rows
    ]
