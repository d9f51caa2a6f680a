"""Runs of push-inventory, step by step, as a task would make them."""

from data.model.stock import Listing
from data.warehouse.stock.push import levels_to_push, plan_push, record_read_back
from data.warehouse.stock.push import start_sending as start
from tests.support.orders import SHOP_ID, at

A_TEA = Listing(manage_number="Tea", variant_id="100g")


def to_push(con, safety=0, **more):
    return levels_to_push(con, SHOP_ID, safety=safety, **more)


def plan(con, found, minute, *, safety=0, run=None, read=None, **more):
    given = {
        "shop_id": SHOP_ID,
        "run_id": run or f"run-{minute}",
        "safety": safety,
        "read_at": at(minute if read is None else read),
        "planned_at": at(minute),
    }
    return plan_push(con, found=found, **(given | more))


def read_back(con, found, minute, run):
    return record_read_back(con, SHOP_ID, found, run_id=run, read_at=at(minute))


def pushed(con, shown, minute=10):
    """Tell the mall of the tea; it shows this much afterwards."""
    made = plan(con, {A_TEA: 3}, minute, run=f"run-{minute}")
    start(con, made.to_send, sent_at=at(minute + 1))
    return read_back(con, {A_TEA: shown}, minute + 2, f"run-{minute}")


def states(con):
    rows = con.execute(
        "SELECT state FROM inventory_pushes ORDER BY planned_at, push_id"
    )
    return [state for (state,) in rows.fetchall()]
