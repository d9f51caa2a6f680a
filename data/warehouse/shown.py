"""Frames as SQL sees them, under a name."""

import polars as pl
from duckdb import DuckDBPyConnection


def show(con: DuckDBPyConnection, name: str, rows: pl.DataFrame) -> None:
    """Let SQL read the frame as a view of that name, until it is unregistered."""
    con.register(name, Shown(rows))


class Shown:
    """A view's content: what SQL sees of it is the frame it holds at that moment.

    DuckDB would take a bare frame by way of pyarrow, a fifth of a second to import.
    Registered once: a view replaced within a transaction is kept until its end, with
    its frame; at a million rows that took 4 GB (DuckDB 2.0.0). Texts are not copied.
    """

    def __init__(self, empty: pl.DataFrame) -> None:
        self.rows = empty

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.rows.__arrow_c_stream__(requested_schema)
