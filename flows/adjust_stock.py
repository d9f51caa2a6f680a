"""Adjust stock by hand for the orders that a CSV created."""

from typing import Annotated, Any

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from data.model.shop import ShopHandle
from tasks.retrying import show_retries
from tasks.stock.adjust import (
    LineAdjustment,
    book_adjustments,
    conclude_adjustment,
    matched,
    need_signature,
    new_adjustment,
    nothing_waits,
    waiting_lines,
)
from tasks.stock.adjust_form import ask_person, decided

Adjustments = Annotated[
    list[LineAdjustment] | None,
    Field(
        json_schema_extra={
            "title": "調整 (adjustments)",
            "description": "注文番号と個数の一覧。空欄なら実行が一時停止し、"
            "待っている明細の一覧とフォームを表示します",
        },
    ),
]
Who = Annotated[
    str,
    Field(
        max_length=100,
        json_schema_extra={
            "title": "担当 (who)",
            "description": "調整を決めた人の役割や部署。「調整」を入れたときは必要です",
        },
    ),
]
Note = Annotated[
    str,
    Field(
        max_length=500,
        json_schema_extra={
            "title": "メモ (note)",
            "description": "なぜ調整したか。「調整」を入れたときは必要です。"
            "お客様の情報は書かないでください",
        },
    ),
]


@flow(
    name="adjust-stock",
    flow_run_name="adjust-stock-{shop}",
    on_completion=[show_retries],
    on_failure=[show_retries],
    persist_result=False,
)
def adjust_stock(
    shop: ShopHandle, adjustments: Adjustments = None, who: Who = "", note: Note = ""
) -> State[Any]:
    """Book what a person decided on CSV orders; each line once, with who and why.

    Without values the run pauses and asks, by a form that lists what waits; nobody
    answering, it ends Failed with nothing changed. A line that no longer waits is left
    alone and named, and the run ends Failed; the others are booked.
    """
    if adjustments is not None:
        need_signature(who, note)
    waiting = waiting_lines(shop)
    if adjustments is not None:
        chosen = matched(adjustments, waiting, shop)
    elif waiting:
        form = ask_person(waiting)
        chosen, who, note = decided(form, waiting), form.who, form.note
    else:
        return nothing_waits()
    adjusted = book_adjustments(chosen, new_adjustment(), who, note)
    return conclude_adjustment(adjusted, len(waiting_lines(shop)))
