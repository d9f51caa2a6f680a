"""Cancel an order at Rakuten because a person asks for it: once, and read back.

There is no way back, and a second call may refund twice. So the intent is stored first,
a call is never repeated by itself, and while nobody knows what became of one, no other
is made for that order.
"""

from collections.abc import Mapping
from typing import Any

from prefect import task
from prefect.client.schemas.objects import State

from connectors.rms.marks import Looked
from data.model.mark import (
    AFTER_SHIPPING,
    BEFORE_SHIPPING,
    CANCEL_REASONS,
    CANCEL_SHOWS,
    CANCELLED,
    RESTORE_STOCK,
    progress_word,
)
from data.model.shops.shop import ShopHandle
from data.model.typed.name import in_short, suggestion
from data.warehouse.marks import MarkEnd, MarkRun, has_open_cancel
from tasks.machine import our_warehouse
from tasks.marks.journal import (
    answers_to,
    conclude_marks,
    look_after,
    look_at,
    mark_end,
    settle_open,
    store_end,
)
from tasks.rms import open_rms
from tasks.runs.report import ended
from tasks.runs.retrying import NEVER_REPEAT

TITLE = "注文のキャンセル"


class CancelRefused(Exception):
    """The order is not cancelled; says why and what to do."""


def code_of_choice(typed: str | int, choices: Mapping[int, str], what: str) -> int:
    """Return the code of a choice that was entered as its code or in words.

    Raises:
        CancelRefused: it is none of them; they are listed.

    """
    text = str(typed).strip()
    for code, words in choices.items():
        if text in {str(code), words}:
            return code
    listed = "、".join(f"{code}({words})" for code, words in choices.items())
    raise CancelRefused(
        f"「{what}」の「{in_short(text)}」はありません。"
        f"{suggestion(text, choices.values())}何も変更していません。"
        f"対処: 次から選んでください: {listed}"
    )


def check_may_cancel(
    seen: Looked | None, number: str, *, goods_returned: bool
) -> Looked:
    """Return the order if its state allows a cancellation.

    Raises:
        CancelRefused: RMS does not show it, a shipping date is registered, the goods
            are not said to be back, or its state is none to cancel from.

    """
    if seen is None:
        why = "はRMSにありません。対処: 注文番号を確認してください。"
    elif seen.progress in BEFORE_SHIPPING and seen.has_shipping_date:
        why = (
            "には発送日が登録されているため、キャンセルできません。"
            "対処: RMSの受注画面で発送日を削除してから、もう一度実行してください。"
        )
    elif seen.progress in AFTER_SHIPPING and not goods_returned:
        why = (
            "は発送後の注文です。発送後のキャンセルは、すぐに確定します。"
            "対処: 商品が戻ったことを確認し、「商品は返品済み」を選んでください。"
        )
    elif seen.progress not in BEFORE_SHIPPING | AFTER_SHIPPING:
        why = (
            f"のステータス「{progress_word(seen.progress)}」では"
            "キャンセルできません。"
            "対処: RMSの受注画面で確認してください。"
        )
    else:
        return seen
    raise CancelRefused(f"注文 {number} {why}何も変更していません。")


def cancel_once(  # noqa: PLR0913 - what the form asks
    shop: ShopHandle,
    run: MarkRun,
    number: str,
    *,
    reason: int,
    restore: int,
    goods_returned: bool,
    dry_run: bool,
) -> State[Any]:
    """Cancel one order unless it is cancelled already, or a call of before is open."""
    seen = look_at(shop, number)
    with our_warehouse() as con:
        is_open = has_open_cancel(con, run.shop_id, number)
    if seen and seen.progress == CANCELLED:
        if is_open:
            settle_open(run, [number])
        return ended(f"注文 {number} はキャンセル済みです。何も送っていません")
    if is_open:
        return _settle_by_state(run, number, seen)
    order = check_may_cancel(seen, number, goods_returned=goods_returned)
    words = f"{CANCEL_REASONS[reason]}、在庫: {RESTORE_STOCK[restore]}"
    if dry_run:
        return ended(
            f"試行: 注文 {number} をキャンセルする予定です({words})。"
            "RMSには何も送っていません"
        )
    end = send_cancel(shop, run, order, reason, restore)
    return conclude_marks(TITLE, {number: end}, [words])


@task(name="cancel-at-rms", **NEVER_REPEAT)
def send_cancel(
    shop: ShopHandle, run: MarkRun, seen: Looked, reason: int, restore: int
) -> MarkEnd:
    """Store the intent, cancel in one call, and judge it by reading the order again.

    The call is made again only where RMS says that it did nothing.

    Raises:
        RmsTrouble: RMS refused the shop's credentials.

    """
    number = seen.order_number
    value = {number: f"{reason}/{restore}"}
    with open_rms(shop) as rms:
        answers = answers_to(
            run, value, lambda: [rms.marks.cancel(seen, restore, reason)]
        )
        after = look_after(rms, [number]).get(number)
    moved = after is not None and after.progress != seen.progress
    end = mark_end(
        answers.get(number),
        shows=moved and after is not None and after.progress in CANCEL_SHOWS,
        is_read=after is not None,
    )
    store_end(run, {number: end})
    return end


def _settle_by_state(run: MarkRun, number: str, seen: Looked | None) -> State[Any]:
    """Settle a cancellation whose end nobody knew, by what the order shows now."""
    if seen and seen.progress in CANCEL_SHOWS:
        settle_open(run, [number])
        return ended(
            f"注文 {number} は、前に送ったキャンセルで"
            f"「{progress_word(seen.progress)}」になっています。"
            "新しくは送っていません"
        )
    return ended(
        f"注文 {number} のキャンセルは送信済みですが、RMSに反映されていません。"
        "二重にならないよう、もう一度は送りません",
        "対処: RMSの受注画面で確認し、必要ならRMSの画面でキャンセルしてください。"
        "一覧からは dismiss で外せます。",
    )
