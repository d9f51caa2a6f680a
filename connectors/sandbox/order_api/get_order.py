"""getOrder: full orders by number, versions 3–10 (rms/order-api.md §3)."""

from typing import Any

from connectors.sandbox.gate.messages import Message, message
from connectors.sandbox.order_api.calls import Answer, Call
from connectors.sandbox.order_api.fields import Fields
from connectors.sandbox.order_api.search import OLDEST
from connectors.sandbox.order_api.versions import NEWEST, in_version

CODE = "GET_ORDER"


def refused(messages: list[Message]) -> dict[str, Any]:
    """Refuse the request whole; the list is null (§1.3)."""
    return {"MessageModelList": messages, "OrderModelList": None}


def get_order(call: Call) -> Answer:
    """Hand out up to 100 orders, not in the order asked (§3.2).

    A number this shop cannot read, be it unknown, another shop's, or older than 730
    days, is one INFO_102 in an answer of HTTP 200; the rest is delivered.
    """
    fields = Fields(CODE, call.body)
    numbers = fields.order_numbers()
    version = fields.number("version", range(3, NEWEST + 1), required=True)
    fields.settle()

    texts = call.world.store.shown(call.shop.handle, numbers, call.now - OLDEST)
    found = [n for n in reversed(numbers) if n in texts]
    messages = [_unread(n) for n in numbers if n not in texts]
    if found:
        text = f"受注情報取得に成功しました。（{len(found)}件）"
        messages.insert(0, message(CODE, "INFO_101", text))
    shown = version or NEWEST
    body: dict[str, Any] = {
        "MessageModelList": messages,
        "OrderModelList": [in_version(texts[n], shown) for n in found],
    }
    if shown >= 6:
        body["version"] = shown
    return Answer(body, len(found))


def _unread(number: str) -> Message:
    text = "受注情報を取得できませんでした。"
    return message(CODE, "INFO_102", text, orderNumber=number)
