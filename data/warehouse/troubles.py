"""When RMS did not answer as it should: one row for each trouble and its time."""

from datetime import datetime, timedelta
from typing import Final

from duckdb import DuckDBPyConnection

from data.model.order import Mall
from data.model.oversale import TroubleKind
from data.warehouse.statements import SQL

LASTS: Final = timedelta(minutes=30)
"""Calls that fail no further apart than this belong to one trouble."""


def record_trouble(  # noqa: PLR0913 - whose, what and when
    con: DuckDBPyConnection,
    shop_id: str,
    function: str,
    kind: TroubleKind,
    *,
    mall: Mall = Mall.RAKUTEN,
    at: datetime,
) -> None:
    """Store that a call ended without a usable answer at this moment."""
    given = {
        "mall": mall.value,
        "shop_id": shop_id,
        "function_name": function,
        "kind": kind.value,
        "at": at,
        "recent": at - LASTS,
    }
    if not SQL.run(con, "prolong_trouble", given).fetchall():
        SQL.run(con, "insert_trouble", given)
