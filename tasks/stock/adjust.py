"""Adjustments by hand: list what waits, book what a person decided.

A reminder of adjustments by hand that have waited for more than a day.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.states import Completed, Failed

from data.model.order import Mall
from data.model.stock import Adjustment
from data.warehouse.stock.adjust import (
    Adjusted,
    LongWait,
    WaitingLine,
    adjust_stock,
    long_waits,
    waiting_adjustments,
)
from tasks.forms import LineAdjustment
from tasks.machine import our_warehouse
from tasks.retrying import SAFE_TO_REPEAT
from tasks.rms import now
from tasks.shops.blocks import UnknownShop, load_shop
from tasks.stock.adjust_form import AdjustmentProblem

LISTED: Final = 100


@task(name="waiting-lines", **SAFE_TO_REPEAT)
def waiting_lines(shop: str) -> list[WaitingLine]:
    """List what waits of a shop: of its Rakuten orders, and of other malls' by name."""
    with our_warehouse() as con:
        lines = [
            one for each in shop_ids(shop) for one in waiting_adjustments(con, each)
        ]
    return sorted(lines, key=lambda one: one.imported_at)


@task(name="book-adjustments", **SAFE_TO_REPEAT)
def book_adjustments(
    adjustments: list[Adjustment], adjustment_id: str, who: str, note: str
) -> Adjusted:
    """Book decisions and end the lines' waiting in one transaction.

    Repeating it is harmless: a line is booked once.
    """
    with our_warehouse() as con:
        return adjust_stock(
            con,
            adjustments,
            adjustment_id=adjustment_id,
            who=who.strip(),
            note=note.strip(),
            at=now(),
        )


def shop_ids(shop: str) -> list[str]:
    """Return the ids under which orders of this shop may be stored."""
    try:
        return list(dict.fromkeys((load_shop(shop).shop_id, shop)))
    except UnknownShop:
        return [shop]


def matched(
    given: Sequence[LineAdjustment], waiting: Sequence[WaitingLine], shop: str
) -> list[Adjustment]:
    """Find the lines that each value is about; one that nothing waits for stays.

    Raises:
        AdjustmentProblem: a value says "already adjusted" and a quantity, or one
            quantity is given for several lines.

    """
    return [one for value in given for one in _of_value(value, waiting, shop)]


def new_adjustment() -> str:
    """Name an adjustment."""
    return str(uuid4())


def need_signature(who: str, note: str) -> None:
    """Refuse an adjustment that nobody signed, before anything is looked at.

    Raises:
        AdjustmentProblem: `who` or `note` is empty.

    """
    if not who.strip() or not note.strip():
        raise AdjustmentProblem(
            "担当 (who) とメモ (note) がありません。何も変えていません。"
            "対処: 両方を入れて、もう一度実行してください。"
        )


def nothing_waits() -> State[Any]:
    """End a run that has nothing to ask."""
    return Completed(message="在庫の手動調整を待つ注文はありません (nothing waits)")


def conclude_adjustment(adjusted: Adjusted, left: int) -> State[Any]:
    """Write the report and say how the run ended: Failed when a line was left alone."""
    moved = sum(one.quantity for one in adjusted.booked)
    summary = (
        f"調整した明細 {len(adjusted.booked)} / 在庫の動き {moved}"
        f" / 調整しなかった明細 {len(adjusted.refused)} / 残り {left}"
        " (booked / units moved / refused / still waiting)"
    )
    create_markdown_artifact(
        key="adjustment-report",
        markdown=adjustment_report(adjusted, left),
        description="在庫調整の結果 (what was adjusted by hand)",
    )
    if adjusted.refused:
        return Failed(message=f"{summary}。{adjusted.refused[0].reason}")
    return Completed(message=summary)


def adjustment_report(adjusted: Adjusted, left: int) -> str:
    """Tell in Markdown which lines moved what, and which were left alone."""
    lines = [
        "# 在庫の手動調整の結果",
        "",
        f"まだ待っている明細: {left:,}行 (still waiting)",
        "",
        "| 注文番号 | 明細 | SKU | 在庫の動き |",
        "| --- | --- | --- | ---: |",
        *(
            f"| {one.order_number} | {one.line_id} | {one.sku} | {one.quantity} |"
            for one in adjusted.booked[:LISTED]
        ),
    ]
    if adjusted.refused:
        lines += [
            "",
            f"## 調整しなかった明細 {len(adjusted.refused):,}行 (left alone)",
            "",
            "| 注文番号 | 明細 | 理由 |",
            "| --- | --- | --- |",
            *(
                f"| {one.order_number} | {one.line_id} | {one.reason} |"
                for one in adjusted.refused[:LISTED]
            ),
        ]
    return "\n".join(lines) + "\n"


def _of_value(
    value: LineAdjustment, waiting: Sequence[WaitingLine], shop: str
) -> list[Adjustment]:
    named = [
        one
        for one in waiting
        if one.order_number == value.order_number
        and value.line_id in {None, one.line_id}
        and value.mall in {None, one.mall}
    ]
    if value.already_adjusted and value.quantity is not None:
        raise AdjustmentProblem(
            f"{value.order_number}: 「調整済み」と個数は一緒に指定できません。"
            "何も変えていません。対処: どちらか1つにしてください。"
        )
    if value.quantity is not None and len(named) > 1:
        raise AdjustmentProblem(
            f"{value.order_number}: 待っている明細が {len(named)} 行あります。"
            "何も変えていません。対処: 明細 (line_id) ごとに個数を指定してください。"
        )
    if not named:
        return [
            Adjustment(
                mall=(value.mall or Mall.RAKUTEN).value,
                shop_id=shop_ids(shop)[0],
                order_number=value.order_number,
                line_id=value.line_id or "",
            )
        ]
    return [
        Adjustment(
            mall=one.mall,
            shop_id=one.shop_id,
            order_number=one.order_number,
            line_id=one.line_id,
            quantity=value.quantity,
            is_done=value.already_adjusted,
        )
        for one in named
    ]


TOO_LONG: Final = timedelta(days=1)
WAITING: Final = "juchu.stock.adjustment-waiting"
"""The event of each shop that lets adjustments wait, for automations."""


@task(name="adjustments-waiting", **SAFE_TO_REPEAT)
def adjustments_waiting() -> list[str]:
    """Say in Japanese which shops' adjustments have waited too long; announce each.

    CSV orders of other malls are kept under names that no morning is run for, so every
    shop of the warehouse is looked at.
    """
    with our_warehouse() as con:
        waits = long_waits(con, now() - TOO_LONG)
    for wait in waits:
        emit_event(
            WAITING,
            resource={"prefect.resource.id": f"juchu.stock.{wait.mall}.{wait.shop_id}"},
            payload={"lines": wait.lines, "since": wait.since.isoformat()},
        )
    return [reminder(wait) for wait in waits]


def reminder(wait: LongWait) -> str:
    """Tell a person what waits, since when, and what to do."""
    return (
        f"在庫の手動調整待ち: {wait.mall} {wait.shop_id} の {wait.lines:,}行"
        f"({wait.since:%m月%d日 %H:%M} から)。"
        "対処: `adjust-stock/manual` を実行してください (waiting for more than a day)"
    )
