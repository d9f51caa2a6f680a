"""Cut a judged file into parts, its rows under the ids by which they are stored."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from data.warehouse.buyers import without_private_cells
from data.warehouse.order_files.line_match import (
    CELLS,
    LINE,
    NO_LINES,
    as_spelled,
    given_ids,
    matched,
    stored_lines,
)
from data.warehouse.order_files.line_shares import (
    NO_SHARES,
    LineShares,
    no_stored_shares,
    shared,
    stored_shares,
    told_by_line,
)
from data.warehouse.order_files.line_sku import chosen
from data.warehouse.order_files.package_match import (
    RECIPIENT,
    matched_in_packages,
    placed,
    several,
    stored_packages,
)
from data.warehouse.order_files.queries import Queries
from data.warehouse.order_files.rows import Chunks, Rules, levelled, no_rows, with_roles
from data.warehouse.order_files.sums import counted_once, with_stored_units
from data.warehouse.statements import Shown

KEY: Final = "order_number"
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


class Parts:
    """The parts of a judged file; no order is split over parts.

    blank         the warnings of blank quantities
    is_same_file  this very file was imported before, in either way
    """

    def __init__(  # noqa: PLR0913 - what judging the file brought
        self,
        queries: Queries,
        rules: Rules,
        clears: pl.DataFrame,
        *,
        cleared: set[str],
        blank: pl.DataFrame,
        is_same_file: bool,
    ) -> None:
        self._queries = queries
        self._rules = rules
        self._clears: dict[str, bool] = clears.row(0, named=True)
        self._cleared = cleared
        self._blank = blank
        self._is_same_file = is_same_file
        self._missing: list[tuple[str, str, int]] = []
        self.wanting: list[pl.DataFrame] = []
        """Rows whose blank quantity has no stored line, so that their orders wait."""
        self.partly: list[str] = []
        """Orders of the part of which the file lacks lines that make its sums."""
        self.back: list[str] = []
        """Orders of the part of which it calls a line alive that has ended."""
        none = no_rows()
        self._aside = Shown(none)
        self._speaking = Shown(with_roles(none, NO_ROLES, ""))
        self._shares = Shown(NO_SHARES)
        queries.con.register("csv_aside", self._aside)
        queries.con.register("csv_speaking", self._speaking)
        queries.con.register("csv_shares", self._shares)

    def of(self, chunks: Chunks) -> Iterator[int]:
        """Yield the parts to store, each shown to SQL.

        The chunks come first. Orders whose rows lie in several of them wait in a
        temporary table, which DuckDB may spill, and come last.
        """
        ask = self._queries
        spread = ask.frame("list_csv_spread_orders", whole_parts=chunks.count)
        for part, whole_rows in enumerate(chunks.again()):
            rows = without_private_cells(whole_rows, self._cleared)
            if spread.height:
                aside = rows.join(spread, on="order_number", how="semi")
                self._aside.rows = aside
                if part == 0:
                    ask.rows("create_csv_spread")
                ask.rows("stage_csv_spread")
            self._show(part, rows)
            yield part
        for (part,) in spread.select("part").unique().sort("part").iter_rows():
            self._show(part, ask.frame("list_csv_spread", part=part))
            yield part

    def counts(self, part: int) -> tuple[int, int]:
        """Return how many orders of the part are new, and how many are known."""
        new, known = self._queries.rows("count_csv_part", part=part)[0]
        return new, known

    def has_shares(self) -> bool:
        """Return whether lines of the part say something of their orders to keep."""
        return bool(self._shares.rows.height)

    def missing(self) -> list[tuple[str, str, int]]:
        """Return the warnings of stored lines that the part's orders lack."""
        found, self._missing = self._missing, []
        return found

    def _show(self, part: int, rows: pl.DataFrame) -> None:
        orders = self._queries.rows("list_csv_uneven_orders", part=part)
        packages = self._queries.rows("list_csv_uneven_packages", part=part)
        roles = self._queries.frame("list_csv_speaking", part=part)
        by_line = told_by_line(self._rules.by_line)
        rows = levelled(rows, orders, packages, by_line)
        stored = NO_LINES
        if roles["is_known"].any():
            stored = stored_lines(self._queries, part)
            rows = as_spelled(rows, stored)
        rows = self._identified(rows, roles, stored)
        starts = self._rules.order_starts
        if by_line:
            shares = self._shared(rows, roles, part)
            speaking = shares.spoken(with_roles(shares.rows, roles, starts))
        else:
            speaking = with_roles(rows, roles, starts)
        if self._queries.given["adds_units"]:
            checks, is_new = self._rules.checks, not self._is_same_file
            speaking = counted_once(speaking, checks)
            speaking = with_stored_units(speaking, stored, checks, is_new_file=is_new)
        self._speaking.rows = speaking

    def _shared(self, rows: pl.DataFrame, roles: pl.DataFrame, part: int) -> LineShares:
        """Return what the part's lines, told and stored, make of their orders."""
        stored = no_stored_shares()
        if roles["is_known"].any():
            stored = stored_shares(self._queries, part)
        speaking = roles["row_number"].cast(pl.UInt32()).implode()
        counts = pl.col("row_number").is_in(speaking)
        clears = {name for name, is_cleared in self._clears.items() if is_cleared}
        rules, told = self._rules, rows.filter(counts)
        found = shared(told, stored, rules.by_line, clears, rules.held)
        self._shares.rows = found.kept
        self.partly = found.partly.to_list()
        self.back = found.back.to_list()
        return found

    def _identified(
        self, rows: pl.DataFrame, roles: pl.DataFrame, stored: pl.DataFrame
    ) -> pl.DataFrame:
        """Return the rows with the ids and SKUs under which their lines are stored."""
        speaking = roles.select(
            pl.col("row_number").cast(pl.UInt32()), "is_known", "speaks_for_basket"
        )
        lines = rows.select("row_number", "line_id", *LINE, *CELLS)
        lines = lines.join(speaking, on="row_number")
        sku, in_package = self._rules.sku, self._rules.lines == "id_in_package"
        if self._rules.baskets == "address" and stored.height:
            rows, lines, old = self._in_packages(rows, lines, stored)
        else:
            known = lines.filter("is_known")
            old = matched(known, stored, sku, in_package=in_package)
        self._tell_missing(stored, old, lines)
        unmatched = lines.join(old, on="row_number", how="anti")
        new = unmatched.filter(
            pl.col("is_known") | (pl.col("line_id") != pl.col("mall_line_id"))
        )
        rows = _put(rows, "line_id", pl.concat([old, given_ids(new, stored)]))
        told = lines.filter("is_known").drop("line_id").join(old, on="row_number")
        rows = _put(rows, "sku", chosen(told, stored, sku, self._clears))
        wanting = unmatched.filter("is_known", pl.col("quantity").is_null())
        if wanting.height:
            self.wanting.append(self._blank.join(wanting, on="row_number", how="semi"))
            rows = rows.join(wanting, on=KEY, how="anti")
        return rows

    def _in_packages(
        self, rows: pl.DataFrame, lines: pl.DataFrame, stored: pl.DataFrame
    ) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
        """Return rows and lines in their stored packages, and the lines' stored ids.

        Most orders have one package, and all of its lines are in the file: then it is
        that one, and nothing is compared.
        """
        known = lines.filter("is_known")
        apart = several(known, stored)
        sku = self._rules.sku
        old = matched(known.join(apart, on=KEY, how="anti"), stored, sku)
        plain = stored.join(apart, on=KEY, how="anti")
        lacking = _lacking(plain, old, lines).select(KEY).unique()
        apart = pl.concat([apart, lacking])
        if not apart.height:
            return rows, lines, old
        told = known.join(apart, on=KEY, how="semi")
        theirs = stored.join(apart, on=KEY, how="semi")
        speaking = told.filter("speaks_for_basket").select("row_number")
        cells = [name for name in RECIPIENT if name in rows.columns]
        groups = rows.join(speaking, on="row_number").select(KEY, "basket_id", *cells)
        packages = stored_packages(self._queries, apart)
        found = placed(groups, packages, told, theirs, sku)
        old = pl.concat(
            [
                old.join(told, on="row_number", how="anti"),
                matched_in_packages(told, theirs, found, sku),
            ]
        )
        return _in_stored(rows, found), _in_stored(lines, found), old

    def _tell_missing(
        self, stored: pl.DataFrame, old: pl.DataFrame, lines: pl.DataFrame
    ) -> None:
        counted = _lacking(stored, old, lines).group_by(KEY).len().sort(KEY)
        self._missing += [("line-missing", *row) for row in counted.iter_rows()]


def _put(rows: pl.DataFrame, name: str, values: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with another value in that column where `values` has one."""
    if not values.height:
        return rows
    found = values.select("row_number", pl.col(name).alias("_new"))
    rows = rows.join(found, on="row_number", how="left", maintain_order="left")
    return rows.with_columns(pl.coalesce("_new", name).alias(name)).drop("_new")


def _lacking(
    stored: pl.DataFrame, old: pl.DataFrame, lines: pl.DataFrame
) -> pl.DataFrame:
    """Return the stored lines that none of the file's lines is."""
    if old.height == stored.height:  # each is found once: nothing to compare
        return stored.clear()
    seen = lines.select("row_number", KEY).join(old, on="row_number")
    return stored.join(seen, on=[KEY, "line_id"], how="anti")


def _in_stored(rows: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with the number of the package that each address is."""
    ids = found.select(KEY, "basket_id", "package")
    rows = rows.join(ids, on=[KEY, "basket_id"], how="left", maintain_order="left")
    return rows.with_columns(basket_id=pl.coalesce("package", "basket_id")).drop(
        "package"
    )
