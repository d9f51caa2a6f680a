"""The order API's functions by name, and the way of a request to one of them and back.

See docs/rms/order-api.md §0 for the list, §1.1 for the form of a body.
"""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.gate.gateway import ORDER_API, pass_through
from connectors.sandbox.gate.wire import fault_of_content_type, rms_response
from connectors.sandbox.order_api import (
    cancel,
    cancel_after_shipping,
    confirm,
    get_order,
    memo,
    payment,
    sample,
    search,
    shipping,
    shipping_async,
    sub_status,
)
from connectors.sandbox.order_api.calls import OrderAnswer, OrderCall, OrderFunction
from connectors.sandbox.order_api.messages import (
    MessageModel,
    OrderRefusal,
    message,
)
from connectors.sandbox.shops import SandboxShop
from connectors.sandbox.world import World

_BASE = "/es/2.0/order"
_SAMPLE = "/es/2.0/sample.order"
_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")

FUNCTIONS = {
    function.name: function
    for function in (
        OrderFunction("searchOrder", search.CODE, search.search_order, search.refused),
        OrderFunction(
            "getOrder", get_order.CODE, get_order.get_order, get_order.refused
        ),
        OrderFunction("confirmOrder", confirm.CODE, confirm.confirm_order),
        OrderFunction(
            "updateOrderShipping", shipping.CODE, shipping.update_order_shipping
        ),
        OrderFunction(
            "updateOrderShippingAsync",
            shipping_async.CODE,
            shipping_async.update_order_shipping_async,
        ),
        OrderFunction(
            "getResultUpdateOrderShippingAsync",
            shipping_async.RESULT_CODE,
            shipping_async.get_result,
            shipping_async.refused,
        ),
        OrderFunction(
            "getSubStatusList",
            sub_status.LIST_CODE,
            sub_status.get_sub_status_list,
            body_optional=True,
        ),
        OrderFunction(
            "updateOrderSubStatus", sub_status.CODE, sub_status.update_order_sub_status
        ),
        OrderFunction("updateOrderMemo", memo.CODE, memo.update_order_memo),
        OrderFunction("cancelOrder", cancel.CODE, cancel.cancel_order),
        OrderFunction(
            "cancelOrderAfterShipping",
            cancel_after_shipping.CODE,
            cancel_after_shipping.cancel_order_after_shipping,
        ),
        OrderFunction("getPayment", payment.CODE, payment.get_payment, payment.refused),
    )
}


def routes() -> list[Route]:
    """Return a route per function, with and without the trailing slash."""
    served = [(f"{_BASE}/{name}", name, each) for name, each in FUNCTIONS.items()]
    served += [
        (f"{_SAMPLE}/{each.name}", name, each)
        for name, each in sample.FUNCTIONS.items()
    ]
    return [
        Route(f"{path}{end}", _endpoint(function, name), methods=["POST"])
        for path, name, function in served
        for end in ("/", "")
    ]


def _endpoint(
    function: OrderFunction, name: str
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        world: World = request.app.state.world

        def work(shop: SandboxShop) -> tuple[Response, int]:
            if fault := fault_of_content_type(request):
                text = "Content-Typeが正しくありません。"
                return _words(message(function.code, fault, text), 400), 0
            try:
                answer = _answered(world, shop, function, raw)
            except OrderRefusal as refusal:
                answer = OrderAnswer(function.refused(refusal.messages), status=400)
            return rms_response(answer.body, answer.status), answer.order_count

        def holding_nothing(kind: str) -> Response:
            return _words(message(function.code, kind, "しばらくお待ちください。"))

        manner = replace(ORDER_API, holding_nothing=holding_nothing)
        return await pass_through(request, name, work, manner)

    def _words(word: MessageModel, status: int = 200) -> Response:
        return rms_response(function.refused([word]), status)

    return endpoint


def _answered(
    world: World, shop: SandboxShop, function: OrderFunction, raw: bytes
) -> OrderAnswer:
    body = _read_json(function, raw, escapes=not world.settings.refuse_escapes)
    with world.store.transaction():
        return function.run(OrderCall(world, shop, body, world.clock.now()))


def _read_json(function: OrderFunction, raw: bytes, *, escapes: bool) -> dict[str, Any]:
    """Parse the body; Japanese must be raw UTF-8, escapes are refused (§1.1)."""
    if function.body_optional and raw.strip() in (b"", b"null"):
        return {}
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict) or (not escapes and _ESCAPED.search(raw)):
        text = "リクエストの形式が正しくありません。"
        raise OrderRefusal([message(function.code, "ERROR_013", text)])
    return body
