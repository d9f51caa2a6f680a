"""The peer that reads by our layout does the whole job: else a ratio says nothing."""

from pathlib import Path

from data.warehouse.session import warehouse
from tests.bench import csv_import, csv_pandas
from tests.support.mall_csv import write_rakuten

WRITTEN = {
    "orders": "FROM orders SELECT order_number, request_total, status ORDER BY ALL",
    "lines": "FROM order_lines SELECT order_number, sku, quantity ORDER BY ALL",
    "people": "FROM order_people SELECT order_number, role, zip ORDER BY ALL",
}


def stored(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return what a home's warehouse holds of the file, table by table."""
    with warehouse(database) as con:
        return {name: con.execute(sql).fetchall() for name, sql in WRITTEN.items()}


def test_pandas_stores_the_orders_that_we_do(tmp_path):
    path = tmp_path / "orders.csv"
    write_rakuten(path, 60)

    csv_import.main(str(path), str(tmp_path))
    csv_pandas.main(str(path), str(tmp_path))

    ours = stored(tmp_path / "juchu.duckdb")
    assert len(ours["lines"]) == 60
    assert stored(tmp_path / "pandas.duckdb") == ours
