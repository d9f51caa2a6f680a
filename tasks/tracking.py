"""Tracking numbers to the mall: read anew, decide, report, hear, look again."""

import time
from collections.abc import Iterator
from typing import Final, NamedTuple

from prefect import task

from data.model.shipping_report import MOST_ORDERS
from data.model.shop import ShopHandle
from data.warehouse.loads import Load
from data.warehouse.tracking import judge_tracking, orders_to_read, settle
from data.warehouse.tracking_calls import last_report_unseen
from tasks.loads import begin_load
from tasks.orders import in_batches, take_orders
from tasks.retrying import SAFE_TO_REPEAT
from tasks.rms import now
from tasks.tracking_calls import hear_results, run_of
from tasks.warehouse import our_warehouse

ORDERS_A_CALL = MOST_ORDERS
MOST_ROUNDS: Final = 6
"""Reports and looks of one run; what is not settled then is the next run's."""


class Due(NamedTuple):
    """Orders to report now, and those of which a report may still be on its way."""

    numbers: list[str]
    held: list[str]


@task(name="open-push", **SAFE_TO_REPEAT)
def open_push(shop: ShopHandle) -> Load:
    """Write down that a run begins; only orders read after this count as read."""
    return begin_load(shop, "tracking")


def rounds(shop: ShopHandle, load: Load) -> Iterator[list[list[str]]]:
    """Give the orders to report in batches, until none is left or held.

    Before each round everything is heard and read that can be. What was turned down
    comes again, and what was lost does once it is certain that it did not arrive.
    """
    for left in reversed(range(MOST_ROUNDS)):
        hear_results(shop, load)
        read_orders(shop, load)
        due = due_orders(load)
        if due.numbers and left:
            yield in_batches(due.numbers, ORDERS_A_CALL)
        elif due.held and left:
            wait_for_held(load)
        else:
            return


def read_orders(shop: ShopHandle, load: Load) -> None:
    """Read anew and store the orders whose shipments wait for a decision."""
    for batch in in_batches(concerned_orders(load)):
        take_orders(shop, batch, load)


@task(name="concerned-orders", **SAFE_TO_REPEAT)
def concerned_orders(load: Load) -> list[str]:
    """Name the orders that have to be read before anything is decided."""
    with our_warehouse() as con:
        return orders_to_read(con, run_of(load))


@task(name="due-orders", **SAFE_TO_REPEAT)
def due_orders(load: Load) -> Due:
    """Decide on every order read; write down what needs no call."""
    run = run_of(load)
    with our_warehouse() as con:
        judged = judge_tracking(con, run)
        settle(con, run, judged, decided_at=now())
    return Due([one.order_number for one in judged.to_send], list(judged.held))


@task(name="wait-for-held", **SAFE_TO_REPEAT)
def wait_for_held(load: Load) -> None:
    """Wait until the latest report without a trace would show, if it had arrived."""
    run = run_of(load)
    with our_warehouse() as con:
        sent_at = last_report_unseen(con, run)
    if sent_at is not None:
        time.sleep(max((sent_at + run.settles - now()).total_seconds(), 0))
