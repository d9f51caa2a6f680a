"""What happens at Rakuten while nobody calls: payments, results, the night job.

Nothing runs in the background: before each request the sandbox catches up with its
clock, in the order of time (docs/rms/order-api.md §4.2, §4.2b, §6).
"""

from datetime import datetime, time, timedelta

import orjson

from connectors.sandbox.clock import JST, read_iso, wire
from connectors.sandbox.inventory_api.movements import give_back
from connectors.sandbox.notices.events import notify_progress
from connectors.sandbox.order_api import progress
from connectors.sandbox.order_api.shipping_async import finish_jobs
from connectors.sandbox.store import OrderModel
from connectors.sandbox.world import World

_UNCONFIRMED = timedelta(days=15)
_NIGHT_JOB = time(0, 5, tzinfo=JST)


def catch_up(world: World) -> None:
    """Do what fell due since the last call, with each night of a leap in time."""
    now = world.clock.now()
    done = read_iso(world.store.recall("night"))
    if now < done:  # the clock was set back: its nights come again
        world.store.remember("night", now.isoformat())
        done = now
    while (night := _next_night(done)) <= now:
        _until(world, night)
        _close_shipped(world, night)
        _settle(world, night)
        _cancel_unconfirmed(world, night)
        world.store.remember("night", night.isoformat())
        done = night
    _until(world, now)


def _next_night(after: datetime) -> datetime:
    tonight = datetime.combine(after.astimezone(JST).date(), _NIGHT_JOB)
    return tonight if tonight > after else tonight + timedelta(days=1)


def _until(world: World, moment: datetime) -> None:
    finish_jobs(world, moment)
    for model, due in _due(world, "pays_at", "pays_at <= ?", wire(moment)):
        with world.store.transaction():
            world.store.pay_at(model["orderNumber"], None)
            if model["orderProgress"] == 200:
                before = dict(model)
                progress.move(model, 300, due)
                world.store.replace(model)
                notify_progress(world, before, model)


def _close_shipped(world: World, night: datetime) -> None:
    """Close orders at 300 whose rows are complete and older than this day (§4.2)."""
    complete = "progress = 300 AND closes_after < ?"
    for model, _ in _due(world, "closes_after", complete, f"{night:%Y-%m-%d}"):
        progress.move(model, 500, wire(night))
        world.store.replace(model)


def _settle(world: World, night: datetime) -> None:
    """Have paid what was shipped so many days ago (§6)."""
    days = world.settings.settles_after_days
    if days is None:
        return
    shipped = "progress = 500 AND completed_at <= ?"
    for model, _ in _due(
        world, "completed_at", shipped, wire(night - timedelta(days=days))
    ):
        progress.move(model, 700, wire(night))
        world.store.replace(model)


def _cancel_unconfirmed(world: World, night: datetime) -> None:
    """Cancel as Rakuten does what has waited for its confirmation for 15 days."""
    if not world.settings.cancels_unconfirmed:
        return
    waits = "progress = 100 AND ordered_at <= ?"
    for model, _ in _due(world, "ordered_at", waits, wire(night - _UNCONFIRMED)):
        before = dict(model)
        progress.move(model, 900, wire(night))
        progress.record(model, 1, wire(night), reason=0, detail=10)
        world.store.replace(model)
        give_back(world, model)
        notify_progress(world, before, model)


def _due(
    world: World, when: str, where: str, limit: str
) -> list[tuple[OrderModel, str]]:
    rows = world.store.connection.execute(
        f"SELECT model, {when} FROM orders WHERE {where}"  # noqa: S608 - our own words
        f" ORDER BY {when}, order_number",
        (limit,),
    )
    return [(orjson.loads(model), due) for model, due in rows.fetchall()]
