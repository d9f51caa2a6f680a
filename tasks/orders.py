"""Orders: find them at RMS, read and store them, confirm them.

Orders are a hundred thousand small objects a batch, and none in a cycle.

What people see of a run: progress while it works, a report when it ends.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from prefect import task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    update_progress_artifact,
)
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed
from prefect.utilities.annotations import quote

from connectors.rms.errors import OutcomeUnknown
from data.model.japan_time import in_japan
from data.model.order import RefusedOrder
from data.model.run import Attention, Taken
from data.model.shop import ShopHandle
from data.warehouse.notices import settle_notices
from data.warehouse.orders import (
    known_answers,
    numbers_to_confirm,
    record_refusals,
    store_orders,
    store_same,
)
from data.warehouse.runs import Load, orders_to_reread
from data.warehouse.stock.ledger import move_stock
from tasks.machine import our_warehouse
from tasks.retrying import NEVER_REPEAT, SAFE_TO_REPEAT
from tasks.rms import now, order_api


@contextmanager
def no_cycles() -> Iterator[None]:
    """Keep the cycle collector away while a function works: `@no_cycles()`.

    It finds nothing in orders, and looking for it took a third of a run's time
    (CPython 3.11). Use it as a decorator: then the function's objects are gone, by
    reference counting, before the collector is let in again.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


READ_AT_ONCE = 2000
"""Twenty getOrder calls and one transaction: what one retry repeats at most. With half
as many an eighth of a run's time goes into opening and closing the warehouse."""
CONFIRM_AT_ONCE = 100
"""Orders per confirmOrder (rms/order-api.md §0)."""


def in_batches(numbers: Sequence[str], size: int = READ_AT_ONCE) -> list[list[str]]:
    """Cut order numbers into batches of one task each.

    Each is quoted, as Prefect calls it: it would look into every number otherwise.
    """
    starts = range(0, len(numbers), size)
    batches = (list(numbers[start : start + size]) for start in starts)
    return [cast("list[str]", quote(batch)) for batch in batches]


@task(name="find-orders", **SAFE_TO_REPEAT)
def find_orders(shop: ShopHandle, load: Load) -> list[str]:
    """Ask RMS for the number of every order placed in the load's window, or raise."""
    if load.window is None:
        return []
    with order_api(shop) as rms:
        return rms.orders.search(*load.window)


@task(name="with-not-final", **SAFE_TO_REPEAT)
def with_not_final(load: Load, found: list[str]) -> list[str]:
    """Add the orders that RMS may have changed without a word to those found."""
    with our_warehouse() as con:
        not_final = orders_to_reread(con, load.shop_id, now())
    return list(dict.fromkeys((*found, *not_final)))


@task(name="take-orders", **SAFE_TO_REPEAT)
@no_cycles()
def take_orders(shop: ShopHandle, numbers: list[str], load: Load) -> Taken:
    """Read a batch of orders, 100 a call, and store them in one transaction.

    Reading and storing are one step because repeating it is harmless, and because
    no order then passes through Prefect. Every number ends up stored or refused, and
    in the same transaction stock follows the orders (design: rule 6.4) and their
    notices are settled or put off.
    """
    with our_warehouse() as con:
        known = known_answers(con, load.shop_id, numbers)
    asked_at = now()
    with order_api(shop) as rms:
        read = rms.orders.get(numbers, known)
    at = now()
    with our_warehouse() as con:
        new = store_orders(
            con, read.orders, source="api", stored_at=at, load_id=load.load_id
        )
        same = store_same(con, read.same, at)
        if new.created or new.changed:
            stored = [order.order_number for order in read.orders]
            move_stock(con, load.shop_id, order_numbers=stored, moved_at=at)
        record_refusals(con, read.refused, at)
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
        refused=tuple(read.refused),
        postponed=settled.postponed,
        exhausted=settled.exhausted,
    )


@task(name="unconfirmed-orders", **SAFE_TO_REPEAT)
def unconfirmed_orders(load: Load) -> list[str]:
    """Name the stored orders that wait for 注文確認 and whose amounts are fixed."""
    with our_warehouse() as con:
        return numbers_to_confirm(con, load.shop_id)


@task(name="confirm-orders", **NEVER_REPEAT)
def confirm_orders(shop: ShopHandle, numbers: list[str], load: Load) -> Taken:
    """Confirm up to 100 orders (注文確認) and say which ones RMS did not confirm.

    There is no way back, so the call is never repeated. Read the orders again
    afterwards: that tells what happened, even when the answer was lost.
    """
    with order_api(shop) as rms:
        try:
            words = rms.orders.confirm(numbers)
        except OutcomeUnknown as unknown:
            get_run_logger().warning("%s", unknown)
            return Taken()
    return Taken(
        unconfirmed=tuple(
            RefusedOrder(
                mall=load.mall,
                shop_id=load.shop_id,
                order_number=word.order_number,
                code=word.code,
                reason=word.reason,
            )
            for word in words
            if not word.is_confirmed
        )
    )


LISTED = 50
"""Refused orders shown in a report; all of them are in `order_refusals`."""


def with_progress(batches: Sequence[list[str]]) -> Iterator[list[str]]:
    """Go through the batches and show how far it is, as a progress artifact."""
    bar = cast(
        UUID,
        create_progress_artifact(
            progress=0.0 if batches else 100.0,
            key="ingest-progress",
            description="注文の取込状況 (orders read so far)",
        ),
    )
    for done, batch in enumerate(batches, start=1):
        yield batch
        update_progress_artifact(bar, progress=100.0 * done / len(batches))


def report_load(
    shop: ShopHandle, load: Load, taken: Taken, attention: Attention
) -> State[Any]:
    """Write the run's report in Japanese and say how the run ended.

    Failed when an order was refused, so that somebody looks; everything else is
    stored all the same.
    """
    create_markdown_artifact(
        key="ingest-report",
        markdown=ingest_report(shop, load, taken, attention),
        description="受注取込の結果 (what this run brought in)",
    )
    summary = (
        f"新規 {taken.created} / 変更 {taken.changed} / 変更なし {taken.unchanged}"
        f" / 読めない注文 {len(taken.refused)}"
        " (new / changed / unchanged / refused)"
    )
    if taken.refused:
        return Failed(message=f"{summary}。対処: 「ingest-report」の表を見てください。")
    return Completed(message=summary)


def ingest_report(
    shop: ShopHandle, load: Load, taken: Taken, attention: Attention
) -> str:
    """Tell in Markdown what was found, new, changed, unchanged and refused."""
    lines = [
        f"# 受注取込の結果 ({shop})",
        "",
        f"期間 (window): {_minute(load.window_from)} ～ {_minute(load.window_to)}",
        "",
        "| 項目 | 件数 |",
        "| --- | ---: |",
        f"| 見つかった注文 (found) | {load.found} |",
        f"| 新規 (new) | {taken.created} |",
        f"| 変更あり (changed) | {taken.changed} |",
        f"| 変更なし (unchanged) | {taken.unchanged} |",
        f"| 古い読取りのため保存せず (stale) | {taken.stale} |",
        f"| 読めない注文 (refused) | {len(taken.refused)} |",
        f"| 通知がなかった新規 (without a notice) | {load.found_without_notice} |",
    ]
    if attention.open_amounts:
        lines += _numbers(
            f"金額未確定 {len(attention.open_amounts)}件 (amounts still open)",
            "送料などの金額を RMS で確定してください。それまで注文確認はできません。",
            attention.open_amounts,
        )
    if attention.unknown_status:
        lines += _numbers(
            f"知らないステータス {len(attention.unknown_status)}件 (unknown status)",
            "「保留」にしました。RMS の受注画面でステータスを確かめてください。",
            attention.unknown_status,
        )
    if taken.unconfirmed:
        lines += _refusals(
            f"注文確認できなかった注文 {len(taken.unconfirmed)}件 (not confirmed)",
            "理由を確かめて、RMS の受注画面で処理してください。",
            taken.unconfirmed,
        )
    if taken.refused:
        lines += _refusals(
            f"読めない注文 {len(taken.refused)}件 (refused)",
            "保存していません。次の実行でまた読みます。全件は表 `order_refusals` に。",
            taken.refused,
        )
    return "\n".join(lines) + "\n"


def _minute(moment: datetime | None) -> str:
    return f"{in_japan(moment):%Y-%m-%d %H:%M}" if moment else "?"


def _numbers(title: str, advice: str, numbers: Sequence[str]) -> list[str]:
    more = " …" if len(numbers) > LISTED else ""
    return ["", f"## {title}", "", advice, "", ", ".join(numbers[:LISTED]) + more]


def _refusals(title: str, advice: str, orders: Sequence[RefusedOrder]) -> list[str]:
    head = ["", f"## {title}", "", advice, "", "| 注文番号 | コード | 理由 |"]
    rows = [f"| {o.order_number} | {o.code} | {o.reason} |" for o in orders[:LISTED]]
    return [*head, "| --- | --- | --- |", *rows]
