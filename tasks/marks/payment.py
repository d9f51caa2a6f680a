"""The payments of an order (入金・与信), without anything personal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State

from data.model.japan_time import in_japan
from data.model.mark import (
    PAYMENT_METHODS,
    PAYMENT_NEEDS_A_LOOK,
    PAYMENT_STATES,
    Payment,
)
from data.model.shops.shop import ShopHandle
from tasks.rms import open_rms
from tasks.runs.report import ended, page, table
from tasks.runs.retrying import SAFE_TO_REPEAT


@task(name="read-payments", **SAFE_TO_REPEAT)
def payments_of(shop: ShopHandle, number: str) -> list[Payment]:
    """Return the payments of one order; an empty list if there is none yet.

    Raises:
        RmsTrouble: RMS has no such order, or the call failed.

    """
    with open_rms(shop) as rms:
        return rms.marks.payments(number)


def conclude_payments(number: str, payments: list[Payment]) -> State[Any]:
    """Create the table of payments; Failed where the shop has to act on one."""
    create_markdown_artifact(
        key="payment-report",
        markdown=payment_report(number, payments),
        description="入金・与信の状況",
    )
    if not payments:
        return ended(f"注文 {number} の入金・与信はまだありません")
    last = payments[-1]
    words = f"注文 {number}: {_method(last)} {_state(last)}"
    if last.status in PAYMENT_NEEDS_A_LOOK:
        return ended(words, "対処: RMSの受注画面で支払いの状況を確認してください。")
    return ended(words)


def payment_report(number: str, payments: list[Payment]) -> str:
    """Return in Markdown what each payment is, how it stands and since when."""
    rows = [
        (
            one.number,
            _method(one),
            one.amount,
            _state(one),
            _moment(one.asked_at),
            _moment(one.fixed_at),
            _moment(one.cancelled_at),
        )
        for one in payments
    ]
    columns = ("支払番号", "支払方法", "金額", "状況", "請求", "確定", "取消")
    return page(f"入金・与信 ({number})", table(columns, rows) or "まだありません。")


def _method(one: Payment) -> str:
    return _word(PAYMENT_METHODS, one.method)


def _state(one: Payment) -> str:
    return _word(PAYMENT_STATES, one.status)


def _word(words: Mapping[int, str], code: int | None) -> str:
    if code is None:
        return "不明"
    return words.get(code, f"不明({code})")


def _moment(at: datetime | None) -> str | None:
    return f"{in_japan(at):%Y-%m-%d %H:%M}" if at else None
