"""Judge a whole file: which orders are stored, and which row speaks for what."""

from datetime import datetime
from typing import NamedTuple

import polars as pl

from data.model.buyer import OrderKey
from data.model.csv_file import CellFault
from data.model.order import Mall
from data.model.order_number import SHOP_IN_NUMBER
from data.warehouse.buyers import BY_ITSELF, clear_orders, forgotten, forgotten_in
from data.warehouse.order_files.line_shares import told_by_line
from data.warehouse.order_files.queries import Queries
from data.warehouse.order_files.rows import Chunks, Rules, keys, no_rows
from data.warehouse.statements import Shown, show

_JUDGE = ("judge_csv_orders", "judge_csv_lines", "judge_csv_baskets")


class Staged(NamedTuple):
    """What the keys of a file's rows show.

    others   the orders of other shops, counted by shop
    cleared  orders whose people are not stored
    new      those of them that no file showed before
    """

    others: dict[str, int]
    cleared: set[str]
    new: set[str]


def stage(queries: Queries, chunks: Chunks, rules: Rules) -> Staged:
    """Stage the keys of the file's rows, and return what they show."""
    shown = Shown(keys(no_rows()))
    queries.con.register("csv_shown", shown)
    queries.rows("create_csv_keys")
    asked = forgotten(queries.con)
    found: set[str] = set()
    for rows in chunks.first_pass():
        found |= forgotten_in(rows, asked) if asked else set()
        shown.rows = keys(rows, told_by_line(rules.by_line))
        queries.rows("stage_csv_keys", chunk=chunks.count - 1)
    show(queries.con, "csv_rejected", _with_shops(chunks.rejects, queries))
    before = {number for (number,) in queries.rows("list_cleared_csv")}
    others = dict(queries.rows("list_csv_other_shops"))
    if others:
        theirs = queries.rows("list_csv_rejects_elsewhere")
        chunks.leave_out([number for (number,) in theirs])
    show(queries.con, "csv_rejected", chunks.rejects)
    return Staged(others, before | found, found - before)


def _with_shops(rejects: pl.DataFrame, queries: Queries) -> pl.DataFrame:
    """Return the rejects with the shop that the number names, as one of Rakuten's does.

    What stands for a number may be the rest of a remark; so only a whole one counts.
    """
    named = pl.col("order_number").str.extract(SHOP_IN_NUMBER)
    is_named = queries.given["mall"] == Mall.RAKUTEN
    return rejects.with_columns(shop_id=pl.when(is_named).then(named))


def record_cleared(queries: Queries, numbers: set[str], at: datetime) -> None:
    """Record the orders of forgotten buyers that the file showed first."""
    mall, shop_id = str(queries.given["mall"]), str(queries.given["shop_id"])
    new = [OrderKey(mall, shop_id, one) for one in sorted(numbers)]
    clear_orders(queries.con, new, why="asked", who=BY_ITSELF, at=at)


def settle_blanks(
    queries: Queries, chunks: Chunks
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Set aside rows whose blank quantity cannot stay.

    Return the warnings of blank quantities, and the other ones. 更新 skips the blank
    quantity of a line that is known.
    """
    warnings = chunks.warnings
    is_blank = pl.col("kind") == CellFault.BLANK
    blank = warnings.filter(is_blank)
    if blank.height:
        show(queries.con, "csv_blank", blank.select("row_number"))
        wanting = queries.frame("list_csv_blanks_wanting")
        chunks.reject(blank.join(wanting, on="row_number", how="semi"))
        show(queries.con, "csv_rejected", chunks.rejects)
    return blank, warnings.filter(~is_blank)


def judge(queries: Queries, chunks: Chunks) -> tuple[int, int, int, int]:
    """Decide over the whole file what is stored and which row speaks for what.

    Return the numbers of new and known orders, repeated rows, and orders set aside.
    """
    for name in _JUDGE:
        queries.rows(name, whole_parts=chunks.count)
    new, known, repeated, set_aside = queries.rows("count_csv_orders")[0]
    return new, known, repeated, set_aside
