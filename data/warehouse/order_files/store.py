"""Import a whole mall CSV into the warehouse: all of it in one transaction, or nothing.

The file is gone through twice. First only what tells its rows apart is staged, and
judged over the whole file (`judge`): which orders are of this shop, which are set
aside, which are known, which row speaks for each order, package and line. Then the
cells go from the file's own frames into the tables, part by part (`parts`): new orders
by plain INSERT (`insert`), known ones by what differs (`change`, `merge`). No wide copy
of the file is ever made.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import polars as pl
from duckdb import DuckDBPyConnection

from data.model.order import Mall
from data.warehouse.errors import HasOtherShops
from data.warehouse.order_files import warned
from data.warehouse.order_files.change import find_changes
from data.warehouse.order_files.insert import insert_new
from data.warehouse.order_files.judge import (
    judge,
    record_cleared,
    settle_blanks,
    stage,
)
from data.warehouse.order_files.line_shares import keep_shares
from data.warehouse.order_files.merge import merge_changes
from data.warehouse.order_files.parts import KEY, Parts
from data.warehouse.order_files.queries import Queries
from data.warehouse.order_files.rows import Chunks, OrderRows, clearing
from data.warehouse.order_files.sums import stated_amounts, wrong_sums
from data.warehouse.order_files.warned import Warned, WarningCount, Warnings
from data.warehouse.statements import SQL, show

ORDERS_A_PART: Final = 50_000
"""Orders taken at once of those whose rows lie in several chunks."""

_RECORD: Final = (
    "settle_csv_rejects",
    "record_csv_import",
    "record_csv_rejects",
    "record_csv_warnings",
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

    Raises HasOtherShops, with nothing written, unless orders of other shops are to be
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
        "held": rules.held,
        "orders_a_part": ORDERS_A_PART,
    }
    clears = clearing(mode, file.columns_present)
    queries = Queries(con, given)
    chunks = Chunks(file)
    ((in_this_mode, in_either),) = queries.rows("count_csv_imports_of_file")
    staged = stage(queries, chunks, rules)
    if staged.others and other_shops == "refuse":
        raise HasOtherShops(shop_id, staged.others)
    record_cleared(queries, staged.new, imported_at)
    show(con, "csv_clears", clears)
    blank, cells = settle_blanks(queries, chunks)
    new, known, repeated, set_aside = judge(queries, chunks)
    warnings = Warnings(warned.of_cells(queries, cells))
    warnings.add(warned.of_rows(queries))
    parts = Parts(
        queries,
        rules,
        clears,
        cleared=staged.cleared,
        blank=blank,
        is_same_file=bool(in_either),
    )
    updated = 0
    for part in parts.of(chunks):
        amounts = stated_amounts(queries)
        warnings.add(parts.missing())
        # Totals made of lines that the file lacks are no sums of what it has.
        whole = amounts.filter(~pl.col(KEY).is_in(parts.partly))
        warnings.add(wrong_sums(whole, rules.checks))
        updated += _store(queries, parts, part, warnings)
        has_totals = "request_total" in file.columns_present
        if has_totals and amounts["request_total"].null_count():
            warnings.add(warned.of_totals(queries, part))
    for rows in parts.wanting:
        chunks.reject(rows)
        aside = rows[KEY].n_unique()
        known, set_aside = known - aside, set_aside + aside
    counts = {
        "orders_created": new,
        "orders_updated": updated,
        "orders_unchanged": known - updated,
        "lines_rejected": chunks.rejects["row_number"].n_unique(),
    }
    _record(con, given | counts, chunks.rejects, warnings.rows)
    (waiting,) = queries.rows("count_csv_waiting")[0]
    return ImportReport(
        file_sha256=file.sha256,
        file_name=file.file_name,
        mall=rules.mall,
        shop_id=shop_id,
        mode=mode,
        rows_read=file.rows_read,
        **counts,
        imported_at=imported_at,
        orders_set_aside=set_aside,
        orders_of_other_shops=sum(staged.others.values()),
        lines_repeated=repeated,
        is_same_file=bool(in_this_mode) and not new and not updated,
        waiting_for_stock=waiting,
        warnings=warnings.first,
        warning_counts=warnings.counts,
    )


def _store(queries: Queries, parts: Parts, part: int, warnings: Warnings) -> int:
    """Write the part; return how many known orders changed."""
    new, known = parts.counts(part)
    if new:
        insert_new(queries, part)
    if parts.has_shares():
        keep_shares(queries)
    if not known:
        return 0
    changed = find_changes(queries, part)
    warnings.add(warned.of_changes(queries, changed, parts.back))
    if changed:
        merge_changes(queries)
    return changed


def _record(
    con: DuckDBPyConnection,
    given: dict[str, object],
    rejects: pl.DataFrame,
    warnings: pl.DataFrame,
) -> None:
    """Record the import itself, the rows it set aside, and its warnings."""
    show(con, "csv_rejected", rejects)
    show(con, "csv_warned", warnings)
    for name in _RECORD:
        SQL.run(con, name, given)
