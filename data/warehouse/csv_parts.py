"""One CSV import at work: judged over the whole file, written part by part."""

from collections.abc import Iterator
from typing import Any, Final

import polars as pl
from duckdb import DuckDBPyConnection

from data.warehouse.csv_keys import keys
from data.warehouse.csv_levels import levelled
from data.warehouse.csv_rows import EMPTY, Chunks, with_roles
from data.warehouse.csv_warnings import Warnings
from data.warehouse.shown import Shown, show
from data.warehouse.statements import Statements

ORDERS_A_PART: Final = 50_000
"""Orders taken at once of those whose rows lie in several chunks."""

NO_ROLES: Final = pl.DataFrame(
    schema={
        "row_number": pl.UInt32(),
        "copies": pl.Int32(),
        "speaks_for_order": pl.Boolean(),
        "speaks_for_basket": pl.Boolean(),
        "is_known": pl.Boolean(),
        "is_fixed": pl.Boolean(),
    }
)
"""What judging adds to the rows that count."""

_JUDGE = ("judge_csv_orders", "judge_csv_lines", "judge_csv_baskets")
_INSERT = (
    "insert_csv_orders",
    "insert_csv_packages",
    "insert_csv_lines",
    "insert_csv_people",
)
_CHANGE = (
    "change_csv_orders",
    "change_csv_packages",
    "change_csv_lines",
    "change_csv_people",
    "gather_csv_changes",
    "gather_csv_moved",
)
_WRITE = (
    "merge_csv_orders",
    "merge_csv_packages",
    "merge_csv_lines",
    "merge_csv_people",
    "remove_csv_people",
    "remove_csv_packages",
    "mark_csv_orders",
    "forget_csv_answers",
)


class Work:
    """The statements of one import, in their order, with the values they share."""

    def __init__(
        self, con: DuckDBPyConnection, sql: Statements, given: dict[str, object]
    ) -> None:
        self._con = con
        self._sql = sql
        self._given = given
        self._shown = Shown(keys(EMPTY))
        self._aside = Shown(EMPTY)
        self._speaking = Shown(with_roles(EMPTY, NO_ROLES))
        con.register("csv_shown", self._shown)
        con.register("csv_aside", self._aside)
        con.register("csv_speaking", self._speaking)

    def ask(self, name: str, **more: object) -> list[tuple[Any, ...]]:
        """Run a statement that answers, and give all of its rows."""
        return self._sql.run(self._con, name, self._given | more).fetchall()

    def stage(self, chunks: Chunks) -> dict[str, int]:
        """Note what tells the rows apart; give other shops and how many orders each."""
        self.ask("create_csv_keys")
        for rows in chunks.first_pass():
            self._shown.rows = keys(rows)
            self.ask("stage_csv_keys", chunk=chunks.count - 1)
        show(self._con, "csv_rejected", chunks.rejects)
        return dict(self.ask("list_csv_other_shops"))

    def judge(self, chunks: Chunks) -> tuple[int, int, int, int]:
        """Decide what is stored and which row speaks for what, over the whole file.

        Gives orders new and known, rows repeated, and orders set aside.
        """
        for name in _JUDGE:
            self.ask(name, whole_parts=chunks.count)
        new, known, repeated, set_aside = self.ask("count_csv_orders")[0]
        return new, known, repeated, set_aside

    def parts(self, chunks: Chunks) -> Iterator[int]:
        """Show the rows that count, part by part; every order is whole in one.

        The chunks come first. Orders whose rows lie in several of them wait in a
        temporary table, which DuckDB may spill, and come last.
        """
        spread = self._frame("list_csv_spread_orders", whole_parts=chunks.count)
        for part, rows in enumerate(chunks.again()):
            if spread.height:
                aside = rows.join(spread, on="order_number", how="semi")
                self._aside.rows = aside
                if part == 0:
                    self.ask("create_csv_spread")
                self.ask("stage_csv_spread")
            self._show(part, rows)
            yield part
        for (part,) in spread.select("part").unique().sort("part").iter_rows():
            self._show(part, self._frame("list_csv_spread", part=part))
            yield part

    def amounts(self) -> pl.DataFrame:
        """Give the amounts of the part's orders as the file tells them."""
        return self._frame("sum_csv_orders")

    def store(self, part: int, warnings: Warnings) -> int:
        """Write the part and say how many known orders changed."""
        new, known = self.ask("count_csv_part", part=part)[0]
        if new:
            for name in _INSERT:
                self.ask(name, part=part)
        if not known:
            return 0
        for name in _CHANGE:
            self.ask(name, part=part)
        (changed,) = self.ask("count_csv_changes")[0]
        if changed:
            warnings.add(self.ask("list_csv_adjusted"))
            self.ask("log_csv_contents", is_before=True)
            for name in _WRITE:
                self.ask(name)
            self.ask("log_csv_contents", is_before=False)
        return int(changed)

    def _show(self, part: int, rows: pl.DataFrame) -> None:
        orders = self.ask("list_csv_uneven_orders", part=part)
        packages = self.ask("list_csv_uneven_packages", part=part)
        roles = self._frame("list_csv_speaking", part=part)
        self._speaking.rows = with_roles(levelled(rows, orders, packages), roles)

    def _frame(self, name: str, **more: object) -> pl.DataFrame:
        text, given = self._sql(name), self._given | more
        named = {key: value for key, value in given.items() if f"${key}" in text}
        return pl.DataFrame(self._con.sql(text, params=named))
