"""Where everything stands, and what waits for a person."""

from dataclasses import dataclass
from datetime import datetime

from data.model.matter import MatterKind
from data.warehouse.day import StatusCount, WaitingKind, standings, waiting
from data.warehouse.desk.published import MOST
from data.warehouse.handles import make_handle_of
from data.warehouse.session import Connection
from data.warehouse.statements import SQL


@dataclass(frozen=True)
class ShownKey:
    """A shop's licence key: until when, and how its connection was last found."""

    shop: str
    mall: str
    stage: str | None
    connection: str | None
    ends_at: datetime | None


@dataclass(frozen=True)
class Today:
    """Where everything stands, of the moment `published_at`.

    newest_order_at  when the newest snapshot of an order was asked for, None for none
    """

    published_at: datetime
    newest_order_at: datetime | None
    standings: tuple[StatusCount, ...]
    waiting: tuple[WaitingKind, ...]
    keys: tuple[ShownKey, ...]


@dataclass(frozen=True)
class OpenMatter:
    """A matter as the copy knows it: what it says stands in the warehouse only."""

    key: str
    shop: str
    order_number: str | None
    since: datetime


def today(con: Connection) -> Today:
    """Return where everything stands."""
    ((published_at, newest),) = SQL.run(con, "read_freshness").fetchall()
    keys = SQL.run(con, "list_keys").fetchall()
    return Today(
        published_at,
        newest,
        standings(con),
        waiting(con),
        tuple(ShownKey(*row) for row in keys),
    )


def open_matters(con: Connection, kind: MatterKind) -> list[OpenMatter]:
    """Return what waits of a kind, longest waiting first, MOST at most."""
    given = {"kind": kind.value, "most": MOST}
    make_handle_of(con)
    return [
        OpenMatter(*row) for row in SQL.run(con, "list_open_matters", given).fetchall()
    ]
