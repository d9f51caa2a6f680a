"""Run one read-only query on the warehouse, in one short session."""

from pathlib import Path

import duckdb
import polars as pl

from data.warehouse.errors import QueryRefused
from data.warehouse.session import warehouse


def ask(path: Path, query: str, patience_s: float = 30.0) -> pl.DataFrame:
    """Return the answer to one query; DuckDB refuses a query that would write.

    Raises WarehouseClosed when the file does not open and QueryRefused, with DuckDB's
    own words, for a query it does not understand or that would write.
    """
    with warehouse(path, patience_s) as con:
        con.rollback()
        con.execute("BEGIN TRANSACTION READ ONLY")
        try:
            answer = con.sql(query)
            return pl.DataFrame(answer)
        except (duckdb.Error, pl.exceptions.PolarsError) as exc:
            raise QueryRefused(str(exc)) from None
