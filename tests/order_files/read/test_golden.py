"""Bytes in, rows and rejects out, one folder of `tests/order_files/golden` a layout.

`UPDATE_GOLDEN=1 pytest tests/order_files/read/test_golden.py`
writes what is read now; the diff is for a person to review.
"""

import json
import os
from pathlib import Path

import pytest

from connectors.order_files import read_order_file
from connectors.order_files.registry import all_layouts

GOLDEN = Path(__file__).parents[1] / "golden"
FOLDERS = {
    "rakuten-158": "rakuten",
    "rakuten-107": "rakuten",
    "rakuten-legacy": "rakuten",
    "yahoo": "yahoo",
    "aupay": "aupay",
    "amazon-unshipped": "amazon",
    "amazon-orders": "amazon",
    "amazon-all-orders": "amazon",
    "qoo10": "qoo10",
    "shopify": "shopify",
    "eccube4": "eccube",
    "base": "base",
    "colorme": "colorme",
    "futureshop": "futureshop",
    "ponpare": "ponpare",
    "minne": "minne",
    "creema": "creema",
}


def sources(folder):
    found = sorted((GOLDEN / folder).glob("*.csv"))
    assert found
    return found


def read(folder):
    """Return the rows, rejects and warnings of a golden file, as JSON for review."""
    with read_order_file(sources(folder), FOLDERS[folder]) as file:
        batches = list(file.batches(3))
        about = {
            "layout": file.layout.name,
            "encoding": file.encoding,
            "rows_read": file.rows_read,
            "notices": file.notices,
            "columns_present": sorted(file.columns_present),
        }
    rows = [without_nulls(row) for batch in batches for row in batch.rows.to_dicts()]
    rejects = [row for batch in batches for row in batch.rejects.to_dicts()]
    warned = [row for batch in batches for row in batch.warnings.to_dicts()]
    return {
        "orders.json": as_json({"about": about, "rows": rows}),
        "rejected.json": as_json(rejects),
        "warned.json": as_json(warned),
    }


def without_nulls(row):
    return {name: value for name, value in row.items() if value is not None}


def as_json(value):
    return json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n"


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_golden_file_is_read_as_reviewed(folder):
    found = read(folder)
    if os.environ.get("UPDATE_GOLDEN"):
        for name, text in found.items():
            (GOLDEN / folder / name).write_text(text, encoding="utf-8")

    for name, text in found.items():
        assert (GOLDEN / folder / name).read_text(encoding="utf-8") == text


def test_every_layout_has_a_golden_file_and_every_folder_is_read():
    with_golden = {
        json.loads((GOLDEN / folder / "orders.json").read_text(encoding="utf-8"))[
            "about"
        ]["layout"]
        for folder in FOLDERS
    }

    assert {path.name for path in GOLDEN.iterdir() if path.is_dir()} == set(FOLDERS)
    assert {one.name for one in all_layouts()} - {"yahoo-order"} == with_golden
