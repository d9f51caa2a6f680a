"""Stock to the mall: find its unseen sales, then plan and send (design: rule 6.5)."""

from typing import Final, TypeVar, cast
from uuid import uuid4

from prefect import task
from prefect.logging import get_run_logger
from prefect.utilities.annotations import quote

from connectors.rms.inventory import WRITE_AT_ONCE
from connectors.rms.stock import SkuKey, StockWord
from data.model.load import total
from data.model.shop import ShopHandle
from data.warehouse.stock_push import PRESUMED_LOST, Push, plan_push
from tasks.inventory_calls import read_again, read_mall, send_levels
from tasks.inventory_run import InventoryRun, Seen
from tasks.limits import one_caller
from tasks.loads import close_load, open_sweep
from tasks.notices import NOTICES_FIRST, noticed_batches, take_in_notices
from tasks.orders import find_orders, in_batches, take_orders, with_not_final
from tasks.retrying import SAFE_TO_REPEAT
from tasks.rms import now, shop_of_now
from tasks.warehouse import our_warehouse

MOST_SWEEPS: Final = 3
"""Sweeps of one look at the mall; each but the first needs news from the one before."""
MOST_ROUNDS: Final = 4
"""Times a run reads and decides anew about what got lost on the way."""
LOST_AFTER = PRESUMED_LOST

T = TypeVar("T")


@task(name="open-inventory", **SAFE_TO_REPEAT)
def open_inventory(shop: ShopHandle, *, full: bool) -> InventoryRun:
    """Say whose stock this run is about, and how much of it is kept back."""
    known = shop_of_now(shop)
    return InventoryRun(
        run_id=str(uuid4()),
        mall=known.mall,
        shop_id=known.shop_id,
        safety=known.safety_stock,
        full=full,
    )


def push_rounds(shop: ShopHandle, run: InventoryRun) -> list[StockWord]:
    """Tell the mall, until it shows everything or only what a person has to look at.

    Each round reads first: what a lost answer had brought about is found there, and
    nothing is sent a second time because its answer is missing. Gives RMS's word on
    listings that it would not even read.
    """
    unreadable: dict[SkuKey, StockWord] = {}
    for left in reversed(range(MOST_ROUNDS)):
        seen = look(shop, run, full=run.full and left == MOST_ROUNDS - 1)
        unreadable |= {word.sku: word for word in seen.unreadable}
        pushes = plan_levels(run, _whole(seen))
        if not pushes:
            break
        for start in range(0, len(pushes), WRITE_AT_ONCE):
            send_levels(shop, _whole(pushes[start : start + WRITE_AT_ONCE]))
        read_again(shop, run)
    return list(unreadable.values())


def look(shop: ShopHandle, run: InventoryRun, *, full: bool) -> Seen:
    """Read the mall; where it sold what we do not know, sweep first and read again.

    Units that no order explains after a sweep (a person took them away at RMS) do not
    stop the push: our level is the true one.
    """
    seen = read_mall(shop, run, full=full)
    for _ in range(MOST_SWEEPS):
        if not seen.unseen:
            break
        sweep(shop)
        before, seen = seen.unseen, read_mall(shop, run, full=full)
        if seen.unseen == before:
            get_run_logger().warning(
                "%d listings show fewer units than our orders explain", len(before)
            )
            break
    return seen


def sweep(shop: ShopHandle) -> None:
    """Take in notices and search for orders, as ingest-orders does; stock follows."""
    load = open_sweep(shop, None, None)
    take_in_notices(shop)
    with one_caller(shop):
        noticed = noticed_batches(shop, NOTICES_FIRST)
        taken = [take_orders(shop, batch, load) for batch in noticed]
        found = find_orders(shop, load)
        batches = in_batches(with_not_final(load, found))
        taken += [take_orders(shop, batch, load) for batch in batches]
    close_load(load, len(found), total(taken))


@task(name="plan-levels", **SAFE_TO_REPEAT)
def plan_levels(run: InventoryRun, seen: Seen) -> list[Push]:
    """Store what is to be sent, with the levels of this very moment; give it.

    Repeating it is harmless: the later plan supersedes the earlier one.
    """
    with our_warehouse() as con:
        plan = plan_push(
            con,
            run.shop_id,
            seen.found,
            mall=run.mall,
            run_id=run.run_id,
            safety=run.safety,
            full=run.full,
            read_at=seen.read_at,
            planned_at=now(),
            presumed_lost=LOST_AFTER,
        )
    return list(plan.to_send)


def _whole(value: T) -> T:
    """Quote a value, as Prefect calls it: it would look into every SKU otherwise."""
    return cast("T", quote(value))
