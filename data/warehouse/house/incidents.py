"""Incidents of the house: what happened to the file, not to an order; kept for ever."""

from datetime import datetime

from duckdb import DuckDBPyConnection

from data.model.matter import MatterKind
from data.warehouse.statements import SQL


def record_incident(
    con: DuckDBPyConnection, kind: MatterKind, key: str, since: datetime, what: str
) -> None:
    """Record an incident; one that is open already stays as it is."""
    given = {"kind": kind.value, "key": key, "since": since, "what": what}
    SQL.run(con, "record_incident", given)


def settle_incidents(
    con: DuckDBPyConnection, kind: MatterKind, still: list[str], at: datetime
) -> None:
    """Record that every incident of a kind is over, but for those keys."""
    given = {"kind": kind.value, "still": still, "settled_at": at}
    SQL.run(con, "settle_incidents", given)


def are_hours_lost(con: DuckDBPyConnection) -> bool:
    """Return whether somebody has to enter again what a restore has lost.

    Levels may be too high meanwhile: a count or an adjustment of then is not in them.
    """
    return bool(SQL.run(con, "find_hours_lost").fetchall())
