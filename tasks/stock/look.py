"""A look at the mall: what it shows of the levels to push, and what it sold unseen.

Before a number is raised, or where the mall shows fewer units than expected, orders are
swept first; `look` is the procedure, the tasks below it are its steps.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Self

from prefect import task
from prefect.logging import get_run_logger

from connectors.rms.errors import RmsTrouble
from connectors.rms.stock import StockResult
from data.model.order import Mall
from data.model.order_number import is_of_other_shop
from data.model.run import total
from data.model.shops.shop import ShopHandle
from data.model.stock import Listing, raises, unseen_units
from data.warehouse.runs import Load
from data.warehouse.stock.push import LevelToPush, levels_to_push
from tasks.machine import now, our_warehouse
from tasks.notices import take_in_if_readable
from tasks.orders import Swept, sweep, sweep_narrowly
from tasks.rms import CallState, FunctionStopped, call_state, open_rms, shop_of_now
from tasks.runs.limits import TurnNotCome, one_caller
from tasks.runs.loads import close_load, open_narrow_sweep, open_sweep
from tasks.runs.retrying import SAFE_TO_REPEAT

UNSWEPT: Final = (
    "まだ取り込んでいない受注を検索できなかったため、RMSの在庫数は減らす転送だけを行い、"
    "増やしていません。次の転送で、もう一度検索します。原因: "
)
UNREAD: Final = (
    "見つかった受注の一部を取得できなかったため、RMSの在庫数は減らす転送だけを行い、"
    "増やしていません。次の転送で、もう一度取得します。取得できなかった注文: "
)
NAMED: Final = 10
"""How many orders a sentence names."""


@dataclass(frozen=True)
class StockRun:
    """Whose stock a run pushes, and how much of it is kept back; no secret in it.

    lowers_only  why no number may be raised; "" where one may
    """

    run_id: str
    mall: Mall
    shop_id: str
    safety: int
    full: bool
    lowers_only: str = ""


@dataclass(frozen=True)
class SeenLevels:
    """The levels to push beside what the mall shows of them.

    found       units the mall shows; None for a listing it does not have; absent for
                one that could not be read
    unseen      units sold at the mall of which no order of ours tells, above 0 only
    unreadable  RMS's results for the listings it would not read
    raises      units that a push would add to what the mall shows, above 0 only
    may_raise   whether what was sold before this reading was searched for
    left_out    how many listings are not in `found`, because they are being sold
    lowers_only why nothing was raised that would have been; "" where all may be
    """

    levels: Sequence[LevelToPush]
    found: Mapping[Listing, int | None]
    read_at: datetime
    unseen: Mapping[Listing, int]
    unreadable: Sequence[StockResult] = ()
    raises: Mapping[Listing, int] = field(default_factory=dict)
    may_raise: bool = False
    left_out: int = 0
    lowers_only: str = ""

    def without(self, sold: Collection[Listing]) -> Self:
        """Return it without what is known of listings that are being sold."""
        found = {one: units for one, units in self.found.items() if one not in sold}
        return replace(self, found=found, left_out=len(sold))

    def lowered(self) -> set[Listing]:
        """Return the listings of which the mall shows more than a push would tell."""
        return {
            level.listing
            for level in self.levels
            if level.offered < (self.found.get(level.listing) or 0)
        }

    def only_lowered(self, why: str) -> Self:
        """Return it without what might put sold units on sale, for this reason.

        No number is raised. Of a listing with units sold unseen only a lower number is
        sent, which is nearer to the truth. One that stays is left for the next run:
        counted as verified now, the units that it lacks would be forgotten.
        """
        left = self.without(self.unseen.keys() - self.lowered())
        return replace(left, may_raise=False, left_out=0, lowers_only=why)


def look(
    shop: ShopHandle, run: StockRun, *, full: bool, lowers_only: str
) -> SeenLevels:
    """Read the mall; before a number is raised, or lower than expected, sweep first.

    A narrow sweep (orders placed since the last one) finds the sales that no notice has
    told of yet. Units that it does not explain are searched for in every open order.
    Units that no order explains even then (a person took them away at RMS) do not stop
    the push: our level is the true one. A listing that is sold during the sweep is left
    for the next round: our level would raise it. Not so one that is lowered: it may be
    sold all the time, and would never be told that fewer are there. A mall that shows
    what we expect may have sold a piece all the same: a cancelled order that gave one
    back hides the sale.
    So nothing is raised without the sweep; where it fails or finds an order that cannot
    be read, and with a reason from before (`lowers_only`), numbers go down only.
    """
    seen = read_mall(shop, run, full=full)
    if not seen.unseen and not seen.raises:
        return seen
    if lowers_only:
        return seen.only_lowered(lowers_only)
    if why := _why_unswept(sweep_for_news, shop):
        return read_mall(shop, run, full=full).only_lowered(why)
    after = read_mall(shop, run, full=full)
    if same := _unmoved(seen, after):
        why = _why_unswept(sweep_orders, shop)
        seen, after = after, read_mall(shop, run, full=full)
        if why:
            return after.only_lowered(why)
        same &= _unmoved(seen, after)
    if same:
        get_run_logger().warning(
            "%d listings show fewer units than our orders explain", len(same)
        )
    sold = (after.unseen.keys() - same) | _raised_further(seen, after)
    return replace(after.without(sold - after.lowered()), may_raise=True)


def _why_unswept(
    sweep_of: Callable[[ShopHandle], Sequence[str]], shop: ShopHandle
) -> str:
    """Sweep, and return why there may be unseen sales all the same; "" if none may.

    The order functions may be refused, away, or another run's for very long, while
    those of stock answer (rule 6.7). Where the key itself is refused the reading that
    follows ends the run.
    """
    try:
        unread = sweep_of(shop)
    except (RmsTrouble, FunctionStopped, TurnNotCome) as trouble:
        return f"{UNSWEPT}{trouble}"
    return f"{UNREAD}{'、'.join(unread[:NAMED])}" if unread else ""


def _unmoved(before: SeenLevels, after: SeenLevels) -> set[Listing]:
    """Return the listings with unseen units of which a sweep brought no news at all."""
    return {
        listing
        for listing in before.unseen.keys() & after.unseen.keys()
        if before.unseen[listing] == after.unseen[listing]
        and before.found[listing] == after.found[listing]
    }


def _raised_further(before: SeenLevels, after: SeenLevels) -> set[Listing]:
    """Return the listings that would be raised by more than before the sweep.

    Pieces of theirs may have been sold after the sweep had searched.
    """
    return {
        listing
        for listing, units in after.raises.items()
        if units > before.raises.get(listing, 0)
    }


def sweep_for_news(shop: ShopHandle) -> list[str]:
    """Store the orders placed since the last sweep that we do not know yet.

    Return those found that could not be read: what they sold is in no level.
    """
    return _store_swept(shop, open_narrow_sweep(shop), sweep_narrowly)


def sweep_orders(shop: ShopHandle) -> list[str]:
    """Store the orders that notices name, those found, and every open one again.

    Return nothing: what could not be read for an hour keeps no level back (rule 6.5).
    """
    _store_swept(shop, open_sweep(shop, None, None), sweep)
    return []


def _store_swept(
    shop: ShopHandle, load: Load, swept: Callable[[ShopHandle, Load], Swept]
) -> list[str]:
    """Take in what waits, sweep with the shop's turn, and complete the load.

    Return the shop's orders that were found and could not be read.
    """
    take_in_if_readable(shop)
    with one_caller(shop):
        found, taken = swept(shop, load)
    all_taken = total(taken)
    close_load(load, len(found), all_taken)
    refused = {one.order_number for one in all_taken.refused}
    return [
        number
        for number in found
        if number in refused and not is_of_other_shop(number, load.shop_id)
    ]


@task(name="read-mall", **SAFE_TO_REPEAT)
def read_mall(shop: ShopHandle, run: StockRun, *, full: bool) -> SeenLevels:
    """Return what the mall shows of the levels to push, 1,000 read a call.

    With `full` every level is read, else those that changed.

    Raises:
        RmsTrouble: a call failed.

    """
    with our_warehouse() as con:
        levels = levels_to_push(
            con, run.shop_id, mall=run.mall, safety=run.safety, full=full, at=now()
        )
        if not levels:
            return SeenLevels((), {}, now(), {})
        state = call_state(con, shop_of_now(shop), now())
    read_at = now()
    found, unreadable = levels_at_mall(shop, [one.listing for one in levels], state)
    unseen = {
        level.listing: units
        for level in levels
        if (units := unseen_units(level.expected, found.get(level.listing)))
    }
    return SeenLevels(
        levels,
        found,
        read_at,
        unseen,
        unreadable,
        raises={
            level.listing: level.offered - (found[level.listing] or 0)
            for level in levels
            if level.listing in found
            and not level.waiting  # nothing of it is raised anyway
            and raises(level.offered, found[level.listing])
        },
    )


def levels_at_mall(
    shop: ShopHandle, listings: Sequence[Listing], state: CallState
) -> tuple[dict[Listing, int | None], tuple[StockResult, ...]]:
    """Return the units that the mall shows, and RMS's words on those it refused.

    The units are None for a listing that the mall does not have.
    """
    with open_rms(shop, state) as rms:
        read = rms.stock.read(listings)
    unreadable = {one.listing for one in read.refused}
    found = {
        listing: read.seen[listing].quantity if listing in read.seen else None
        for listing in listings
        if listing not in unreadable
    }
    return found, tuple(read.refused)
