"""Whose stock a listing sells, and what happens to the stock when that changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from duckdb import DuckDBPyConnection

from data.model.order import Mall
from data.model.stock import SkuMapping
from data.warehouse.shown import show
from data.warehouse.statements import SQL, Statements

_SAID = pl.Schema(
    {
        "manage_number": pl.String(),
        "variant_id": pl.String(),
        "sku": pl.String(),
    }
)
LEARNT = "受注に自社SKUが表示されたため (the order shows the merchant's own SKU)"


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


def map_skus(  # noqa: PLR0913 - the last one is for planted bugs
    con: DuckDBPyConnection,
    shop_id: str,
    mappings: Sequence[SkuMapping],
    *,
    mall: Mall = Mall.RAKUTEN,
    change_id: str,
    who: str,
    note: str,
    mapped_at: datetime,
    sql: Statements = SQL,
) -> tuple[SkuChange, ...]:
    """Write down a person's word on listings; stock follows, none doubled, none lost.

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
    sql.run(con, "take_stock_skus", given)
    con.unregister("stock_said")
    return change_skus(con, given, sql)


def learn_skus(
    con: DuckDBPyConnection, given: Mapping[str, object], sql: Statements
) -> tuple[SkuChange, ...]:
    """Write down the SKUs that orders show for listings nobody spoke of yet.

    `given` holds mall, shop_id and moved_at.
    """
    sql.run(con, "learn_stock_skus", given)
    named = {"change_id": f"learnt/{given['shop_id']}/{_ledger_end(con, sql)}"}
    return change_skus(con, {**given, **named, "who": "juchu", "note": LEARNT}, sql)


def change_skus(
    con: DuckDBPyConnection, given: Mapping[str, object], sql: Statements
) -> tuple[SkuChange, ...]:
    """Apply the temporary table `stock_skus`: move what has to move, then write it."""
    ((news,),) = con.execute(sql("count_stock_sku_news")).fetchall()
    if not news:
        return ()
    con.execute(sql("judge_stock_skus"))
    rows = con.execute(sql("list_stock_sku_changes")).fetchall()
    if rows:
        sql.run(con, "plan_stock_sku_moves", given)
        con.execute(sql("insert_stock_moves"))
        con.execute(sql("correct_stock_counts"))
        sql.run(con, "plan_stock_sku_counts", given)
        con.execute(sql("insert_stock_counts"))
    sql.run(con, "merge_stock_skus", given)
    return tuple(SkuChange(*row) for row in rows)


def _ledger_end(con: DuckDBPyConnection, sql: Statements) -> int:
    ((end,),) = con.execute(sql("find_stock_end")).fetchall()
    return int(end)
