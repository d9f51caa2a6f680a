"""A golden file's first row with other cells, imported after others."""

from collections.abc import Collection
from pathlib import Path
from typing import Literal

from duckdb import DuckDBPyConnection

from connectors.order_files import read_order_file
from data.warehouse.order_files.store import ImportReport, import_orders
from tests.order_files.read.one_row import one_row
from tests.support.orders import at

SHOPS = {"rakuten": "123456", "yahoo": "mihon-store"}
"""The shops that the golden files' orders name."""


def files(
    folder: str, lacks: Collection[str] = (), **cells: str
) -> tuple[str, list[bytes]]:
    """Return the mall and its file, or both of Yahoo!'s, without these columns."""
    mall = folder.partition("-")[0].removesuffix("4")
    if folder != "yahoo":
        return mall, [one_row(folder, lacks=lacks, **cells)]
    order = one_row(folder, "order.csv", lacks=lacks, **cells)
    return mall, [order, one_row(folder, "item.csv")]


def taken(
    con: DuckDBPyConnection,
    tmp_path: Path,
    minute: float,
    given: tuple[str, list[bytes]],
    mode: Literal["update", "replace"] = "update",
    shop: str = "",
) -> ImportReport:
    """Import what `files` made, at a minute that also names the import."""
    mall, contents = given
    paths = [tmp_path / f"{minute}-{n}.csv" for n in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    with read_order_file(paths, mall) as file:
        return import_orders(
            con,
            file,
            import_id=f"i{minute}",
            shop_id=shop or SHOPS.get(mall, "mihon"),
            mode=mode,
            imported_at=at(minute),
        )
