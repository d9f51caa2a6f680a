"""Import a whole mall CSV into the warehouse: all of it in one transaction, or nothing.

The file is gone through twice. First only what tells its rows apart is staged, and
judged over the whole file: which orders are of this shop, which are set aside, which
are known, which row speaks for each order, package and line. Then the cells go from the
file's own frames into the tables, part by part: new orders by plain INSERT, known ones
by what differs. No wide copy of the file is ever made.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import polars as pl
from duckdb import DuckDBPyConnection

from data.model.buyer import OrderKey
from data.model.csv_file import CellFault
from data.model.order import Mall
from data.warehouse.buyers import (
    BY_ITSELF,
    clear_orders,
    forgotten,
    forgotten_in,
    without_private_cells,
)
from data.warehouse.errors import HasOtherShops
from data.warehouse.order_files.line_match import LINE, MORE, given_ids, matched
from data.warehouse.order_files.line_shares import (
    NO_SHARES,
    SHARE,
    LineShares,
    shared,
    told_by_line,
)
from data.warehouse.order_files.line_sku import chosen
from data.warehouse.order_files.package_match import (
    RECIPIENT,
    matched_in_packages,
    placed,
    several,
)
from data.warehouse.order_files.rows import (
    NO_WARNINGS,
    Chunks,
    OrderRows,
    Rules,
    clearing,
    keys,
    levelled,
    no_rows,
    with_roles,
)
from data.warehouse.order_files.sums import (
    counted_once,
    with_stored_units,
    wrong_sums,
)
from data.warehouse.order_files.warned import Warned, WarningCount, Warnings
from data.warehouse.statements import SQL, Shown, show

ORDERS_A_PART: Final = 50_000
"""Orders taken at once of those whose rows lie in several chunks."""

KEY: Final = "order_number"
NO_LINES: Final = pl.DataFrame(
    schema=dict.fromkeys(("line_id", *LINE, *MORE), pl.String())
)
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
_KEEP = ("update_csv_shares", "insert_csv_shares")
_CHANGE = (
    "judge_csv_statuses",
    "change_csv_orders",
    "change_csv_packages",
    "change_csv_lines",
    "change_csv_people",
    "gather_csv_changes",
    "gather_csv_moved",
)
_WRITE = (
    "write_csv_tax_summaries",
    "merge_csv_orders",
    "merge_csv_packages",
    "merge_csv_lines",
    "merge_csv_people",
    "remove_csv_people",
    "remove_csv_packages",
    "log_csv_statuses",
    "mark_csv_orders",
    "forget_csv_answers",
)


class FileImport:
    """One import at work: its statements in order, with the values they share."""

    def __init__(
        self,
        con: DuckDBPyConnection,
        given: dict[str, object],
        rules: Rules,
        clears: pl.DataFrame,
    ) -> None:
        self._con = con
        self._given = given
        self._rules = rules
        self._clears: dict[str, bool] = clears.row(0, named=True)
        self._cleared: set[str] = set()
        self._newly_cleared: set[str] = set()
        self._blank = NO_WARNINGS
        self._missing: list[tuple[str, str, int]] = []
        self.wanting: list[pl.DataFrame] = []
        """Rows whose blank quantity has no stored line, so that their orders wait."""
        none = no_rows()
        self._shown = Shown(keys(none))
        self._aside = Shown(none)
        self._speaking = Shown(with_roles(none, NO_ROLES, ""))
        con.register("csv_shown", self._shown)
        con.register("csv_aside", self._aside)
        con.register("csv_speaking", self._speaking)
        self._shares = Shown(NO_SHARES)
        con.register("csv_shares", self._shares)
        self._partly: list[str] = []
        """Orders of the part of which the file lacks lines that make its sums."""
        self.is_same_file = bool(self.ask("count_csv_imports_of_file")[0][0])
        """Whether this very file was imported before in this way."""

    def ask(self, name: str, **more: object) -> list[tuple[Any, ...]]:
        """Run a statement and return all of its rows."""
        return SQL.run(self._con, name, self._given | more).fetchall()

    def stage(self, chunks: Chunks) -> dict[str, int]:
        """Stage the rows' keys; return the orders of other shops, counted by shop."""
        self.ask("create_csv_keys")
        asked = forgotten(self._con)
        found: set[str] = set()
        for rows in chunks.first_pass():
            found |= forgotten_in(rows, asked) if asked else set()
            self._shown.rows = keys(rows, self._rules.by_line)
            self.ask("stage_csv_keys", chunk=chunks.count - 1)
        show(self._con, "csv_rejected", chunks.rejects)
        cleared = {number for (number,) in self.ask("list_cleared_csv")}
        self._newly_cleared = found - cleared
        self._cleared = cleared | found
        return dict(self.ask("list_csv_other_shops"))

    def settle_blanks(self, chunks: Chunks) -> pl.DataFrame:
        """Set aside rows whose blank quantity cannot stay; return the other warnings.

        更新 skips the blank quantity of a line that is known.
        """
        warnings = chunks.warnings
        is_blank = pl.col("kind") == CellFault.BLANK
        blank = warnings.filter(is_blank)
        if blank.height:
            show(self._con, "csv_blank", blank.select("row_number"))
            self._blank = blank
            wanting = self._frame("list_csv_blanks_wanting")
            chunks.reject(blank.join(wanting, on="row_number", how="semi"))
            show(self._con, "csv_rejected", chunks.rejects)
        return warnings.filter(~is_blank)

    def record_cleared(self, at: datetime) -> None:
        """Record the orders of forgotten buyers that the file showed first."""
        mall, shop_id = str(self._given["mall"]), str(self._given["shop_id"])
        new = [OrderKey(mall, shop_id, one) for one in sorted(self._newly_cleared)]
        clear_orders(self._con, new, why="asked", who=BY_ITSELF, at=at)

    def judge(self, chunks: Chunks) -> tuple[int, int, int, int]:
        """Decide over the whole file what is stored and which row speaks for what.

        Return the numbers of new and known orders, repeated rows, and orders set aside.
        """
        for name in _JUDGE:
            self.ask(name, whole_parts=chunks.count)
        new, known, repeated, set_aside = self.ask("count_csv_orders")[0]
        return new, known, repeated, set_aside

    def parts(self, chunks: Chunks) -> Iterator[int]:
        """Yield the parts to store, each shown to SQL; no order is split over parts.

        The chunks come first. Orders whose rows lie in several of them wait in a
        temporary table, which DuckDB may spill, and come last.
        """
        spread = self._frame("list_csv_spread_orders", whole_parts=chunks.count)
        for part, whole_rows in enumerate(chunks.again()):
            rows = without_private_cells(whole_rows, self._cleared)
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

    def warned(self) -> pl.DataFrame:
        """Return the warnings about cells of what is stored, and about the file."""
        return self._frame("list_csv_warned").cast({"row_number": pl.UInt32()})

    def amounts(self) -> pl.DataFrame:
        """Return the order totals stated in the file, one row per order of the part."""
        return self._frame("sum_csv_orders")

    def wrong_sums(self, amounts: pl.DataFrame) -> list[tuple[str, str, int]]:
        """Return the warnings of totals that are not the sums they should be.

        Totals made of lines that the file lacks are no sums of what it has.
        """
        whole = amounts.filter(~pl.col(KEY).is_in(self._partly))
        return wrong_sums(whole, self._rules.checks)

    def store(self, part: int, warnings: Warnings) -> int:
        """Write the part; return how many known orders changed."""
        new, known = self.ask("count_csv_part", part=part)[0]
        if new:
            for name in _INSERT:
                self.ask(name, part=part)
        if self._shares.rows.height:
            for name in _KEEP:
                self.ask(name)
        if not known:
            return 0
        for name in _CHANGE:
            self.ask(name, part=part)
        warnings.add(self.ask("list_csv_steps_back"))
        (changed,) = self.ask("count_csv_changes")[0]
        if changed:
            warnings.add(self.ask("list_csv_adjusted"))
            warnings.add(self.ask("list_csv_outdated_labels"))
            self.ask("log_csv_contents", is_before=True)
            for name in _WRITE:
                self.ask(name)
            self.ask("log_csv_contents", is_before=False)
        return int(changed)

    def missing(self) -> list[tuple[str, str, int]]:
        """Return the warnings of stored lines that the part's orders lack."""
        found, self._missing = self._missing, []
        return found

    def _show(self, part: int, rows: pl.DataFrame) -> None:
        orders = self.ask("list_csv_uneven_orders", part=part)
        packages = self.ask("list_csv_uneven_packages", part=part)
        roles = self._frame("list_csv_speaking", part=part)
        by_line = told_by_line(self._rules.by_line)
        rows = levelled(rows, orders, packages, by_line)
        stored = NO_LINES
        if roles["is_known"].any():
            stored = self._frame("list_csv_known_lines", part=part)
        rows = self._identified(rows, roles, stored)
        starts = self._rules.order_starts
        if by_line:
            shares = self._shared(rows, roles, part)
            speaking = shares.spoken(with_roles(shares.rows, roles, starts))
        else:
            speaking = with_roles(rows, roles, starts)
        if self._given["adds_units"]:
            checks, is_new = self._rules.checks, not self.is_same_file
            speaking = counted_once(speaking, checks)
            speaking = with_stored_units(speaking, stored, checks, is_new_file=is_new)
        self._speaking.rows = speaking

    def _shared(self, rows: pl.DataFrame, roles: pl.DataFrame, part: int) -> LineShares:
        """Return what the part's lines, told and stored, make of their orders."""
        stored = NO_SHARES.with_columns(pl.col(SHARE).name.prefix("order_"))
        if roles["is_known"].any():
            stored = self._frame("list_csv_shares", part=part)
        speaking = roles["row_number"].cast(pl.UInt32()).implode()
        counts = pl.col("row_number").is_in(speaking)
        clears = {name for name, is_cleared in self._clears.items() if is_cleared}
        found = shared(rows.filter(counts), stored, self._rules.by_line, clears)
        self._shares.rows = found.kept
        self._partly = found.partly.to_list()
        return found

    def _identified(
        self, rows: pl.DataFrame, roles: pl.DataFrame, stored: pl.DataFrame
    ) -> pl.DataFrame:
        """Return the rows with the ids and SKUs under which their lines are stored."""
        speaking = roles.select(
            pl.col("row_number").cast(pl.UInt32()), "is_known", "speaks_for_basket"
        )
        lines = rows.select("row_number", "line_id", *LINE, *MORE)
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
        show(self._con, "csv_apart", apart)
        told = known.join(apart, on=KEY, how="semi")
        theirs = stored.join(apart, on=KEY, how="semi")
        speaking = told.filter("speaks_for_basket").select("row_number")
        cells = [name for name in RECIPIENT if name in rows.columns]
        groups = rows.join(speaking, on="row_number").select(KEY, "basket_id", *cells)
        packages = self._frame("list_csv_packages")
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

    def _frame(self, name: str, **more: object) -> pl.DataFrame:
        given = SQL.values(name, self._given | more)
        return pl.DataFrame(self._con.sql(SQL(name), params=given))


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


Mode = Literal["update", "replace"]
OtherShopsMode = Literal["refuse", "skip"]


@dataclass(frozen=True)
class ImportReport:
    """The result of one import: its row in csv_imports, and what people should see.

    orders_set_aside       orders not stored because a row of theirs could not be read
    orders_of_other_shops  orders left out because they are another shop's
    lines_repeated         rows equal to another one: dropped, or added up as units
    is_same_file           this very file was imported before in the same mode, and
                           nothing changed now
    waiting_for_stock      lines of the file's orders in manual_stock_adjustments
    warnings               the first fifty; `warning_counts` has all of them by kind
    """

    import_id: str
    file_sha256: str
    file_name: str
    mall: Mall
    shop_id: str
    mode: Mode
    rows_read: int
    orders_created: int
    orders_updated: int
    orders_unchanged: int
    lines_rejected: int
    imported_at: datetime
    orders_set_aside: int
    orders_of_other_shops: int
    lines_repeated: int
    is_same_file: bool
    waiting_for_stock: int
    warnings: tuple[Warned, ...]
    warning_counts: tuple[WarningCount, ...]

    @property
    def warned(self) -> dict[str, int]:
        """How many warnings there are of each kind."""
        return dict(self.warning_counts)


def shops_with_orders(con: DuckDBPyConnection, mall: str | None = None) -> list[str]:
    """Return the ids under which orders of this mall, or of any, are stored, sorted."""
    return [
        shop for (shop,) in SQL.run(con, "list_csv_shops", {"mall": mall}).fetchall()
    ]


def import_orders(  # noqa: PLR0913
    con: DuckDBPyConnection,
    file: OrderRows,
    *,
    import_id: str,
    shop_id: str,
    mode: Mode,
    other_shops: OtherShopsMode = "refuse",
    imported_at: datetime,
) -> ImportReport:
    """Store, in the caller's transaction, every order of the file that is whole.

    Raises OtherShops, with nothing written, unless orders of other shops are to be
    skipped. Any other error is a duckdb.Error: then the session is only worth closing.
    `import_id` is a new one for each import. See docs/rules.md 6.2 and 6.3.
    """
    rules = file.layout
    given: dict[str, object] = {
        "import_id": import_id,
        "mall": rules.mall.value,
        "shop_id": shop_id,
        "mode": mode,
        "imported_at": imported_at,
        "file_sha256": file.sha256,
        "file_name": file.file_name,
        "rows_read": file.rows_read,
        "adds_units": rules.repeats == "add_units",
        "orders_a_part": ORDERS_A_PART,
    }
    clears = clearing(mode, file.columns_present)
    work = FileImport(con, given, rules, clears)
    chunks = Chunks(file)
    others = work.stage(chunks)
    if others and other_shops == "refuse":
        raise HasOtherShops(shop_id, others)
    work.record_cleared(imported_at)
    told = file.columns_present
    show(con, "csv_clears", clears)
    of_cells = work.settle_blanks(chunks)
    new, known, repeated, set_aside = work.judge(chunks)
    show(con, "csv_warned", of_cells)
    warnings = Warnings(work.warned())
    warnings.add(work.ask("list_csv_warnings"))
    updated = 0
    for part in work.parts(chunks):
        warnings.add(work.missing())
        amounts = work.amounts()
        warnings.add(work.wrong_sums(amounts))
        updated += work.store(part, warnings)
        if "request_total" in told and amounts["request_total"].null_count():
            warnings.add(work.ask("list_csv_without_total", part=part))
    for rows in work.wanting:
        chunks.reject(rows)
        aside = rows[KEY].n_unique()
        known, set_aside = known - aside, set_aside + aside
    show(con, "csv_rejected", chunks.rejects)
    lines_rejected = chunks.rejects["row_number"].n_unique()
    counts = {
        "orders_created": new,
        "orders_updated": updated,
        "orders_unchanged": known - updated,
        "lines_rejected": lines_rejected,
    }
    given |= counts
    SQL.run(con, "record_csv_import", given)
    SQL.run(con, "record_csv_rejects", given)
    show(con, "csv_warned", warnings.rows)
    SQL.run(con, "record_csv_warnings", given)
    (waiting,) = work.ask("count_csv_waiting")[0]
    return ImportReport(
        import_id=import_id,
        file_sha256=file.sha256,
        file_name=file.file_name,
        mall=rules.mall,
        shop_id=shop_id,
        mode=mode,
        rows_read=file.rows_read,
        **counts,
        imported_at=imported_at,
        orders_set_aside=set_aside,
        orders_of_other_shops=sum(others.values()),
        lines_repeated=repeated,
        is_same_file=work.is_same_file and not new and not updated,
        waiting_for_stock=waiting,
        warnings=warnings.first,
        warning_counts=warnings.counts,
    )
