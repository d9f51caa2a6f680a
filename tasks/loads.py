"""The warehouse's own account of a run: opened before it works, closed after."""

from dataclasses import replace
from uuid import uuid4

from prefect import runtime, task

from data.model.load import Attention, Taken
from data.model.order import Mall
from data.model.shop import ShopHandle
from data.model.window import Window
from data.warehouse.loads import Load, record_load
from data.warehouse.orders import open_amounts, unknown_status
from tasks.retrying import SAFE_TO_REPEAT
from tasks.rms import now
from tasks.shops import load_shop
from tasks.warehouse import our_warehouse


@task(name="open-load", **SAFE_TO_REPEAT)
def open_load(shop: ShopHandle, window: Window) -> Load:
    """Write down that a run begins, and which window it will search.

    A run that is killed stays in `loads` without an end.
    """
    load = Load(
        load_id=str(uuid4()),
        source="api",
        mall=Mall.RAKUTEN,
        shop_id=load_shop(shop).shop_id,
        flow_run_id=runtime.flow_run.id,
        started_at=now(),
        window_from=window.since,
        window_to=window.until,
    )
    with our_warehouse() as con:
        record_load(con, load)
    return load


@task(name="close-load", **SAFE_TO_REPEAT)
def close_load(load: Load, found: int, taken: Taken) -> tuple[Load, Attention]:
    """Write down how the run ended; say what a person should look at."""
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
        record_load(con, ended)
        attention = Attention(
            open_amounts=tuple(open_amounts(con, load.shop_id)),
            unknown_status=tuple(unknown_status(con, load.shop_id)),
        )
    return ended, attention
