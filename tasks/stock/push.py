"""Stock to the mall: find its unseen sales, then plan and send (design: rule 6.5).

The calls that read and write stock at the mall, and what is kept of them.

What one run of push-inventory knows: whose stock, and what the mall showed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar, cast
from uuid import uuid4

from prefect import task
from prefect.logging import get_run_logger
from prefect.utilities.annotations import quote

from connectors.rms.errors import OutcomeUnknown, Throttled, Unavailable
from connectors.rms.stock import (
    WRITE_AT_ONCE,
    StockLevel,
    StockOutcome,
    StockRead,
    StockResult,
)
from data.model.order import Mall
from data.model.run import total
from data.model.shop import ShopHandle
from data.model.stock import Listing, unseen_units
from data.warehouse.stock.push import (
    PRESUMED_LOST,
    LevelToPush,
    Push,
    latest_pushes,
    levels_to_push,
    plan_push,
    record_lost,
    record_read_back,
    record_refused,
    start_sending,
)
from tasks.limits import one_caller
from tasks.machine import our_warehouse
from tasks.notices import NOTICES_FIRST, noticed_batches, take_in_notices
from tasks.orders import find_orders, in_batches, take_orders, with_not_final
from tasks.retrying import NEVER_REPEAT, SAFE_TO_REPEAT
from tasks.rms import now, order_api, shop_of_now
from tasks.runs import close_load, open_sweep


@dataclass(frozen=True)
class InventoryRun:
    """Whose stock a run tells the mall, and what it keeps back; no secret in it."""

    run_id: str
    mall: Mall
    shop_id: str
    safety: int
    full: bool


@dataclass(frozen=True)
class Seen:
    """The levels to push beside what the mall shows of them.

    found   units the mall shows, None for a listing it does not have; one it could not
            read is absent
    unseen  units that the mall sold and no order of ours tells of, where there are any
    """

    levels: Sequence[LevelToPush]
    found: Mapping[Listing, int | None]
    read_at: datetime
    unseen: Mapping[Listing, int]
    unreadable: Sequence[StockResult] = ()


NOTHING_HAPPENED: Final = (Throttled, Unavailable)
"""Trouble after which the next round reads again, as it does after a lost answer."""


@task(name="read-mall", **SAFE_TO_REPEAT)
def read_mall(shop: ShopHandle, run: InventoryRun, *, full: bool) -> Seen:
    """Read what the mall shows of the levels it has to be told, 1,000 a call.

    Raises RmsTrouble; a key RMS cannot read is told apart from one it does not have.
    """
    with our_warehouse() as con:
        levels = levels_to_push(
            con, run.shop_id, mall=run.mall, safety=run.safety, full=full
        )
    read_at = now()
    if not levels:
        return Seen((), {}, read_at, {})
    read = _read(shop, [level.listing for level in levels])
    found = _found(read, [level.listing for level in levels])
    unseen = {
        level.listing: units
        for level in levels
        if (units := unseen_units(level.expected, found.get(level.listing)))
    }
    return Seen(levels, found, read_at, unseen, tuple(read.refused))


@task(name="send-levels", **NEVER_REPEAT)
def send_levels(shop: ShopHandle, pushes: list[Push]) -> None:
    """Set up to 400 levels in one call, which is never repeated.

    RMS's 204 is not kept: only reading proves a level. What was refused is kept with
    its reason; what has no sure answer is unknown until it is read, and so is what was
    left unsent after a lost answer.

    Raises:
        RmsTrouble: RMS refused the whole call, or the shop's credentials.

    """
    with our_warehouse() as con:
        started = start_sending(con, pushes, sent_at=now())
    if not started:
        return
    unsure = {_listing(push): push.push_id for push in started}
    refused: dict[str, list[str]] = defaultdict(list)
    try:
        with order_api(shop) as rms:
            for words in rms.stock.write_chunks([_level(p) for p in started]):
                _hear(words, unsure, refused)
    except (OutcomeUnknown, *NOTHING_HAPPENED) as trouble:
        get_run_logger().warning("%s", trouble)
    finally:
        if refused or unsure:
            with our_warehouse() as con:
                for why, push_ids in refused.items():
                    record_refused(con, push_ids, why)
                record_lost(con, list(unsure.values()))


@task(name="read-again", **SAFE_TO_REPEAT)
def read_again(shop: ShopHandle, run: InventoryRun) -> None:
    """Read back what this run sent: the only proof that the mall shows it."""
    with our_warehouse() as con:
        pushes = latest_pushes(con, run.shop_id, mall=run.mall, run_id=run.run_id)
    listings = [
        Listing(manage_number=push.manage_number, variant_id=push.variant_id)
        for push in pushes
        if push.is_of_run and push.was_sent
    ]
    if not listings:
        return
    read_at = now()
    found = _found(_read(shop, listings), listings)
    with our_warehouse() as con:
        record_read_back(
            con, run.shop_id, found, mall=run.mall, run_id=run.run_id, read_at=read_at
        )


def _read(shop: ShopHandle, listings: Sequence[Listing]) -> StockRead:
    with order_api(shop) as rms:
        return rms.stock.read(listings)


def _found(read: StockRead, listings: Sequence[Listing]) -> dict[Listing, int | None]:
    unreadable = {word.listing for word in read.refused}
    return {
        listing: read.seen[listing].quantity if listing in read.seen else None
        for listing in listings
        if listing not in unreadable
    }


def _hear(
    words: Sequence[StockResult],
    unsure: dict[Listing, str],
    refused: dict[str, list[str]],
) -> None:
    for word in words:
        if word.outcome is StockOutcome.SENT:
            del unsure[word.listing]
        elif word.outcome is StockOutcome.REFUSED:
            said = f"{word.code}: {word.reason}" if word.code else word.reason
            refused[said].append(unsure.pop(word.listing))


def _listing(push: Push) -> Listing:
    return Listing(manage_number=push.manage_number, variant_id=push.variant_id)


def _level(push: Push) -> StockLevel:
    return StockLevel(_listing(push), push.offered)


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


def push_rounds(shop: ShopHandle, run: InventoryRun) -> list[StockResult]:
    """Tell the mall, until it shows everything or only what a person has to look at.

    Each round reads first: what a lost answer had brought about is found there, and
    nothing is sent a second time because its answer is missing. Gives RMS's word on
    listings that it would not even read.
    """
    unreadable: dict[Listing, StockResult] = {}
    for left in reversed(range(MOST_ROUNDS)):
        seen = look(shop, run, full=run.full and left == MOST_ROUNDS - 1)
        unreadable |= {word.listing: word for word in seen.unreadable}
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
