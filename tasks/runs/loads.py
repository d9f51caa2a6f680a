"""A run's own row in `loads`: inserted before it works, completed when it ends."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from prefect import runtime, task

from data.model.order import Mall
from data.model.run import (
    NARROW_OVERLAP,
    OVERLAP,
    Attention,
    Taken,
    cursor_after,
    search_window,
    searchable,
)
from data.model.shops.shop import ShopHandle
from data.warehouse.notices import found_without_notice
from data.warehouse.orders.at_mall import open_amounts, unknown_status
from data.warehouse.runs import Load, move_cursor, record_load, seen_until
from data.warehouse.session import Connection
from tasks.machine import now, our_warehouse
from tasks.rms import shop_of_now
from tasks.runs.retrying import SAFE_TO_REPEAT
from tasks.shops.at_mall import ShopAtMall

LoadSource = Literal["api", "narrow", "notices", "tracking", "labels"]
"""What a run works on; the value is `loads.source`."""


@task(name="open-load", **SAFE_TO_REPEAT)
def open_load(shop: ShopHandle) -> Load:
    """Record the start of a drain; that of a killed run stays without an end."""
    return begin_load(shop, "notices")


def begin_load(
    shop: ShopHandle, source: LoadSource, place: ShopAtMall | None = None
) -> Load:
    """Record the start of a run that searches no window, and return its load.

    `place` is where the shop's orders are stored, if that may be another mall's.
    """
    load = _begun(shop, source, place)
    with our_warehouse() as con:
        record_load(con, load)
    return load


@task(name="open-sweep", **SAFE_TO_REPEAT)
def open_sweep(
    shop: ShopHandle, since: datetime | None, until: datetime | None
) -> Load:
    """Record the start of a sweep with the window it searches, and return its load.

    Without `since` the window begins at the shop's cursor, less the overlap.

    Raises:
        TimeRefused: `since` is not before `until`.

    """
    return _open_window(_begun(shop, "api"), OVERLAP, since, until)


@task(name="open-narrow-sweep", **SAFE_TO_REPEAT)
def open_narrow_sweep(shop: ShopHandle) -> Load:
    """Record the start of a sweep for orders that we do not know yet.

    It begins at the cursor, less an hour, and moves it as every sweep does. That orders
    are found before their notices arrive is no sign that notices get lost.
    """
    return _open_window(_begun(shop, "narrow"), NARROW_OVERLAP)


def _open_window(
    load: Load,
    overlap: timedelta,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Load:
    with our_warehouse() as con:
        cursor = _cursor(con, load)
        window = search_window(load.started_at, since, until, cursor, overlap)
        load = replace(load, window_from=window.since, window_to=window.until)
        record_load(con, load)
    return load


def _cursor(con: Connection, load: Load) -> datetime | None:
    seen = seen_until(con, load.mall, load.shop_id)
    return searchable(seen, load.started_at)


def _begun(
    shop: ShopHandle, source: LoadSource, place: ShopAtMall | None = None
) -> Load:
    mall, shop_id = place or ShopAtMall(Mall.RAKUTEN, shop_of_now(shop).shop_id)
    return Load(
        load_id=str(uuid4()),
        source=source,
        mall=mall,
        shop_id=shop_id,
        flow_run_id=runtime.flow_run.id,
        started_at=now(),
    )


@task(name="close-load", **SAFE_TO_REPEAT)
def close_load(load: Load, found: int, taken: Taken) -> tuple[Load, Attention]:
    """Record the run's end and counts; return them with what a person should look at.

    `found` is the number of orders the run looked at. Every batch is committed by now,
    so the cursor moves here: a run that dies earlier searches the same window again.
    """
    ended = replace(
        load,
        finished_at=now(),
        found=found,
        created=taken.created,
        changed=taken.changed,
        unchanged=taken.unchanged,
        stale=taken.stale,
        refused=len(taken.refused),
    )
    with our_warehouse() as con:
        if window := load.window:
            cursor = _cursor(con, load)
            if moved := cursor_after(window, cursor):
                move_cursor(con, load.mall, load.shop_id, moved, now())
            if load.source == "api":
                missed = found_without_notice(con, load.load_id)
                ended = replace(ended, found_without_notice=missed)
        record_load(con, ended)
        attention = Attention(
            open_amounts=tuple(open_amounts(con, load.shop_id)),
            unknown_status=tuple(unknown_status(con, load.shop_id)),
        )
    return ended, attention
