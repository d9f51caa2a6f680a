"""Import a whole mall CSV into the warehouse: all of it in one transaction, or nothing.

The file is gone through twice. First only what tells its rows apart is staged, and
judged over the whole file: which orders are of this shop, which are set aside, which
are known, which row speaks for each order, package and line. Then the cells go from the
file's own frames into the tables, part by part: new orders by plain INSERT, known ones
by what differs. No wide copy of the file is ever made.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from duckdb import DuckDBPyConnection

from data.model.order import Mall
from data.warehouse.csv_parts import ORDERS_A_PART, Work
from data.warehouse.csv_rows import Chunks, OrderRows, clearing
from data.warehouse.csv_warnings import Warned, WarningCount, Warnings, wrong_sums
from data.warehouse.shown import show
from data.warehouse.statements import SQL, Statements

Mode = Literal["update", "replace"]
OtherShopsMode = Literal["refuse", "skip"]


@dataclass(frozen=True)
class ImportReport:
    """What came of one import: the row of csv_imports, and what people should see.

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


class OtherShops(Exception):
    """The file also holds orders of other shops; nothing was written."""

    def __init__(self, shop_id: str, orders_by_shop: Mapping[str, int]) -> None:
        super().__init__(shop_id, orders_by_shop)
        self.shop_id = shop_id
        self.orders_by_shop = dict(orders_by_shop)

    def __str__(self) -> str:
        listed = "、".join(
            f"{shop} が {orders:,} 件" for shop, orders in self.orders_by_shop.items()
        )
        return (
            f"店舗 {self.shop_id} 以外の注文が含まれています: {listed}。"
            "対処: 店舗ごとにダウンロードし直すか、other_shops に skip を選んで"
            "この店舗の注文だけを取り込んでください。"
            " (the file holds orders of other shops)"
        )


def import_orders(  # noqa: PLR0913 - the last one is for planted bugs
    con: DuckDBPyConnection,
    file: OrderRows,
    *,
    import_id: str,
    shop_id: str,
    mode: Mode,
    other_shops: OtherShopsMode = "refuse",
    imported_at: datetime,
    sql: Statements = SQL,
) -> ImportReport:
    """Store, in the caller's transaction, every order of the file that is whole.

    Raises OtherShops, with nothing written, unless orders of other shops are to be
    skipped. Any other error is a duckdb.Error: then the session is only worth closing.
    `import_id` is a new one for each import. See design, rules 6.2 and 6.3.
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
    work = Work(con, sql, given)
    chunks = Chunks(file)
    others = work.stage(chunks)
    if others and other_shops == "refuse":
        raise OtherShops(shop_id, others)
    show(con, "csv_clears", clearing(mode, file.columns_present))
    new, known, repeated, set_aside = work.judge(chunks)
    warnings = Warnings()
    warnings.add(work.ask("list_csv_warnings"))
    updated = 0
    for part in work.parts(chunks):
        warnings.add(wrong_sums(work.amounts(), rules.checks))
        updated += work.store(part, warnings)
    (same,) = work.ask("count_csv_imports_of_file")[0]
    lines_rejected = chunks.rejects["row_number"].n_unique()
    counts = {
        "orders_created": new,
        "orders_updated": updated,
        "orders_unchanged": known - updated,
        "lines_rejected": lines_rejected,
    }
    given |= counts
    sql.run(con, "record_csv_import", given)
    sql.run(con, "record_csv_rejects", given)
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
        is_same_file=bool(same) and not new and not updated,
        waiting_for_stock=waiting,
        warnings=warnings.first,
        warning_counts=warnings.counts,
    )
