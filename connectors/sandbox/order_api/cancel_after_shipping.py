"""cancelOrderAfterShipping: settled at once (docs/rms/order-api.md §4.7)."""

from connectors.sandbox.clock import wire
from connectors.sandbox.order_api.calls import OrderAnswer, OrderCall, about_order
from connectors.sandbox.order_api.cancel import (
    STOCK_LEFT,
    cancel_request,
    give_stock_back,
    settle_cancel,
)
from connectors.sandbox.order_api.messages import OrderRefusal, message

CODE = "CANCEL_ORDER_AFTER_SHIPPING"
_STATES = (500, 600, 700, 800)
_SETTLED = 900


def cancel_order_after_shipping(call: OrderCall) -> OrderAnswer:
    """Cancel an order whose goods are back: in one call it is at 900.

    Errors about the order come in a 200, that of its state in a 400.
    """
    number, restore_type, detail, model = cancel_request(call, CODE)
    if model is None:
        kind, text = "ERROR_106", "注文を取得できませんでした。"
    elif model["orderProgress"] == _SETTLED:
        kind, text = "ERROR_103", "すでにキャンセルされています。"
    elif model["orderProgress"] not in _STATES:
        text = "キャンセルできないステータスです。"
        raise OrderRefusal([message(CODE, "ERROR_108", text, orderNumber=number)])
    elif (told := call.world.faults.word(CODE, number)) not in (None, STOCK_LEFT):
        kind, text = told or "", "処理できませんでした。"
    else:
        settle_cancel(model, _SETTLED, wire(call.now), detail)
        call.world.store.replace(model)
        done = "キャンセルしました。"
        kind, text = give_stock_back(call, model, restore_type, told, done)
    return about_order(CODE, kind, text, number)
