"""confirmOrder: 100 to 200, then Rakuten moves it on (docs/rms/order-api.md §4.1)."""

from datetime import timedelta
from typing import Any

from connectors.sandbox.clock import wire
from connectors.sandbox.order_api import progress
from connectors.sandbox.order_api.calls import OrderAnswer, OrderCall
from connectors.sandbox.order_api.fields import Fields
from connectors.sandbox.order_api.messages import MessageModel, message
from connectors.sandbox.selling.money import OPEN

CODE = "CONFIRM_ORDER"
DONE = "INFO_101"
AMOUNTS = (
    "postagePrice", "deliveryPrice", "paymentCharge", "totalPrice", "requestPrice",
    "couponShopPrice", "couponOtherPrice", "additionalFeeOccurAmountToUser",
    "additionalFeeOccurAmountToShop",
)  # fmt: skip
"""The amounts that can be open (§3.3); with one of them no order is confirmed."""


def confirm_order(call: OrderCall) -> OrderAnswer:
    """Confirm up to 100 orders: one message each, HTTP 200 even if all fail (§1.3)."""
    fields = Fields(CODE, call.body)
    numbers = fields.order_numbers()
    fields.of_shop(numbers, call.shop.shop_id)
    fields.settle()
    messages = [_confirm(call, number) for number in numbers]
    return OrderAnswer({"MessageModelList": messages}, len(numbers))


def _confirm(call: OrderCall, number: str) -> MessageModel:
    model = call.world.store.find(number, call.shop.handle)
    kind, text = _refusal(model)
    if kind == DONE and (word := call.world.faults.word(CODE, number)):
        kind = word
        text = text if word == "WARNING_101" else "注文確認できませんでした。"
    if model is not None and kind in (DONE, "WARNING_101"):
        at = wire(call.now)
        progress.move(model, 200, at)
        progress.record(model, 8, at)
        call.world.store.replace(model)
        delay = call.world.settings.payment_delay_s
        if delay is not None:
            call.world.store.pay_at(number, call.now + timedelta(seconds=delay))
    return message(CODE, kind, text, orderNumber=number)


def _refusal(model: dict[str, Any] | None) -> tuple[str, str]:
    if model is None:
        return "ERROR_102", "該当する注文がありません。"
    if model["orderProgress"] == 400:
        return "ERROR_104", "キャンセルまたは変更の処理中です。"
    if model["orderProgress"] != 100:
        return "ERROR_103", "注文確認待ちの注文ではありません。"
    if model["deliveryPrice"] == OPEN:
        return "ERROR_106", "代引手数料が未確定です。"
    if OPEN in (model[amount] for amount in AMOUNTS):
        return "ERROR_105", "送料が未確定です。"
    return DONE, "注文確認に成功しました。"
