"""The lake: the analysts' copy as Parquet files, which any engine reads.

`<table>/mall=<mall>/shop=<shop>/month=<month>/data.parquet`, days and months of Japan.
A file is written only where what it holds has changed, and as a whole: a reader sees it
as it was or as it is. Which content stands where is in `manifest.json`, written last:
after a kill the files that it does not know are written again.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Protocol
from urllib.parse import quote

import duckdb
import polars as pl

from data.warehouse.analytics.versions import stamp_of
from data.warehouse.instance import literal
from data.warehouse.readers import reading
from data.warehouse.session import Connection
from data.warehouse.statements import SQL

STAGED: Final = (
    "stage_lake_orders",
    "stage_lake_order_packages",
    "stage_lake_order_lines",
    "stage_lake_order_taxes",
    "stage_lake_sales",
    "stage_lake_shipments",
    "stage_lake_notices",
    "stage_lake_stock_movements",
    "stage_lake_inventory_pushes",
    "stage_lake_closed_orders",
)
"""What stages the tables of the lake: those of the copy that grow by the month."""
TABLES: Final = tuple(name.removeprefix("stage_lake_") for name in STAGED)
WITH_KEYS: Final = ("orders", "sales")
"""Tables with a `buyer_key`."""
LEFT: Final = "left"
"""Stands in the manifest for the content of a file whose keys were taken out."""
MANIFEST: Final = "manifest.json"
VIEWS: Final = "views.sql"
FORMAT: Final = f"1, duckdb {duckdb.__version__}"
"""How contents are hashed: of another one every file is written anew."""


class LakeStore(Protocol):
    """Where the lake is: a folder, or an address."""

    @property
    def address(self) -> str:
        """What stands before a file's name for a reader."""

    def read(self, name: str) -> bytes | None:
        """Return a file's content; None where there is no such file."""

    def put(self, name: str, file: Path) -> None:
        """Put the file in the place of the one of that name, at once."""

    def delete(self, name: str) -> None:
        """Delete the file, if it is there."""


@dataclass(frozen=True)
class Flowed:
    """What became of the lake's files."""

    written: int
    deleted: int
    files: int
    """Files it has now."""


@dataclass(frozen=True)
class _Part:
    """A shop's month of a table, and what changes with its content."""

    table: str
    mall: str
    shop: str
    month: str
    content: str

    @property
    def name(self) -> str:
        where = (f"mall={_safe(self.mall)}", f"shop={_safe(self.shop)}")
        folder = "/".join((self.table, *where, f"month={_safe(self.month)}"))
        return f"{folder}/data.parquet"


def _safe(value: str) -> str:
    return quote(value, safe="")


def fill_lake(link: Path, store: LakeStore, patience_s: float = 30.0) -> Flowed | None:
    """Bring the lake to the state of the published copy; return None if it is there.

    The copy is open to read meanwhile, so that nobody can open this version to write.

    Raises:
        WarehouseBusy: a client has the present version open to write.
        WarehouseMissing: nothing was published yet.
        Whatever the store raises.

    """
    of = stamp_of(link)
    known = _read_manifest(store)
    if of is not None and known.get("of") == of:
        return None
    files: dict[str, str] = known.get("files", {})
    with reading(link, patience_s) as (con, place):
        for name in STAGED:
            SQL.run(con, name)
        parts = {part.name: part for table in TABLES for part in _parts(con, table)}
        changed = [p for name, p in parts.items() if files.get(name) != p.content]
        for part in changed:
            file = place / "part.parquet"
            _write(con, part, file)
            store.put(part.name, file)
        gone = sorted(files.keys() - parts.keys())
        for name in gone:
            store.delete(name)
        now = {name: part.content for name, part in sorted(parts.items())}
        if now != files:
            _put_text(
                store,
                place,
                VIEWS,
                _views(store.address, parts.values()),
            )
        manifest = {"format": FORMAT, "of": of, "files": now}
        _put_text(store, place, MANIFEST, json.dumps(manifest, indent=1))
    return Flowed(len(changed), len(gone), len(parts))


def leave_lake(store: LakeStore) -> int | None:
    """Empty every `buyer_key` of a lake that is kept up no more.

    Nobody forgets a buyer there later. Returns how many files were written, None where
    there is no lake. One that is taken up again is written anew; one cut short is left
    by the next call.

    Raises whatever the store raises.
    """
    written = store.read(MANIFEST)
    if written is None:
        return None
    manifest = json.loads(written)
    files: dict[str, str] = manifest.get("files", {})
    mine = [
        name
        for name, content in files.items()
        if name.partition("/")[0] in WITH_KEYS and content != LEFT
    ]
    if not mine:
        return 0
    with TemporaryDirectory(prefix="juchu-lake-") as folder:
        place = Path(folder)
        for mark in ("", LEFT):  # first, so that none is taken for what it was
            if mark:
                _empty_keys(store, place, mine)
            marked = manifest | {"of": None, "files": files | dict.fromkeys(mine, mark)}
            _put_text(store, place, MANIFEST, json.dumps(marked, indent=1))
    return len(mine)


def _empty_keys(store: LakeStore, place: Path, names: Iterable[str]) -> None:
    file = place / "part.parquet"
    for name in names:
        content = store.read(name)
        if content is not None:
            frame = pl.read_parquet(content, hive_partitioning=False)
            emptied = frame.with_columns(buyer_key=pl.lit(None, pl.String))
            emptied.write_parquet(file, compression="zstd")
            store.put(name, file)


def _read_manifest(store: LakeStore) -> dict[str, Any]:
    written = store.read(MANIFEST)
    known: dict[str, Any] = json.loads(written) if written else {}
    return known if known.get("format") == FORMAT else {}


def _parts(con: Connection, table: str) -> Iterator[_Part]:
    """Yield the parts of a table with rows in them, by the hash of all their cells."""
    rows = con.execute(
        f"SELECT mall, shop, coalesce(month, 'unknown'), count(*),"  # noqa: S608 - a name of ours
        f" sum(CAST(hash(t) AS HUGEINT)) FROM lake_{table} AS t GROUP BY ALL"
    )
    for mall, shop, month, count, content in rows.fetchall():
        yield _Part(table, mall, shop, month, f"{count}-{content}")


def _write(con: Connection, part: _Part, file: Path) -> None:
    rows = con.sql(
        f"SELECT * EXCLUDE (shop, month) FROM lake_{part.table}"  # noqa: S608 - a name of ours
        " WHERE mall = $mall AND shop = $shop AND coalesce(month, 'unknown') = $month",
        params={"mall": part.mall, "shop": part.shop, "month": part.month},
    )
    rows.write_parquet(str(file), compression="zstd")


def _views(address: str, parts: Iterable[_Part]) -> str:
    """Return SQL that makes a view of each table; `shop` and `month` stand beside.

    At an address the files are named one by one: not every reader of DuckDB's finds
    files there by a pattern (obstore's glob of 0.12 does not).
    """
    head = (
        "-- The lake as views: `duckdb -init views.sql`. A condition on mall, shop or\n"
        "-- month reads those files only.\n"
    )
    files: dict[str, list[str]] = {}
    for part in sorted(parts, key=attrgetter("name")):
        files.setdefault(part.table, []).append(f"{address}/{part.name}")
    if "://" not in address:
        files = {table: [f"{address}/{table}/*/*/*/data.parquet"] for table in files}
    return head + "".join(
        f"CREATE OR REPLACE VIEW {table} AS FROM read_parquet(["
        f"{', '.join(map(literal, names))}],"
        " hive_partitioning = true, hive_types_autocast = false);\n"
        for table, names in files.items()
    )


def _put_text(store: LakeStore, place: Path, name: str, text: str) -> None:
    file = place / name
    file.write_text(text, encoding="utf-8")
    store.put(name, file)
