"""Orders of a Rakuten shop: found at RMS, read and stored, confirmed, and reported.

`sweep` is the whole way of the numbers, from notices and the search to the warehouse;
the tasks below it are its steps.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

from prefect import task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    update_progress_artifact,
)
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger

from connectors.rms.check import is_permitted
from connectors.rms.clock import MOST_APART
from connectors.rms.errors import CredentialsRefused, OutcomeUnknown, RmsTrouble
from connectors.rms.halving import Halving
from connectors.rms.orders import (
    CONFIRM_AT_ONCE,
    CONFIRM_ORDER,
    Confirmation,
    refused_whole,
    unknown_whole,
)
from connectors.rms.search import BY_ORDER_DATE, BY_SHIPPED
from data.model.japan_time import in_japan
from data.model.mark import CANCEL_SHOWS
from data.model.order import RefusedOrder
from data.model.order_number import is_of_other_shop
from data.model.run import LOOK_BACK, MISSING_FOR, Attention, Taken
from data.model.shops.connection import OTHER_SHOPS_KEY
from data.model.shops.shop import ShopHandle
from data.warehouse.house.clock import Healed, heal_future
from data.warehouse.notices import settle_notices
from data.warehouse.orders.answers import known_answers
from data.warehouse.orders.at_mall import (
    confirmed_orders,
    numbers_to_confirm,
    orders_not_at_mall,
)
from data.warehouse.orders.refusals import record_refusals
from data.warehouse.orders.store import store_orders, store_same
from data.warehouse.runs import (
    Load,
    orders_to_reread,
    shipped_orders,
    unknown_numbers,
)
from data.warehouse.stock.ledger import move_stock
from tasks.machine import now, our_warehouse
from tasks.notices import ORDERS_AT_ONCE, noticed_orders
from tasks.rms import (
    FunctionStopped,
    ShopStopped,
    call_state,
    open_rms,
    shop_of_now,
)
from tasks.runs.report import counts, ended, listing, naming, page, see, sums
from tasks.runs.retrying import (
    NEVER_REPEAT,
    SAFE_TO_REPEAT,
    asked_before,
    opaque,
    repeat_undone,
)

READ_AT_ONCE = 4000
"""Forty getOrder calls and one transaction: what one retry repeats at most. With half
as many an order takes a sixth more CPU: each transaction opens the warehouse twice,
looks through what is stored, and copies the file once (ADR 22). Notices, which somebody
waits for, come in smaller batches (`tasks.notices`)."""
LONGEST_HINT_S: Final = 10.0
"""How long RMS may have us wait before one call of a batch is made again; after a
longer wait the whole batch is, as a retry that Prefect shows."""
NOTICES_FIRST: Final = 10_000
"""How many orders that notices name a run reads before its sweep; others wait for a
drain."""
NOT_AT_RMS: Final = "RMSにない注文"
NOT_CONFIRMED: Final = "注文確認できなかった注文"
ABOUT_NOT_AT_RMS: Final = (
    "警告: CSVで取り込んだ注文ですが、RMSの応答に含まれていません。注文はそのまま"
    f"保存しています。取り込みから{MISSING_FOR.days}日間は毎回RMSに確認し、その後は"
    "確認しません。対処: 注文番号と店舗をRMSの受注画面で確認してください。"
)
Batches = Iterable[list[str]]


class OtherShopsOrders(Exception):
    """Every order that RMS lists is of another shop number; nothing was stored."""


class Swept(NamedTuple):
    """What a sweep found in its window, and what was stored of each batch read."""

    found: list[str]
    taken: list[Taken]


def sweep(
    shop: ShopHandle, load: Load, watch: Callable[[Sequence[list[str]]], Batches] = iter
) -> Swept:
    """Store the orders that notices name, then all that are found or are not final.

    `watch` wraps the batches of what the search found, to show how many are done.
    """
    return _sweep(shop, load, with_not_final, watch)


def sweep_narrowly(shop: ShopHandle, load: Load) -> Swept:
    """Store the orders that notices name, then those found that we do not know.

    Orders we know are not read again: a few calls say what the mall sold just now.
    """
    return _sweep(shop, load, not_known, iter)


def _sweep(
    shop: ShopHandle,
    load: Load,
    chosen: Callable[[Load, list[str]], list[str]],
    watch: Callable[[Sequence[list[str]]], Batches],
) -> Swept:
    """Store the orders that notices name, then those chosen of what is found.

    Of notices only those that wait at the beginning: in a sale new ones never end, and
    the search after them finds their orders too. Where the search alone is
    off, what is chosen without it is read before that is raised.
    """
    noticed = in_batches(noticed_orders(shop, NOTICES_FIRST), ORDERS_AT_ONCE)
    taken = [take_orders(shop, batch, load) for batch in noticed]
    try:
        found = find_orders(shop, load)
    except (CredentialsRefused, FunctionStopped):
        with suppress(RmsTrouble, ShopStopped):
            for batch in in_batches(chosen(load, opaque([]))):
                take_orders(shop, batch, load)
        raise
    batches = in_batches(chosen(load, opaque(found)))
    taken += [take_orders(shop, batch, load) for batch in watch(batches)]
    return Swept(found, taken)


def in_batches(numbers: Sequence[str], size: int = READ_AT_ONCE) -> list[list[str]]:
    """Return order numbers in batches of one task each, opaque to Prefect."""
    starts = range(0, len(numbers), size)
    return [opaque(list(numbers[start : start + size])) for start in starts]


def with_progress(batches: Sequence[list[str]]) -> Iterator[list[str]]:
    """Yield the batches and move a progress artifact as they are done."""
    bar = cast(
        UUID,
        create_progress_artifact(
            progress=0.0 if batches else 100.0,
            key="ingest-progress",
            description="受注取込の進捗",
        ),
    )
    for done, batch in enumerate(batches, start=1):
        yield batch
        update_progress_artifact(bar, progress=100.0 * done / len(batches))


@task(name="find-orders", **SAFE_TO_REPEAT)
def find_orders(shop: ShopHandle, load: Load) -> list[str]:
    """Return the number of every order placed in the load's window, or raise.

    A window that ends now is searched a minute further: by a clock that is a minute
    behind RMS's, which is allowed, the newest orders are of a time to come.

    Raises:
        OtherShopsOrders: the block has not the shop number that the key belongs to.

    """
    if load.window is None:
        return []
    since, until = load.window
    if until == load.started_at:
        until += MOST_APART
    searched_at = now()
    with open_rms(shop) as rms:
        found = rms.orders.search(since, until)
        clock_agrees = rms.clock_agrees
    if found and all(is_of_other_shop(number, load.shop_id) for number in found):
        raise OtherShopsOrders(
            f"店舗 {shop} の店舗番号は {load.shop_id} ですが、"
            f"RMSの注文番号({found[0]} など)は別の店舗番号で始まっています。"
            f"注文は保存していません。対処: {OTHER_SHOPS_KEY}"
        )
    if clock_agrees:
        with our_warehouse() as con:
            _tell(heal_future(con, before=searched_at, after=now()))
    return found


def _tell(healed: Healed) -> None:
    """Log which times, written while the clock was fast, were put right."""
    if not healed:
        return
    get_run_logger().warning(
        "時計が進んでいた間の日時を%d件修正しました。", healed.instants
    )
    if healed.counts:
        get_run_logger().warning(
            "時計が進んでいた間に数えた在庫(SKU %d件)は、数えた日時がわかりません。"
            "売り越さないよう、少なめに転送します。対処: もう一度数えてください。",
            healed.counts,
        )
    if healed.months:
        get_run_logger().warning(
            "時計が進んでいた間に締めた月(%s)の締めを取り消しました。"
            "締める日に、もう一度締めます。",
            "、".join(healed.months),
        )


@task(name="returned-orders", **SAFE_TO_REPEAT)
def returned_orders(shop: ShopHandle, load: Load) -> list[str]:
    """Return the orders that are stored as shipped and that RMS has as cancelled.

    RMS sends no notice when a shop cancels an order after a return, and nothing else
    reads a paid order again. So the cancelled orders are listed that were placed or
    shipped in two months: a pre-order is shipped long after it was placed.
    """
    until = now()
    since = until - LOOK_BACK
    with open_rms(shop) as rms:
        cancelled = {
            number
            for by in (BY_ORDER_DATE, BY_SHIPPED)
            for number in rms.orders.search(since, until, CANCEL_SHOWS, by)
        }
    with our_warehouse() as con:
        return shipped_orders(con, load.shop_id, sorted(cancelled))


@task(name="with-not-final", **SAFE_TO_REPEAT)
def with_not_final(load: Load, found: list[str]) -> list[str]:
    """Return those found and every stored order that RMS may still change."""
    with our_warehouse() as con:
        not_final = orders_to_reread(con, load.shop_id, now())
    return list(dict.fromkeys((*found, *not_final)))


@task(name="not-known", **SAFE_TO_REPEAT)
def not_known(load: Load, found: list[str]) -> list[str]:
    """Return those found of which the warehouse has no order."""
    with our_warehouse() as con:
        return unknown_numbers(con, load.shop_id, found)


@contextmanager
def no_cycles() -> Iterator[None]:
    """Pause Python's cycle collector while a function runs: `@no_cycles()`.

    A batch is a hundred thousand small objects without a cycle, and the search for one
    took a third of a run's time (CPython 3.11). It is a decorator so that reference
    counting frees the function's objects before the collector runs again.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@task(name="take-orders", **SAFE_TO_REPEAT)
@no_cycles()
def take_orders(shop: ShopHandle, numbers: list[str], load: Load) -> Taken:
    """Read a batch of orders, 100 a call, and store them in one transaction.

    Every number ends up stored or refused; a refused one that only a CSV knows is not
    at the mall, which fails no run. Times that a fast clock wrote ahead of the present
    are put right first, once an answer has shown that the clock is right again. In the
    same transaction stock follows the orders (rule 6.4) and their notices are settled
    or put off. Reading and storing are one task because repeating it is harmless, and
    no order then passes through Prefect. A call that was too fast is made again by
    itself: were one in ten, forty would hardly ever be read one after another. Where
    RMS breaks each time, the order at which it does is looked for: nothing may keep
    the others out for ever.
    """
    with our_warehouse() as con:
        known = known_answers(con, load.shop_id, numbers)
        state = call_state(con, shop_of_now(shop), now())
    # Before the call: a notice that arrives during it is not answered by it.
    asked_at = now()
    with open_rms(shop, state) as rms:
        read = rms.orders.get(
            numbers,
            known,
            isolates=asked_before(),
            repeat=partial(repeat_undone, longest_hint_s=LONGEST_HINT_S),
        )
        clock_agrees = rms.clock_agrees
    at = now()
    with our_warehouse() as con:
        if clock_agrees:
            _tell(heal_future(con, before=asked_at, after=at))
        new = store_orders(
            con, read.orders, source="api", stored_at=at, load_id=load.load_id
        )
        same = store_same(con, read.same, at)
        if new.created or new.changed:
            stored = [order.order_number for order in read.orders]
            move_stock(con, load.shop_id, order_numbers=stored, moved_at=at)
        record_refusals(con, read.refused, at)
        csv_only = orders_not_at_mall(
            con, load.shop_id, [order.order_number for order in read.refused]
        )
        settled = settle_notices(
            con,
            load.shop_id,
            read={o.order_number: o.observed_at for o in read.orders}
            | {o.order_number: o.observed_at for o in read.same},
            refused=read.refused,
            asked_at=asked_at,
            settled_at=at,
        )
    return Taken(
        created=new.created,
        changed=new.changed,
        unchanged=new.unchanged + same.unchanged,
        stale=new.stale + same.stale,
        refused=tuple(o for o in read.refused if o.order_number not in csv_only),
        not_at_mall=tuple(sorted(csv_only)),
        postponed=settled.postponed,
        exhausted=settled.exhausted,
    )


def to_confirm(load: Load) -> list[list[str]]:
    """Return the orders that wait for 注文確認, in batches of one call each."""
    return in_batches(unconfirmed_orders(load), CONFIRM_AT_ONCE)


@task(name="unconfirmed-orders", **SAFE_TO_REPEAT)
def unconfirmed_orders(load: Load) -> list[str]:
    """Return the stored orders that wait for 注文確認 and whose amounts are fixed."""
    with our_warehouse() as con:
        return numbers_to_confirm(con, load.shop_id)


@task(name="confirm-orders", **NEVER_REPEAT)
def confirm_orders(shop: ShopHandle, numbers: list[str], load: Load) -> Taken:
    """Confirm up to 100 orders (注文確認); return those that RMS has not confirmed so.

    There is no way back, so the call is repeated only where RMS says that it did
    nothing. Reading the orders afterwards shows what happened, even where the answer
    was lost (`left_unconfirmed`). A call refused as a whole is halved until the bad
    order stands alone.
    """
    answers: list[Confirmation] = []
    with open_rms(shop) as rms:

        def confirm(part: Sequence[str]) -> None:
            try:
                answers.extend(repeat_undone(lambda: rms.orders.confirm(part)))
            except OutcomeUnknown as unknown:
                get_run_logger().warning("%s", unknown)
                answers.extend(unknown_whole(part, unknown))

        halving = Halving[str](lambda: is_permitted(CONFIRM_ORDER.name, rms))
        halving.send(numbers, confirm)
    answers += [refused_whole(number, refusal) for number, refusal in halving.bad]
    return Taken(
        unconfirmed=tuple(
            RefusedOrder(
                mall=load.mall,
                shop_id=load.shop_id,
                order_number=each.order_number,
                code=each.code,
                reason=each.reason,
            )
            for each in answers
            if not each.is_confirmed
        )
    )


@task(name="left-unconfirmed", **SAFE_TO_REPEAT)
def left_unconfirmed(load: Load, said: Taken) -> Taken:
    """Return those said to be unconfirmed that RMS does not show as confirmed since.

    Call it once they have been read again: of a lost answer, and of 「not to be
    confirmed」, only the order itself shows what it means.
    """
    numbers = [one.order_number for one in said.unconfirmed]
    with our_warehouse() as con:
        shown = confirmed_orders(con, load.shop_id, numbers)
    left = (one for one in said.unconfirmed if one.order_number not in shown)
    return Taken(unconfirmed=tuple(left))


def report_load(
    shop: ShopHandle, load: Load, taken: Taken, attention: Attention, untaken: str
) -> State[Any]:
    """Create the report of an ingest and return its final state.

    Failed when an order was refused, or notices were `untaken` and why, so that a
    person looks; everything else is stored. Orders that only a CSV knows are a warning.
    """
    create_markdown_artifact(
        key="ingest-report",
        markdown=ingest_report(shop, load, taken, attention),
        description="受注取込の結果",
    )
    summary = sums(
        {
            "新規": taken.created,
            "変更": taken.changed,
            "変更なし": taken.unchanged,
            "取得できなかった注文": len(taken.refused),
        }
        | ({NOT_CONFIRMED: len(taken.unconfirmed)} if taken.unconfirmed else {})
        | ({NOT_AT_RMS: len(taken.not_at_mall)} if taken.not_at_mall else {})
    )
    return ended(summary, untaken + (see("ingest-report") if taken.refused else ""))


def ingest_report(
    shop: ShopHandle, load: Load, taken: Taken, attention: Attention
) -> str:
    """Return the report in Markdown: the counts, and every order to look at."""
    return page(
        f"受注取込の結果 ({shop})",
        f"対象期間: {_minute(load.window_from)} ～ {_minute(load.window_to)}",
        counts(
            {
                "見つかった注文": load.found,
                "新規": taken.created,
                "変更あり": taken.changed,
                "変更なし": taken.unchanged,
                "保存済みの内容のほうが新しい注文": taken.stale,
                "取得できなかった注文": len(taken.refused),
                NOT_AT_RMS: len(taken.not_at_mall),
                "通知が届かなかった新規の注文": load.found_without_notice,
            }
        ),
        naming(
            "金額が未確定の注文",
            attention.open_amounts,
            "送料などの金額をRMSで確定してください。確定するまで、注文確認はできません。",
        ),
        naming(
            "ステータスが不明な注文",
            attention.unknown_status,
            "「保留」として保存しました。RMSの受注画面でステータスを確認してください。",
        ),
        naming(NOT_AT_RMS, taken.not_at_mall, ABOUT_NOT_AT_RMS),
        _refusals(
            NOT_CONFIRMED,
            "理由を確認し、RMSの受注画面で処理してください。",
            taken.unconfirmed,
        ),
        _refusals(
            "取得できなかった注文",
            "保存していません。次回の実行でもう一度取得します。"
            "すべての注文は表 `order_refusals` で確認できます。",
            taken.refused,
        ),
    )


def _minute(moment: datetime | None) -> str:
    return f"{in_japan(moment):%Y-%m-%d %H:%M}" if moment else "不明"


def _refusals(title: str, advice: str, orders: Sequence[RefusedOrder]) -> str:
    rows = [(one.order_number, one.code, one.reason) for one in orders]
    return listing(title, ("注文番号", "コード", "理由"), rows, advice=advice)
