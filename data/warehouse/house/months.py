"""Close months: keep how their orders stand, whatever comes later."""

from datetime import date, datetime

from data.model.japan_time import in_japan
from data.warehouse.session import Connection
from data.warehouse.statements import SQL


def close_months(con: Connection, at: datetime, close_day: int) -> list[str]:
    """Close every month that is due at this moment; return them, e.g. `2026-07`.

    A month is due from the given day of the month after it, in Japan. A closed one is
    never closed again: an order that comes to it later, or changes, is listed beside
    the close by the mart `month_close_changes`. A month without orders stays open.
    """
    today = in_japan(at).date()
    given: dict[str, object] = {"before": _first_open(today, close_day)}
    months = SQL.column(con, "list_months_to_close", given)
    if months:
        given = {"months": months, "closed_at": at}
        SQL.run(con, "close_orders", given)
        SQL.run(con, "record_closes", given)
    return months


def _first_open(today: date, close_day: int) -> str:
    """Return the oldest month that may not be closed yet."""
    months = today.year * 12 + today.month - 1 - (today.day < close_day)
    return f"{months // 12:04d}-{months % 12 + 1:02d}"
