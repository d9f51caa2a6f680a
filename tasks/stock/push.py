"""A push of stock: look at the mall, then plan, send and read back.

A level is proven by reading alone (rule 6.5): a write whose answer was lost is not sent
again, it is read. Only where RMS says that it did nothing (too fast, a conflict) is the
same call made again, and only within seconds: the mall goes on selling, and a number
planned before a long wait would put the pieces sold in it back on sale. `push_rounds`
is the procedure; the tasks below it are its steps.
"""

import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from prefect import task
from prefect.logging import get_run_logger

from connectors.rms.errors import OutcomeUnknown, Throttled, Unavailable
from connectors.rms.stock import (
    WRITE,
    WRITE_AT_ONCE,
    ListingLevel,
    StockOutcome,
    StockResult,
)
from data.model.shops.shop import ShopHandle
from data.model.stock import Listing
from data.warehouse.house.incidents import are_hours_lost
from data.warehouse.stock.push import (
    Push,
    latest_pushes,
    plan_push,
    record_lost,
    record_read_back,
    record_refused,
    start_sending,
)
from tasks.machine import now, our_warehouse
from tasks.rms import (
    call_state,
    open_rms,
    refuse_other_shops_key,
    shop_of_now,
    with_code,
)
from tasks.runs.retrying import NEVER_REPEAT, SAFE_TO_REPEAT, opaque, repeat_undone
from tasks.stock.look import SeenLevels, StockRun, levels_at_mall, look
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
HOURS_LOST: Final = (
    "復元で失われた時間の入力が終わるまで、RMSの在庫数は減らす転送だけを行い、"
    "増やしません。対処: その間の棚卸・入荷・在庫の手動調整と注文CSVを"
    "もう一度入力し、「復元で失われた時間の入力」(hours_lost)を dismiss/manual で"
    "一覧から外してください。"
)


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
    found, _ = levels_at_mall(shop, listings, state)
    with our_warehouse() as con:
        record_read_back(
            con, run.shop_id, found, mall=run.mall, run_id=run.run_id, read_at=read_at
        )


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
