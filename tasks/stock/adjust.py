"""Adjustments by hand: the lines that wait, what a person decided, and a reminder."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final
from uuid import uuid4

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.events import emit_event
from prefect.states import Completed

from data.model.japan_time import in_japan
from data.model.order import Mall
from data.model.stock import Adjustment
from data.model.typed.number import plain_number
from data.model.typed.time import TimeRefused, day_of
from data.warehouse.session import Connection
from data.warehouse.shops import shops_with_orders
from data.warehouse.stock.adjust import (
    Adjusted,
    LongWait,
    NotBooked,
    WaitingLine,
    adjust_stock,
    long_waits,
    waiting_adjustments,
)
from tasks.forms.stock import LineAdjustment
from tasks.machine import now, our_warehouse
from tasks.runs.report import ended, listing, page, sums, table
from tasks.runs.retrying import SAFE_TO_REPEAT
from tasks.shops.blocks import (
    UnknownShop,
    described_shops,
    load_shop,
    unknown_shop,
)
from tasks.stock.adjust_form import MOST_LINES, AdjustmentProblem

TOO_LONG: Final = timedelta(days=1)
WAITING: Final = "juchu.stock.adjustment-waiting"
"""The event of each shop whose adjustments wait too long, for automations."""


@task(name="waiting-lines", **SAFE_TO_REPEAT)
def waiting_lines(shop: str) -> list[WaitingLine]:
    """Return a shop's waiting lines, longest waiting first, of every mall.

    Not those of another mall's shop that has this one's id and another name.

    Raises:
        UnknownShop: nobody described the shop, and no order is stored under its name.

    """
    described = described_shops()
    names = _names_of(described)
    with our_warehouse() as con:
        known = sorted({*described, *shops_with_orders(con)})
        if shop not in known:
            raise UnknownShop(unknown_shop(shop, known))
        lines = [
            one for each in shop_ids(shop) for one in waiting_adjustments(con, each)
        ]
        if _is_name(con, shop, names):
            lines = [
                one
                for one in lines
                if names.get((one.mall, one.shop_id), one.shop_id) == shop
            ]
    return sorted(lines, key=lambda one: one.imported_at)


def _names_of(described: Sequence[str]) -> dict[tuple[str, str], str]:
    """Return the handle of each shop that is described, by its mall and id."""
    names = {}
    for handle in described:
        with suppress(UnknownShop):
            known = load_shop(handle)
            names[known.mall.value, known.shop_id] = handle
    return names


def _is_name(con: Connection, shop: str, names: Mapping[tuple[str, str], str]) -> bool:
    """Return whether a shop is known by this name, and not by an id alone."""
    return shop in names.values() or any(
        shop in shops_with_orders(con, mall)
        for mall in Mall
        if (mall.value, shop) not in names
    )


@task(name="book-adjustments", **SAFE_TO_REPEAT)
def book_adjustments(
    adjustments: list[Adjustment], adjustment_id: str, who: str, note: str
) -> Adjusted:
    """Book decisions and end the lines' waiting, in one transaction.

    A repeated call books nothing twice: each line is booked once.
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
    """Return the ids under which orders of this shop may be stored.

    Rakuten's orders are stored under the shop number, other malls' under the handle.
    """
    try:
        return list(dict.fromkeys((load_shop(shop).shop_id, shop)))
    except UnknownShop:
        return [shop]


def adjustments_of(
    given: Sequence[LineAdjustment], waiting: Sequence[WaitingLine], shop: str
) -> list[Adjustment]:
    """Return an adjustment for each line that a value names.

    A value for which no line waits is kept, so that booking it tells why it cannot be.

    Raises:
        AdjustmentProblem: a value says "already adjusted" and has a quantity, one
            quantity is given for several lines, or an order number stands in two malls.

    """
    return [one for value in given for one in _of_value(value, waiting, shop)]


def as_seen(
    given: Sequence[LineAdjustment], waiting: Sequence[WaitingLine]
) -> list[WaitingLine]:
    """Return the waiting lines as they stood where a person decided on them."""
    seen: dict[tuple[str | None, ...], dict[str, Any]] = {
        (value.mall, value.order_number, value.line_id): value.seen.model_dump()
        for value in given
        if value.seen
    }
    return [
        replace(one, **seen.get((one.mall, one.order_number, one.line_id), {}))
        for one in waiting
    ]


def _of_value(
    value: LineAdjustment, waiting: Sequence[WaitingLine], shop: str
) -> list[Adjustment]:
    named = _named_by(value, waiting)
    malls = dict.fromkeys(one.mall for one in named)
    if len(malls) > 1:
        raise AdjustmentProblem(
            f"{value.order_number}: この注文番号の調整待ちの明細が、"
            f"{len(malls)}つのモールにあります({'、'.join(malls)})。"
            "何も変更していません。対処: モールも指定してください。"
        )
    if value.already_adjusted and value.quantity is not None:
        raise AdjustmentProblem(
            f"{value.order_number}: 「調整済み」と個数は同時に指定できません。"
            "何も変更していません。対処: どちらか1つだけを指定してください。"
        )
    if value.quantity is not None and len(named) > 1:
        raise AdjustmentProblem(
            f"{value.order_number}: 調整待ちの明細が{len(named)}行あります。"
            "何も変更していません。対処: 明細ごとに個数を指定してください。"
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
        one.adjustment(quantity=value.quantity, is_done=value.already_adjusted)
        for one in named
    ]


def _named_by(
    value: LineAdjustment, waiting: Sequence[WaitingLine]
) -> list[WaitingLine]:
    """Return the waiting lines of the number as it was typed, else as it was meant."""
    for number in (value.order_number, plain_number(value.order_number)):
        if found := [
            one
            for one in waiting
            if one.order_number == number
            and value.line_id in {None, one.line_id}
            and value.mall in {None, one.mall}
        ]:
            return found
    return []


def settled_before(
    typed: date | str | None, waiting: Sequence[WaitingLine]
) -> list[Adjustment]:
    """Return "already adjusted" for each line whose order was placed before that day.

    Meant for a first import of old orders: their goods left long ago, and counts have
    seen it, so no stock moves. The day begins at 00:00 Japan time.

    Raises:
        TimeRefused: what was typed is no day, or one to come: a wrong year would settle
            every line there is.

    """
    day = day_of(typed, "この日より前")
    if day is None:
        return []
    if day > in_japan(now()).date() + timedelta(days=1):  # which means: all there is
        raise TimeRefused(
            f"「この日より前」に入力された {day} は、未来の日付です。"
            "何も変更していません。対処: 明日までの日付を入力してください。"
        )
    return [
        one.adjustment(is_done=True)
        for one in waiting
        if in_japan(one.placed_at).date() < day
    ]


def need_one_choice(adjustments: object, before: object) -> None:
    """Refuse values and a day in one run, before anything is read.

    Raises:
        AdjustmentProblem: both are there.

    """
    if adjustments is not None and before is not None:
        raise AdjustmentProblem(
            "「調整」と「この日より前」は同時に指定できません。何も変更していません。"
            "対処: どちらか1つだけを指定してください。"
        )


def new_adjustment() -> str:
    """Return a new id for one adjustment."""
    return str(uuid4())


def need_signature(who: str, note: str) -> None:
    """Refuse an adjustment that nobody signed, before anything is read.

    Raises:
        AdjustmentProblem: `who` or `note` is blank.

    """
    given = {"担当者": who, "メモ": note}
    if missing := [title for title, text in given.items() if not text.strip()]:
        raise AdjustmentProblem(
            f"{'と'.join(missing)}が入力されていません。何も変更していません。"
            "対処: 担当者とメモの両方を入力して、もう一度実行してください。"
        )


def nothing_waits() -> State[Any]:
    """Return the final state of a run for which no line waits."""
    return Completed(message="在庫の手動調整を待つ注文はありません")


def conclude_adjustment(
    adjusted: Adjusted, changed: tuple[NotBooked, ...], left: int
) -> State[Any]:
    """Create the report; return the final state, Failed if a line was left alone.

    `changed` are lines that are not what the form showed; they were left alone too.
    """
    adjusted = replace(adjusted, refused=(*changed, *adjusted.refused))
    create_markdown_artifact(
        key="adjustment-report",
        markdown=adjustment_report(adjusted, left),
        description="在庫の手動調整の結果",
    )
    summary = sums(
        {
            "調整した明細": len(adjusted.booked),
            "在庫の動き": sum(one.quantity for one in adjusted.booked),
            "調整しなかった明細": len(adjusted.refused),
            "残り": left,
        }
    )
    return ended(summary, adjusted.refused[0].reason if adjusted.refused else "")


def adjustment_report(adjusted: Adjusted, left: int) -> str:
    """Return in Markdown which lines moved what, and which were left alone."""
    booked = [
        (one.order_number, one.line_id, one.sku, one.quantity, one.level)
        for one in adjusted.booked[:MOST_LINES]
    ]
    refused = [(one.order_number, one.line_id, one.reason) for one in adjusted.refused]
    return page(
        "在庫の手動調整の結果",
        f"調整待ちの明細: 残り{left:,}行",
        table(("注文番号", "明細", "SKU", "在庫の動き", "調整後の在庫数"), booked),
        listing(
            "調整しなかった明細",
            ("注文番号", "明細", "理由"),
            refused,
            unit="行",
            most=MOST_LINES,
        ),
    )


@task(name="adjustments-waiting", **SAFE_TO_REPEAT)
def adjustments_waiting() -> list[str]:
    """Return a reminder for each shop whose lines wait too long, and emit an event.

    Orders of other malls' files are stored under names that no morning is run for, so
    every shop of the warehouse is looked at.
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
    """Return in Japanese what waits, since when, and what to do."""
    return (
        f"在庫の手動調整待ち: {wait.mall} {wait.shop_id} の {wait.lines:,}行"
        f"({wait.since:%m月%d日 %H:%M} から)。"
        "対処: adjust-stock/manual を実行してください。"
    )
