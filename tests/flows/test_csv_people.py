"""Whatever is wrong with whichever mall's file, what a run tells has no buyer in it."""

import csv
import io
import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.order_files.read.test_golden import FOLDERS, sources
from tests.support.csv_counter import Counter
from tests.support.effort import first, for_ci

BUYER = "カナリア鳥子"
KEYS = 3
"""Columns at the left that keep their cells, so that there are orders to be wrong."""
Rows = list[list[str]]


def in_every_cell(rows: Rows) -> Rows:
    return [rows[0], *(row[:KEYS] + [BUYER] * len(row[KEYS:]) for row in rows[1:])]


def in_the_wrong_columns(rows: Rows) -> Rows:
    """An address with a comma that nobody quoted moves every cell behind it."""
    return [rows[0], *([*row[:KEYS], BUYER, *row[KEYS:-1]] for row in rows[1:])]


def in_a_cell_too_many(rows: Rows) -> Rows:
    return [rows[0], *([*row[:KEYS], BUYER, *row[KEYS:]] for row in rows[1:])]


def in_place_of_the_header(rows: Rows) -> Rows:
    return in_every_cell(rows)[1:]


SPOILED = (
    in_every_cell,
    in_the_wrong_columns,
    in_a_cell_too_many,
    in_place_of_the_header,
)


def spoiled(file: Path, spoil: Callable[[Rows], Rows]) -> bytes:
    """Return the file with the buyer in it, written as it was."""
    content = file.read_bytes()
    try:
        text, encoding = content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        text, encoding = content.decode("cp932"), "cp932"
    sign = "\t" if "\t" in text.partition("\n")[0] else ","
    rows = spoil(list(csv.reader(io.StringIO(text, newline=""), delimiter=sign)))
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if sign == "," else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=sign, quoting=quoting).writerows(rows)
    return out.getvalue().encode(encoding)


@first(3, for_ci)
@pytest.mark.parametrize("folder", FOLDERS)
def test_no_report_of_a_spoiled_file_tells_of_a_buyer(
    counter: Counter, caplog: pytest.LogCaptureFixture, folder: str
):
    caplog.set_level(logging.INFO)
    told = []
    for spoil in SPOILED:
        paths = [
            counter.file(spoiled(file, spoil), f"{spoil.__name__}-{n}.csv")
            for n, file in enumerate(sources(folder))
        ]
        told += counter.ended(paths, mall=FOLDERS[folder], mode="replace")
        told += counter.artifacts().values()
    said = "\n".join([*told, caplog.text])

    assert "FAILED" in told
    assert len(said) > 1000
    assert BUYER not in said
    assert json.dumps(BUYER)[1:-1] not in said
