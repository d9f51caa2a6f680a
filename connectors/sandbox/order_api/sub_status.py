"""getSubStatusList and updateOrderSubStatus (docs/rms/order-api.md §4.4)."""

from typing import Any

from connectors.sandbox.order_api.calls import OrderAnswer, OrderCall
from connectors.sandbox.order_api.fields import Fields
from connectors.sandbox.order_api.messages import MessageModel, OrderRefusal, message
from connectors.sandbox.order_api.progress import OLDEST, ordered_at

LIST_CODE = "GET_SUBSTATUSLIST"
CODE = "UPDATE_ORDERSUBSTATUS"
CANCELLED = 900
"""At 800 an order still has a sub-status (§4.4)."""


def get_sub_status_list(call: OrderCall) -> OrderAnswer:
    """List the shop's own sub-statuses by the orderProgress they belong to."""
    if not call.shop.sub_statuses:
        word = message(LIST_CODE, "INFO_102", "サブステータスがありません。")
        return OrderAnswer({"MessageModelList": [word], "StatusModelList": []})
    by_progress: dict[int, list[dict[str, Any]]] = {}
    for each in call.shop.sub_statuses:
        by_progress.setdefault(each.progress, []).append(
            {
                "subStatusId": each.sub_status_id,
                "subStatusName": each.name,
                "orderby": each.order,
            }
        )
    return OrderAnswer(
        {
            "MessageModelList": [
                message(LIST_CODE, "INFO_101", "サブステータスを取得しました。")
            ],
            "StatusModelList": [
                {"orderProgress": progress, "SubStatusModelList": models}
                for progress, models in sorted(by_progress.items())
            ],
        }
    )


def update_order_sub_status(call: OrderCall) -> OrderAnswer:
    """Set or, with null, clear a sub-status: one message per order, HTTP 200.

    A key left out is ERROR_009: null and absent differ. One order that is over two
    years old refuses the call (ERROR_104, 400).
    """
    fields = Fields(CODE, call.body)
    if "subStatusId" not in call.body:
        fields.given("subStatusId", required=True)
    sub_status_id = fields.number("subStatusId")
    numbers = fields.order_numbers()
    fields.of_shop(numbers, call.shop.shop_id)
    fields.settle()
    if old := [n for n in numbers if _is_too_old(call, n)]:
        text = "注文から2年を過ぎています。"
        raise OrderRefusal([message(CODE, "ERROR_104", text, orderNumber=old[0])])
    messages = [_set(call, number, sub_status_id) for number in numbers]
    return OrderAnswer({"MessageModelList": messages}, len(numbers))


def _set(call: OrderCall, number: str, sub_status_id: int | None) -> MessageModel:
    model = call.world.store.find(number, call.shop.handle)
    if model is None:
        kind, text = "ERROR_102", "該当する注文がありません。"
    elif model["orderProgress"] == CANCELLED:
        kind, text = "ERROR_101", "キャンセル済みの注文です。"
    elif word := told(call, CODE, number):
        kind, text = word
    elif not mark(call, model, sub_status_id):
        kind, text = "ERROR_102", "この注文に設定できないサブステータスです。"
    else:
        call.world.store.replace(model)
        kind, text = "INFO_101", "サブステータスを更新しました。"
    return message(CODE, kind, text, orderNumber=number)


def told(call: OrderCall, code: str, number: str | None) -> tuple[str, str] | None:
    """Return what was ordered to be said of an order, if anything; nothing is done."""
    kind = call.world.faults.word(code, number or "")
    return (kind, "処理できませんでした。") if kind else None


def _is_too_old(call: OrderCall, number: str) -> bool:
    model = call.world.store.find(number, call.shop.handle)
    return model is not None and ordered_at(model) < call.now - OLDEST


def mark(call: OrderCall, model: dict[str, Any], sub_status_id: int | None) -> bool:
    """Set an order's sub-status, or clear it with None; False if it does not fit."""
    name = None
    if sub_status_id is not None:
        fitting = call.shop.sub_status(sub_status_id, model["orderProgress"])
        if fitting is None:
            return False
        name = fitting.name
    model["subStatusId"] = sub_status_id
    model["subStatusName"] = name
    return True
