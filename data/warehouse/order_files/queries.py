"""The statements of one import, run with the values that they share."""

from typing import Any

import polars as pl
from duckdb import DuckDBPyConnection

from data.warehouse.statements import SQL


class Queries:
    """A session's statements with what one import gives them."""

    def __init__(self, con: DuckDBPyConnection, given: dict[str, object]) -> None:
        self.con = con
        self.given = given

    def rows(self, name: str, **more: object) -> list[tuple[Any, ...]]:
        """Run a statement and return all of its rows."""
        return SQL.run(self.con, name, self.given | more).fetchall()

    def frame(self, name: str, **more: object) -> pl.DataFrame:
        """Run a query and return its rows as a frame."""
        given = SQL.values(name, self.given | more)
        return pl.DataFrame(self.con.sql(SQL(name), params=given))
