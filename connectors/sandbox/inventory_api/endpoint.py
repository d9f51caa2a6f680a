"""Brings a request to a function of the inventory API, and its answer back."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from connectors.sandbox.gate.gateway import pass_through
from connectors.sandbox.gate.wire import rms_nothing, rms_response, says_json
from connectors.sandbox.inventory_api.calls import Call, Function
from connectors.sandbox.inventory_api.entries import (
    UNREADABLE,
    Fault,
    Refusal,
    answer_of,
    manner,
)
from connectors.sandbox.inventory_api.functions import FUNCTIONS
from connectors.sandbox.shops import Shop
from connectors.sandbox.world import World

_BASES = ("/es/2.0/inventories", "/es/2.1/inventories")


def routes() -> list[Route]:
    """Give every function its method and path, in both versions of the API."""
    return [
        Route(f"{base}{function.path}", _endpoint(function), methods=[function.method])
        for base in _BASES
        for function in FUNCTIONS.values()
    ]


def _endpoint(function: Function) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        raw = await request.body()

        def work(shop: Shop) -> tuple[Response, int]:
            return _answered(request, function, shop, raw)

        return await pass_through(
            request, function.name, work, manner(function.per_second)
        )

    return endpoint


def _answered(
    request: Request, function: Function, shop: Shop, raw: bytes
) -> tuple[Response, int]:
    if function.has_body and not says_json(request):
        return PlainTextResponse("", 415, {"Connection": "close"}), 0
    world: World = request.app.state.world
    now = world.clock.now()
    try:
        body = _read_json(raw) if function.has_body else {}
        with world.store.transaction():
            world.stock.sweep(now)
            answer = function.run(
                Call(world, shop, now, request.path_params, request.query_params, body)
            )
    except Refusal as refusal:
        return answer_of(refusal.faults, refusal.status), 0
    if answer.faults:
        return answer_of(answer.faults, 400), answer.skus
    if answer.body is None:
        return rms_nothing(), answer.skus
    return rms_response(answer.body), answer.skus


def _read_json(raw: bytes) -> dict[str, Any]:
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise Refusal(Fault(UNREADABLE, "The request body is not a JSON object."))
    return body
