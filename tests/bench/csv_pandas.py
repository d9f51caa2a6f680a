"""The peer: the same file by pandas into the same tables, upserted by their keys.

It is what one writes by hand in an afternoon: vectorised, one column at a time. It
checks nothing, so a file that ours refuses or sets rows of aside may go in wrong here.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from connectors.order_files.layout import Cell, How
from connectors.order_files.layouts.rakuten import LAYOUTS
from data.model.order import NOT_FIXED
from data.model.order_file import BY_NAME, CellKind, CellScope, fields_of
from data.warehouse.session import warehouse
from tests.bench.measured import Stopwatch, report
from tests.support.mall_csv import SHOP

CELLS = tuple(made for made in LAYOUTS[0].cells if made.field in BY_NAME)
"""What is stored; a scratch cell is there for our layout's rules alone."""
YEN = [made.field for made in CELLS if BY_NAME[made.field].kind is CellKind.YEN]
UPSERTS = {
    "orders": """
        INSERT OR REPLACE INTO orders BY NAME
        SELECT
            * EXCLUDE (
                billed_at_0, tax_at_0, billed_at_8, tax_at_8, billed_at_10, tax_at_10
            ),
            nullif(list_filter([
                {'rate': 0.00, 'billed': billed_at_0, 'tax': tax_at_0},
                {'rate': 0.08, 'billed': billed_at_8, 'tax': tax_at_8},
                {'rate': 0.10, 'billed': billed_at_10, 'tax': tax_at_10}
            ], lambda one: one.billed <> 0 OR one.tax <> 0), []) AS tax_summaries
        FROM frame
    """,
    "packages": "INSERT OR REPLACE INTO order_packages BY NAME SELECT * FROM frame",
    "lines": "INSERT OR REPLACE INTO order_lines BY NAME SELECT * FROM frame",
    "people": "INSERT OR REPLACE INTO order_people BY NAME SELECT * FROM frame",
}


def main(path: str, home: str) -> None:
    database = Path(home) / "pandas.duckdb"
    with warehouse(database):  # made and migrated
        pass
    watch = Stopwatch()
    file = pd.read_csv(
        path, encoding="cp932", dtype=str, keep_default_na=False, na_values=[""]
    )
    store(tables(typed(file)), database)
    report(watch.read(), len(file))


def store(frames: dict[str, pd.DataFrame], database: Path) -> None:
    """Upsert each frame into its table, all in one transaction."""
    with warehouse(database) as con:
        for name, frame in frames.items():
            con.register("frame", frame)
            con.execute(UPSERTS[name])
            con.unregister("frame")


def typed(file: pd.DataFrame) -> pd.DataFrame:
    """Give our cells, typed; an open amount is blank."""
    cells = pd.DataFrame(
        {
            made.field: converted(text(file, made), BY_NAME[made.field].kind)
            for made in CELLS
        }
    )
    cells["manage_number"] = cells["manage_number"].str.lower()
    slashed = cells["manage_number"] + "/" + cells["variant_id"]
    for other in (slashed, cells["item_number"], cells["manage_number"]):
        cells["sku"] = cells["sku"].fillna(other)
    cells["sku"] = cells["sku"].fillna("")
    cells["cancelled"] = cells["mall_status"] == "900"
    is_open = cells[YEN].isin(NOT_FIXED)
    cells[YEN] = cells[YEN].mask(is_open)
    is_fixed = ~is_open.any(axis="columns")
    cells["amounts_fixed"] = is_fixed.groupby(cells["order_number"]).transform("all")
    return cells


def text(file: pd.DataFrame, made: Cell) -> pd.Series:
    """Give one of our cells as the file writes it."""
    columns = [file[name] for name in made.columns if name in file]
    match made.how:
        case How.JOINED if BY_NAME[made.field].kind is CellKind.ZIP:
            return columns[0].str.zfill(3) + columns[1].str.zfill(4)
        case How.JOINED:
            return columns[0].str.cat(columns[1:], sep=made.between)
        case How.MOMENT:
            return columns[0].fillna(columns[1] + " " + columns[2])
        case How.FIRST:
            return columns[0].fillna(columns[-1])
        case _:
            return columns[0]


def converted(cell: pd.Series, kind: CellKind) -> pd.Series:
    """Give a column its type; raise where a cell does not have it."""
    match kind:
        case CellKind.YEN | CellKind.UNITS | CellKind.NUMBER:
            return pd.to_numeric(cell).astype("Int64")
        case CellKind.RATE:
            return pd.to_numeric(cell)
        case CellKind.FLAG:
            return cell.map({"1": True, "0": False}).astype("boolean")
        case CellKind.INSTANT:
            moments = pd.to_datetime(cell, format="%Y-%m-%d %H:%M:%S")
            return moments.dt.tz_localize("Asia/Tokyo")
        case CellKind.DAY:
            return pd.to_datetime(cell, format="%Y-%m-%d")
        case _:
            return cell


def tables(cells: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Split the wide rows into the warehouse's tables; the last row speaks."""
    order, package = ["order_number"], ["order_number", "basket_id"]
    now = datetime.now(UTC)
    orders = level(cells, CellScope.ORDER, order).assign(
        source="csv",
        status="受注処理中",
        stock_policy="manual",
        content_hash="",
        content_source="csv_created",
        observed_at=now,
        imported_at=now,
        updated_at=now,
    )
    recipients = level(cells, CellScope.RECIPIENT, package).assign(role="recipient")
    where = recipients[[*package, "zip", "prefecture"]]
    orderers = level(cells, CellScope.ORDERER, order).assign(
        role="orderer", basket_id=""
    )
    return {
        "orders": orders,
        "packages": level(cells, CellScope.PACKAGE, package).merge(where, on=package),
        "lines": level(cells, CellScope.LINE, [*package, "line_id"]),
        "people": pd.concat([orderers, recipients], ignore_index=True),
    }


def level(cells: pd.DataFrame, of: CellScope, key: list[str]) -> pd.DataFrame:
    """Give one level's cells under the names they are stored as, one row a key."""
    stored = {f.name: f.stored_as for f in fields_of(of) if f.name in cells}
    names = list(dict.fromkeys([*key, *stored]))
    rows = cells[names].drop_duplicates(key, keep="last").rename(columns=stored)
    return rows.assign(mall="rakuten", shop_id=SHOP)


if __name__ == "__main__":
    main(*sys.argv[1:])
