"""The calls that read and write stock at the mall, and what is kept of them."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from prefect import task
from prefect.logging import get_run_logger

from connectors.rms.errors import OutcomeUnknown, Throttled, Unavailable
from connectors.rms.stock import (
    SkuKey,
    StockLevel,
    StockOutcome,
    StockRead,
    StockWord,
)
from data.model.shop import ShopHandle
from data.model.stock import Listing, unseen_units
from data.warehouse.stock_push import Push, levels_to_push, start_sending
from data.warehouse.stock_push_report import latest_pushes
from data.warehouse.stock_push_results import (
    record_lost,
    record_read_back,
    record_refused,
)
from tasks.inventory_run import InventoryRun, Seen
from tasks.retrying import NEVER_REPEAT, SAFE_TO_REPEAT
from tasks.rms import now, order_api
from tasks.warehouse import our_warehouse

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
    unsure = {_key(push): push.push_id for push in started}
    refused: dict[str, list[str]] = defaultdict(list)
    try:
        with order_api(shop) as rms:
            for words in rms.inventory.write_chunks([_level(p) for p in started]):
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
        return rms.inventory.read([_key(listing) for listing in listings])


def _found(read: StockRead, listings: Sequence[Listing]) -> dict[Listing, int | None]:
    unreadable = {word.sku for word in read.refused}
    return {
        listing: read.seen[key].quantity if key in read.seen else None
        for listing in listings
        if (key := _key(listing)) not in unreadable
    }


def _hear(
    words: Sequence[StockWord],
    unsure: dict[SkuKey, str],
    refused: dict[str, list[str]],
) -> None:
    for word in words:
        if word.outcome is StockOutcome.SENT:
            del unsure[word.sku]
        elif word.outcome is StockOutcome.REFUSED:
            said = f"{word.code}: {word.reason}" if word.code else word.reason
            refused[said].append(unsure.pop(word.sku))


def _key(one: Listing | Push) -> SkuKey:
    return SkuKey(one.manage_number, one.variant_id)


def _level(push: Push) -> StockLevel:
    return StockLevel(push.manage_number, push.variant_id, push.offered)
