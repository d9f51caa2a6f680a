"""Run one query of a person's on the warehouse, in one short read-only session."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import duckdb
import polars as pl
from polars import selectors
from xlsxwriter import Workbook

from data.warehouse.errors import QueryRefused
from data.warehouse.readers import reading

AS_TEXT: Final = "CAST(COLUMNS(*) AS VARCHAR)"
MOST_EXCEL_ROWS: Final = 1_048_575
"""Rows of a sheet below its header."""
AS_CELLS: Final = r"""
    CASE WHEN typeof(COLUMNS(*)) = 'VARCHAR' AND regexp_matches(
        CAST(COLUMNS(*) AS VARCHAR), '^[\s\x{00a0}\x{3000}]*[-=+@＝＋－＠]|^[\t\r]'
    ) THEN '''' || CAST(COLUMNS(*) AS VARCHAR)
    ELSE CAST(COLUMNS(*) AS VARCHAR) END
"""
"""Cells as text, with an apostrophe before one that a spreadsheet would run: its words
may be a buyer's. A number is no formula, and NULL stays NULL."""
AS_JSON: Final = "to_json(COLUMNS(*))"
NUMBERS: Final = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "BIGNUM"),
)
"""DuckDB's types of numbers, beside DECIMAL(…)."""
NO_JSON: Final = {"NaN", "Infinity", "-Infinity"}
"""What DuckDB writes for numbers that JSON does not have."""


class Form(StrEnum):
    """A form that programs read."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    XLSX = "xlsx"


@dataclass(frozen=True)
class QueryAnswer:
    """Rows as DuckDB writes them, whatever their types; None is NULL."""

    columns: list[str]
    are_numbers: list[bool]
    rows: list[tuple[str | None, ...]]
    has_more: bool
    """There are more rows than were asked for."""


def ask(path: Path, query: str) -> pl.DataFrame:
    """Return the answer to a query of ours; polars does not know every type of DuckDB.

    Raises:
        WarehouseClosed: the file does not open.
        QueryRefused: with DuckDB's own words: it is no query, or it would write.

    """
    return ask_each(path, {"": query})[""]


def ask_each(
    path: Path, queries: Mapping[str, str], patience_s: float = 30.0
) -> dict[str, pl.DataFrame]:
    """Return the answers to queries of ours by their names, all of one state.

    Opening the file takes longer than most queries do. Raises what `ask` raises.
    """
    answers = {}
    with reading(path, patience_s) as (con, _):
        for name, query in queries.items():
            with _understood(con, query) as relation:
                answers[name] = pl.DataFrame(relation)
    return answers


def ask_for_text(path: Path, query: str, most: int, patience_s: float) -> QueryAnswer:
    """Return at most so many rows of an answer as text; raise what `ask` raises."""
    with _asked(path, query, patience_s) as (relation, _):
        text = relation.limit(most + 1).project(AS_TEXT)
        rows = text.fetchall()
        types = [str(each) for each in relation.types]
        return QueryAnswer(
            columns=text.columns,
            are_numbers=[t in NUMBERS or t.startswith("DECIMAL") for t in types],
            rows=rows[:most],
            has_more=len(rows) > most,
        )


@contextmanager
def exported(path: Path, query: str, form: Form, patience_s: float) -> Iterator[Path]:
    """Write an answer to a file that is there inside the block; raise as `ask` does.

    CSV is UTF-8 with a header; NULL is an empty cell, an empty text is `""`, and a text
    that a spreadsheet would run has an apostrophe before it. JSON is an array with an
    object for each row; what JSON has no number for is null. Excel has no time zones
    and no lists: an instant stands in Japan's time, a list as text, and no text is a
    formula.
    """
    with _asked(path, query, patience_s) as (relation, place):
        file = place / f"answer.{form}"
        match form:
            case Form.CSV:
                relation.project(AS_CELLS).write_csv(str(file))
            case Form.PARQUET:
                relation.write_parquet(str(file))
            case Form.JSON:
                file.write_text(_json(relation), encoding="utf-8")
            case Form.XLSX:
                _write_excel(pl.DataFrame(relation), file)
        yield file


@contextmanager
def _asked(
    path: Path, query: str, patience_s: float
) -> Iterator[tuple[duckdb.DuckDBPyRelation, Path]]:
    """Open the file, and yield the query's relation and a folder to write to."""
    with reading(path, patience_s) as (con, place), _understood(con, query) as relation:
        yield relation, place


@contextmanager
def _understood(
    con: duckdb.DuckDBPyConnection, query: str
) -> Iterator[duckdb.DuckDBPyRelation]:
    """Yield the query's relation; what DuckDB refuses now or later is QueryRefused."""
    try:
        relation = con.sql(query)
        if relation is None:
            raise QueryRefused(
                "結果を返す問い合わせではありません。"
                "対処: SQL= に SELECT 文などを指定してください。"
            )
        yield relation
    except (duckdb.Error, pl.exceptions.PolarsError) as exc:
        raise QueryRefused(str(exc)) from None


def _json(relation: duckdb.DuckDBPyRelation) -> str:
    """Return the rows as a JSON array, an object on each line."""
    cells = relation.project(AS_JSON)
    names = [json.dumps(name, ensure_ascii=False) for name in cells.columns]
    objects = (
        ",".join(
            f"{name}:{'null' if cell is None or cell in NO_JSON else cell}"
            for name, cell in zip(names, row, strict=True)
        )
        for row in cells.fetchall()
    )
    lines = ",\n".join(f"{{{each}}}" for each in objects)
    return f"[{lines}]\n"


def _write_excel(rows: pl.DataFrame, file: Path) -> None:
    """Write the rows as a sheet; raise QueryRefused if it has not room for them."""
    if rows.height > MOST_EXCEL_ROWS:
        raise QueryRefused(
            f"{rows.height:,}行は Excel に入りません(最大 {MOST_EXCEL_ROWS:,}行)。"
            "対処: FORMAT=csv または FORMAT=parquet にしてください。"
        )
    plain = rows.with_columns(
        selectors.datetime(time_zone="*")
        .dt.convert_time_zone("Asia/Tokyo")
        .dt.replace_time_zone(None),
        *(
            pl.Series(name, map(str, rows[name].to_list()), dtype=pl.String)
            for name, kind in rows.schema.items()
            if kind.is_nested()
        ),
    )
    with Workbook(
        file, {"strings_to_formulas": False, "strings_to_urls": False}
    ) as book:
        plain.write_excel(book, autofit=True)
