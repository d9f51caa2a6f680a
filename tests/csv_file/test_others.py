"""What other readers make of a broken CSV: the table of ADR 18, asked again.

A library that becomes stricter fails here: then the decision is asked again, too.
"""

import csv
import io
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pytest

from connectors.csv_file.refusal import CsvRefused
from connectors.stock_files import read_stock_file

HEAD = "商品管理番号,SKU管理番号,数量,自社SKU\r\n"
WHOLE = 'a1,s1,1,"x,1"\r\n'
LAST = "c3,s3,3,z3\r\n"


def broken(row: str) -> str:
    return f"{HEAD}{WHOLE}{row}\r\n{LAST}"


FILES = {
    "opening quote lost": broken('b2,s2,2,y 2"'),
    "quotes within a bare cell": broken('b2,s2,2,y"2"'),
    "closing quote lost": broken('b2,s2,2,"y 2'),
    "two closing quotes lost": broken('b2,s2,2,"y 2\r\nb4,s4,4,"y 4'),
    "text after a closing quote": broken('b2,s2,2,"y"2'),
    "lone quotes in a quoted cell": broken('b2,s2,2,"y "2" z"'),
    "a cell too many": broken("b2,s2,2,y2,extra"),
    "cut in the last row": f"{HEAD}{WHOLE}c3,s3",
    "a column named twice": "商品管理番号,SKU管理番号,数量,数量\r\na1,s1,1,1\r\n",
    "NUL in a cell": broken("b2,s2,2,y\x002"),
    "line ends of CR alone": broken("b2,s2,2,y2").replace("\r\n", "\r"),
}


def by_csv(path: Path) -> int:
    text = path.read_bytes().decode()
    return len(list(csv.reader(io.StringIO(text, newline=""), strict=True)))


def by_polars(path: Path) -> int:
    return pl.read_csv(path, infer_schema=False).height


def by_duckdb_guessing(path: Path) -> int:
    with duckdb.connect() as con:
        rows = con.sql("FROM read_csv($1, all_varchar = true)", params=[str(path)])
        return len(rows.fetchall())


def by_duckdb_strict(path: Path) -> int:
    with duckdb.connect() as con:
        rows = con.sql(
            """FROM read_csv($1, header = true, delim = ',', quote = '"',
                escape = '"', auto_detect = false, strict_mode = true,
                columns = {a: VARCHAR, b: VARCHAR, c: VARCHAR, d: VARCHAR})""",
            params=[str(path)],
        )
        return len(rows.fetchall())


def by_pandas(path: Path) -> int:
    return len(pd.read_csv(path, dtype=str))


OTHERS: dict[str, tuple[Callable[[Path], int], set[str]]] = {
    "csv": (
        by_csv,
        {
            "closing quote lost",
            "two closing quotes lost",
            "text after a closing quote",
            "lone quotes in a quoted cell",
        },
    ),
    "polars": (
        by_polars,
        {
            "opening quote lost",
            "closing quote lost",
            "two closing quotes lost",
            "text after a closing quote",
            "a cell too many",
        },
    ),
    "duckdb, guessing": (by_duckdb_guessing, set()),
    "duckdb, strict": (
        by_duckdb_strict,
        {
            "closing quote lost",
            "two closing quotes lost",
            "text after a closing quote",
            "lone quotes in a quoted cell",
            "a cell too many",
            "cut in the last row",
        },
    ),
    "pandas": (by_pandas, {"closing quote lost", "a cell too many"}),
}
REFUSALS = (csv.Error, pl.exceptions.PolarsError, duckdb.Error, pd.errors.ParserError)


@pytest.fixture(params=FILES)
def wrong(request) -> str:
    return request.param


@pytest.fixture
def path(tmp_path: Path, wrong: str) -> Path:
    path = tmp_path / "stock.csv"
    path.write_bytes(FILES[wrong].encode())
    return path


def test_ours_refuses_every_one_of_them(path):
    with pytest.raises(CsvRefused):
        read_stock_file(path)


@pytest.mark.parametrize("reader", OTHERS)
def test_the_others_refuse_what_adr_18_says(path, wrong, reader):
    read, refuses = OTHERS[reader]
    try:
        read(path)
        refused = False
    except REFUSALS:
        refused = True

    assert refused == (wrong in refuses)


def test_the_file_with_nothing_wrong_is_read_by_all(tmp_path):
    path = tmp_path / "stock.csv"
    path.write_bytes(broken('b2,s2,2,"say ""hi"""').encode())

    assert len(read_stock_file(path).counts) == 3
    assert {read(path) for read, _ in OTHERS.values()} == {3, 4}  # csv has the header
