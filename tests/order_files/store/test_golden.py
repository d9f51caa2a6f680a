"""Bytes in, tables out: real files by the real reader, one golden JSON a layout.

`UPDATE_GOLDEN=1 pytest tests/order_files/store/test_golden.py`
writes what is stored now; the diff is for a person to review.
"""

import json
import os
from pathlib import Path

import pytest

from connectors.order_files import read_order_file
from data.warehouse.order_files.store import import_orders
from tests.order_files.read.test_golden import FOLDERS, sources
from tests.order_files.store.dump import TABLES, dump
from tests.support.effort import first
from tests.support.orders import at

GOLDEN = Path(__file__).parent / "golden"
SHOPS = {"yahoo": "mihon-store", "rakuten": "123456"}
STORED = (*TABLES, "csv_rejects", "csv_warnings", "manual_stock_adjustments")


def imported(con, folder, minute=10, mode="update"):
    mall = FOLDERS[folder]
    with read_order_file(sources(folder), mall) as file:
        return import_orders(
            con,
            file,
            import_id=f"{folder}-{minute}",
            shop_id=shop_of(folder),
            mode=mode,
            imported_at=at(minute),
        )


def shop_of(folder):
    return SHOPS.get(FOLDERS[folder], "demo")


def stored(con):
    """Every filled cell of the tables, as JSON text a person can review."""
    tables = {}
    for name in STORED:
        rows = con.execute(f"SELECT * FROM {name} ORDER BY ALL")  # noqa: S608
        columns = [column[0] for column in rows.description]
        tables[name] = [
            {
                column: value
                for column, value in zip(columns, row, strict=True)
                if value is not None
            }
            for row in rows.fetchall()
        ]
    return json.dumps(tables, ensure_ascii=False, indent=1, default=str) + "\n"


@first(5)
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_golden_file_is_stored_as_reviewed(con, folder):
    report = imported(con, folder)
    text = stored(con)
    golden = GOLDEN / f"{folder}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")

    assert golden.read_text(encoding="utf-8") == text
    assert report.orders_created > 0


@first(3)
@pytest.mark.parametrize("folder", FOLDERS)
def test_a_golden_file_again_changes_nothing_in_either_mode(con, folder):
    imported(con, folder)
    before = dump(con, TABLES)

    assert imported(con, folder, 11).is_same_file
    assert imported(con, folder, 12, mode="replace").orders_updated == 0
    assert dump(con, TABLES) == before


def test_of_one_file_in_both_modes_no_pieces_are_added_up(con):
    """A line of au PAY whose order's total is twice as much had two pieces then."""
    imported(con, "aupay")
    before = con.sql("SELECT * FROM order_lines ORDER BY ALL").fetchall()

    imported(con, "aupay", 11, mode="replace")

    assert con.sql("SELECT * FROM order_lines ORDER BY ALL").fetchall() == before


def test_a_file_of_an_old_stage_takes_nothing_from_a_newer_one(con):
    imported(con, "rakuten-158")
    newer = con.sql("SELECT * FROM order_lines ORDER BY ALL").fetchall()

    imported(con, "rakuten-107", 11, mode="replace")

    assert set(newer) <= set(con.sql("SELECT * FROM order_lines").fetchall())
