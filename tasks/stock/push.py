"""A push of stock: look for the mall's unseen sales, then plan, send and read back.

A level is proven by reading alone (rule 6.5): a write whose answer was lost is not sent
again, it is read. Only where RMS says that it did nothing (too fast, a conflict) is the
same call made again, and only within seconds: the mall goes on selling, and a number
planned before a long wait would put the pieces sold in it back on sale. `push_rounds`
is the procedure; the tasks below it are its steps.
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Self
from uuid import uuid4

from prefect import task
from prefect.logging import get_run_logger

from connectors.rms.errors import OutcomeUnknown, RmsTrouble, Throttled, Unavailable
from connectors.rms.stock import (
    WRITE,
    WRITE_AT_ONCE,
    ListingLevel,
    StockOutcome,
    StockRead,
    StockResult,
)
from data.model.order import Mall
from data.model.order_number import is_of_other_shop
from data.model.run import total
from data.model.shops.shop import ShopHandle
from data.model.stock import Listing, raises, unseen_units
from data.warehouse.house.incidents import are_hours_lost
from data.warehouse.runs import Load
from data.warehouse.stock.push import (
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
from tasks.machine import now, our_warehouse
from tasks.notices import take_in_if_readable
from tasks.orders import Swept, sweep, sweep_narrowly
from tasks.rms import (
    CallState,
    FunctionStopped,
    call_state,
    open_rms,
    refuse_other_shops_key,
    shop_of_now,
    with_code,
)
from tasks.runs.limits import TurnNotCome, one_caller
from tasks.runs.loads import close_load, open_narrow_sweep, open_sweep
from tasks.runs.retrying import NEVER_REPEAT, SAFE_TO_REPEAT, opaque, repeat_undone
from tasks.stock.unknown_skus import leave_out_unknown

MOST_ROUNDS: Final = 4
"""How many times one run reads again and decides on levels whose answer was lost."""
FRESH_FOR: Final = timedelta(seconds=30)
"""How long a plan may be sent after the mall was read: enough for 12,000 SKUs at a call
a second, too short for a wait of a minute. The rest is read and planned anew."""
LONGEST_HINT_S: Final = 5.0
"""Where RMS asks for a longer wait we wait, but then plan anew and do not repeat the
write."""
NOTHING_HAPPENED: Final = (Throttled, Unavailable)
"""Trouble after which the next round reads again, as it does after a lost answer."""
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
HOURS_LOST: Final = (
    "復元で失われた時間の入力が終わるまで、RMSの在庫数は減らす転送だけを行い、"
    "増やしません。対処: その間の棚卸・入荷・在庫の手動調整と注文CSVを"
    "もう一度入力し、「復元で失われた時間の入力」(hours_lost)を dismiss/manual で"
    "一覧から外してください。"
)


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


@dataclass(frozen=True)
class Rounds:
    """What the rounds of a run leave to report beside its pushes.

    unreadable  RMS's results for the listings that it did not even let us read
    lowers_only why nothing was raised that would have been; "" where all may be
    """

    unreadable: Sequence[StockResult] = ()
    lowers_only: str = ""


@task(name="open-inventory", **SAFE_TO_REPEAT)
def open_stock_push(shop: ShopHandle, *, full: bool) -> StockRun:
    """Return the run's shop and safety stock, as they stay until its end.

    Raises:
        ShopStopped: the shop's key is another shop's, whose stock it would change.

    """
    known = shop_of_now(shop)
    refuse_other_shops_key(shop)
    with our_warehouse() as con:
        lowers_only = HOURS_LOST if are_hours_lost(con) else ""
    return StockRun(
        run_id=str(uuid4()),
        mall=known.mall,
        shop_id=known.shop_id,
        safety=known.safety_stock,
        full=full,
        lowers_only=lowers_only,
    )


def push_rounds(shop: ShopHandle, run: StockRun) -> Rounds:
    """Send levels until the mall shows them all, or only a person can help.

    Each round reads first: there it finds what a call without an answer brought about,
    and sends nothing a second time. A search that failed is not made again in this run.
    A round whose plan grew too old does not count among MOST_ROUNDS, as long as it left
    fewer levels to send than the round before.
    """
    unreadable: dict[Listing, StockResult] = {}
    lowers_only = ""
    looked_up: set[Listing] = set()
    put_off: set[Listing] = set()
    is_full, left, fewest = run.full, MOST_ROUNDS, sys.maxsize
    while left:
        why = run.lowers_only or lowers_only
        seen = look(shop, run, full=is_full, lowers_only=why)
        fresh_until = now() + FRESH_FOR
        lowers_only = lowers_only or seen.lowers_only
        unreadable |= {one.listing: one for one in seen.unreadable}
        if not seen.found and not seen.left_out:
            break
        pushes = plan_levels(run, opaque(seen))
        # Once a run: as many calls as for many new SKUs make every plan too old.
        doubted = [one for one in pushes if one.listing not in looked_up]
        looked_up |= {one.listing for one in doubted}
        if doubted:
            known = leave_out_unknown(
                shop, run.shop_id, opaque(doubted), opaque(seen.found)
            )
            unknown = {one.push_id for one in doubted} - {one.push_id for one in known}
            pushes = [one for one in pushes if one.push_id not in unknown]
        if not pushes and not seen.left_out:
            break
        is_sent = send_while_fresh(shop, pushes, fresh_until, put_off)
        read_again(shop, run, opaque(put_off))
        is_full = False
        left -= is_sent or len(pushes) >= fewest
        fewest = min(fewest, len(pushes))
    return Rounds(tuple(unreadable.values()), lowers_only)


def send_while_fresh(
    shop: ShopHandle,
    pushes: list[Push],
    fresh_until: datetime,
    put_off: set[Listing],
) -> bool:
    """Send the levels, 400 a call, until the plan is too old; return whether all went.

    Levels whose last call RMS answered with "nothing done" are added to `put_off`. A
    plan grows old while a call waits: for another process's turn, for a look-up of
    items, or for RMS.
    """
    for start in range(0, len(pushes), WRITE_AT_ONCE):
        if now() > fresh_until:
            return False
        chunk = pushes[start : start + WRITE_AT_ONCE]
        put_off -= {push.listing for push in chunk}
        put_off |= send_levels(shop, opaque(chunk))
    return True


def look(
    shop: ShopHandle, run: StockRun, *, full: bool, lowers_only: str = ""
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
    read = _read(shop, [level.listing for level in levels], state)
    found = _found(read, [level.listing for level in levels])
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
        tuple(read.refused),
        raises={
            level.listing: level.offered - (found[level.listing] or 0)
            for level in levels
            if level.listing in found
            and not level.waiting  # nothing of it is raised anyway
            and raises(level.offered, found[level.listing])
        },
    )


@task(name="plan-levels", **SAFE_TO_REPEAT)
def plan_levels(run: StockRun, seen: SeenLevels) -> list[Push]:
    """Store what is to be sent, by the levels of this moment, and return it.

    A repeated call supersedes the plan before it.
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
            may_raise=seen.may_raise,
            read_at=seen.read_at,
            planned_at=now(),
        )
    return list(plan.to_send)


@task(name="send-levels", **NEVER_REPEAT)
def send_levels(shop: ShopHandle, pushes: list[Push]) -> set[Listing]:
    """Set up to 400 levels in one call, and return those of which RMS did nothing.

    The call is repeated only then, and only if RMS does not ask for a long wait.
    RMS's 204 is not stored, because only reading proves a level. What RMS refused is
    stored with its reason. What has no certain answer, or was left unsent after a lost
    one, is unknown until it is read.

    Raises:
        RmsTrouble: RMS refused the whole call, or the shop's credentials.

    """
    put_off: set[Listing] = set()
    unsure: dict[Listing, str] = {}
    refused: dict[str, list[str]] = defaultdict(list)
    try:
        with open_rms(shop) as rms:
            rms.http.admit(WRITE)  # of a function that is stopped nothing is sent
            with our_warehouse() as con:
                started = start_sending(con, pushes, sent_at=now())
            unsure |= {push.listing: push.push_id for push in started}

            def send() -> None:
                left = [_level(push) for push in started if push.listing in unsure]
                for results in rms.stock.write_chunks(left):
                    _sort(results, unsure, refused)

            if started:
                repeat_undone(send, LONGEST_HINT_S)
    except (OutcomeUnknown, *NOTHING_HAPPENED) as trouble:
        get_run_logger().warning("%s", trouble)
        if isinstance(trouble, NOTHING_HAPPENED):
            put_off |= unsure.keys()
    finally:
        if refused or unsure:
            with our_warehouse() as con:
                for why, push_ids in refused.items():
                    record_refused(con, push_ids, why)
                record_lost(con, list(unsure.values()))
    return put_off


@task(name="read-again", **SAFE_TO_REPEAT)
def read_again(shop: ShopHandle, run: StockRun, put_off: set[Listing]) -> None:
    """Read back what this run sent and store it: the only proof that the mall shows it.

    Levels that were `put_off` are not read back: RMS did nothing of their write, and
    fewer units than before would be taken for a sale after it. The reading counts as of
    before its calls, so that a sale during them is not lost.
    """
    with our_warehouse() as con:
        pushes = latest_pushes(con, run.shop_id, mall=run.mall, run_id=run.run_id)
        listings = [
            push.listing
            for push in pushes
            if push.is_of_run and push.was_sent and push.listing not in put_off
        ]
        if not listings:
            return
        state = call_state(con, shop_of_now(shop), now())
    read_at = now()
    found = _found(_read(shop, listings, state), listings)
    with our_warehouse() as con:
        record_read_back(
            con, run.shop_id, found, mall=run.mall, run_id=run.run_id, read_at=read_at
        )


def _read(shop: ShopHandle, listings: Sequence[Listing], state: CallState) -> StockRead:
    with open_rms(shop, state) as rms:
        return rms.stock.read(listings)


def _found(read: StockRead, listings: Sequence[Listing]) -> dict[Listing, int | None]:
    unreadable = {one.listing for one in read.refused}
    return {
        listing: read.seen[listing].quantity if listing in read.seen else None
        for listing in listings
        if listing not in unreadable
    }


def _sort(
    results: Sequence[StockResult],
    unsure: dict[Listing, str],
    refused: dict[str, list[str]],
) -> None:
    """Take what was sent out of `unsure`, and move what was refused to its reason."""
    for one in results:
        if one.outcome is StockOutcome.SENT:
            del unsure[one.listing]
        elif one.outcome is StockOutcome.REFUSED:
            refused[with_code(one.code, one.reason)].append(unsure.pop(one.listing))


def _level(push: Push) -> ListingLevel:
    return ListingLevel(push.listing, push.offered)
