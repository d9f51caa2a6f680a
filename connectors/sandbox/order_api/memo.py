"""updateOrderMemo: memo, operator, delivery wishes (docs/rms/order-api.md §4.5)."""

from typing import Any

from connectors.sandbox.order_api.calls import OrderAnswer, OrderCall
from connectors.sandbox.order_api.fields import Fields, has_machine_dependent
from connectors.sandbox.order_api.messages import OrderRefusal, message
from connectors.sandbox.order_api.sub_status import mark

CODE = "UPDATE_ORDERMEMO"
_TEXTS = {"memo": 1000, "operator": 6, "mailPlugSentence": 1024}
_TERMS = {0, 1, 2, 9} | {
    start * 100 + end for start in range(1, 24) for end in range(start + 1, 25)
}


def update_order_memo(call: OrderCall) -> OrderAnswer:
    """Overwrite the named fields; an absent one is kept, null clears it.

    Machine-dependent characters are refused. As a function of a single order it answers
    400 for an order that is not there or a sub-status that does not fit.
    """
    fields = Fields(CODE, call.body)
    number = fields.text("orderNumber", 382, required=True)
    changes = _read(fields)
    sub_status_id = fields.number("subStatusId")
    fields.settle()
    model = call.world.store.find(number or "", call.shop.handle)
    if model is None:
        text = "該当する注文がありません。"
        raise OrderRefusal([message(CODE, "ERROR_107", text, orderNumber=number)])
    if "subStatusId" in call.body and not mark(call, model, sub_status_id):
        text = "この注文に設定できないサブステータスです。"
        raise OrderRefusal([message(CODE, "ERROR_108", text, orderNumber=number)])
    if "deliveryClass" in changes:
        model["DeliveryModel"]["deliveryClass"] = changes.pop("deliveryClass")
    call.world.store.replace(model | changes)
    text = "受注情報を更新しました。"
    stored = message(CODE, "INFO_101", text, orderNumber=number)
    return OrderAnswer({"MessageModelList": [stored]}, order_count=1)


def _read(fields: Fields) -> dict[str, Any]:
    day = fields.day("deliveryDate")
    values: dict[str, Any] = {
        "deliveryClass": fields.number("deliveryClass", range(9)),
        "deliveryDate": day and day.isoformat(),
        "shippingTerm": fields.number("shippingTerm", _TERMS),
    }
    for field, longest in _TEXTS.items():
        values[field] = fields.text(field, longest)
        if has_machine_dependent(values[field] or ""):
            fields.refuse(field, "機種依存文字は使えません")
    return {field: value for field, value in values.items() if field in fields.body}
