"""Bytes in, parcels and rejects out, one folder of `golden` a layout.

`UPDATE_GOLDEN=1 pytest tests/carriers/test_golden.py` writes what is read now; the diff
is for a person to review.
"""

import json
import os
from pathlib import Path

import pytest

from connectors.carriers import read_shipment_file
from connectors.carriers.registry import all_layouts

GOLDEN = Path(__file__).parent / "golden"
FOLDERS = {
    "yamato-b2": "yamato",
    "yamato-b2-headerless": "yamato",
    "sagawa-ehiden2": "sagawa",
    "sagawa-ehiden3": "sagawa",
    "japanpost-yupuri": "japanpost",
    "rakuten-shipping": "rakuten",
    "template": "template",
}


def as_text(folder):
    """Return all that the reader gives of a golden file, as JSON for review."""
    file = read_shipment_file(GOLDEN / folder / "in.csv", FOLDERS[folder])
    said = {
        "layout": file.layout,
        "encoding": file.encoding,
        "rows_read": file.rows_read,
        "left_out": file.left_out,
        "notices": file.notices,
        "rows": [filled(row) for row in file.rows],
        "rejects": [filled(one) for one in file.rejects],
        "warnings": [filled(one) for one in file.warnings],
    }
    return json.dumps(said, ensure_ascii=False, indent=1, default=str) + "\n"


def filled(value):
    cells = value._asdict()
    return {name: cell for name, cell in cells.items() if cell is not None}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_golden_file_is_read_as_reviewed(folder):
    said = as_text(folder)
    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDEN / folder / "read.json").write_text(said, encoding="utf-8")

    assert (GOLDEN / folder / "read.json").read_text(encoding="utf-8") == said


def test_every_layout_has_a_golden_file_and_every_folder_is_read():
    read = {json.loads(as_text(folder))["layout"] for folder in FOLDERS}

    assert {path.name for path in GOLDEN.iterdir() if path.is_dir()} == set(FOLDERS)
    assert read == {one.name for one in all_layouts()}


SAMPLES = Path(__file__).parents[2] / "data" / "samples"


@pytest.mark.parametrize(
    ("name", "carrier"),
    [
        ("yamato-b2", "yamato"),
        ("sagawa-ehiden2", "sagawa"),
        ("japanpost", "japanpost"),
        ("rakuten", "rakuten"),
        ("template", "template"),
    ],
)
def test_every_sample_is_read_without_a_word(name, carrier):
    file = read_shipment_file(SAMPLES / f"shipments-{name}.csv", carrier)

    assert file.rows
    assert file.rejects == file.warnings == file.notices == ()
