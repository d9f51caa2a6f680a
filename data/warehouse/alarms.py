"""Alarms: troubles found in the warehouse, kept until they end."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from data.model.alarm import Alarm, AlarmKind, now_broken
from data.model.japan_time import in_japan
from data.warehouse.handles import make_handle_of
from data.warehouse.session import Connection
from data.warehouse.shops import make_closed_shops
from data.warehouse.statements import SQL


class DueAlarm(NamedTuple):
    """An alarm whose event has to be emitted: that it broke, or that it healed."""

    alarm: Alarm
    since: datetime
    is_healed: bool


def find_alarms(
    con: Connection, now: datetime, quiet_since: datetime | None
) -> list[Alarm]:
    """Return every trouble of now that the warehouse knows of, one a kind and shop.

    `quiet_since` is the moment since which every shop must have had a notice.
    """
    given = {"now": now, "quiet_since": quiet_since}
    make_handle_of(con)
    make_closed_shops(con)
    return [
        Alarm(AlarmKind(kind), shop, what)
        for kind, shop, what in SQL.run(con, "find_alarms", given).fetchall()
    ]


def made_at(con: Connection) -> datetime:
    """Return when the warehouse was made."""
    return in_japan(SQL.value(con, "read_making_time"))


def open_alarms(con: Connection) -> set[tuple[AlarmKind, str]]:
    """Return the kind and shop of every alarm that lasts."""
    rows = SQL.run(con, "list_open_alarms").fetchall()
    return {(AlarmKind(kind), shop) for kind, shop, _since, _what in rows}


def record_alarms(
    con: Connection,
    found: Collection[Alarm],
    looked_for: Collection[AlarmKind],
    at: datetime,
) -> list[DueAlarm]:
    """Record what broke and what healed; return of what an event is due.

    Kinds that were not looked for stay as they are.
    """
    broken = now_broken(found, looked_for)
    known = open_alarms(con)
    for kind, shop in sorted(known - broken.keys()):
        if kind in looked_for:
            given = {"kind": kind.value, "shop": shop, "healed_at": at}
            SQL.run(con, "heal_alarm", given)
    for key in sorted(broken.keys() - known):
        kind, shop, what = broken[key]
        given = {"kind": kind.value, "shop": shop, "since": at, "what": what}
        SQL.run(con, "insert_alarm", given)
    return [
        DueAlarm(Alarm(AlarmKind(kind), shop, what), in_japan(since), is_healed)
        for kind, shop, since, what, is_healed in SQL.run(
            con, "list_due_alarms"
        ).fetchall()
    ]


def mark_emitted(con: Connection, due: DueAlarm) -> None:
    """Record that its event was emitted, so that it is not emitted again."""
    given = {
        "kind": due.alarm.kind.value,
        "shop": due.alarm.shop,
        "since": due.since,
        "told": "healed" if due.is_healed else "broken",
    }
    SQL.run(con, "mark_alarm_sent", given)
