"""The gateway in front of every function: keys, pace, maintenance (§1, §5).

What is looked at, in this order: pace, ordered faults, key, maintenance, the shop's
switched-off functions, Content-Type, JSON. Only then the function is asked.
"""

import re
import time
from collections.abc import Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from connectors.sandbox.clock import read_iso
from connectors.sandbox.gate.faults import MAINTENANCE_PAGE
from connectors.sandbox.gate.manner import ORDER_API, Manner
from connectors.sandbox.gate.wire import (
    Refusal,
    gateway_error,
    message,
    rms_response,
    says_json,
    token_of,
)
from connectors.sandbox.order_api.calls import Answer, Call, Function
from connectors.sandbox.order_api.night import catch_up
from connectors.sandbox.shops import Shop
from connectors.sandbox.world import World

_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")

Work = Callable[[Shop], tuple[Response, int]]


def shop_of(world: World, token: tuple[str, str] | None) -> Shop | None:
    """Find the shop whose secret and licence key these are, blanks and all."""
    for shop in world.shops.values():
        if token == (shop.service_secret, shop.license_key):
            return shop
    return None


async def pass_through(
    request: Request, function: str, work: Work, manner: Manner
) -> Response:
    """Let a request in or refuse it, meet it with ordered faults, and journal it."""
    world: World = request.app.state.world
    await request.body()
    catch_up(world)
    token = token_of(request)
    shop = shop_of(world, token)
    live = shop is not None and shop.key_is_live(world.clock.now())
    too_fast = _too_fast(world, token, function, manner)
    fault = None if too_fast else world.faults.draw(function)
    orders = 0
    if too_fast:
        world.journal.too_fast += 1
        status = world.settings.too_fast_status
        response: Response = PlainTextResponse("", status, {"Connection": "close"})
    elif fault and not fault.applied:
        response = fault.instead()
    else:
        response, orders = _admitted(world, shop, function, work, manner)
        response = fault.spoiled(response) if fault else response
    world.journal.note(
        function,
        shop.handle if shop and live else None,
        world.clock.now(),
        status=None if fault and fault.unanswered else response.status_code,
        order_count=orders,
        too_fast=too_fast,
        fault=fault.name if fault else None,
        request_id=response.headers.get("requestid"),
    )
    return response


def _too_fast(
    world: World, token: tuple[str, str] | None, function: str, manner: Manner
) -> bool:
    limit = manner.per_second
    if token is None or limit is None or not world.settings.rate_limit:
        return False
    lane = f"{token[1]} {function}" if manner.each_function else token[1]
    return not world.pace.admits(lane, time.monotonic(), 1 / limit)


def _admitted(
    world: World, shop: Shop | None, function: str, work: Work, manner: Manner
) -> tuple[Response, int]:
    if shop is None:
        return gateway_error("ES01-01", "Un-Authorised", 401), 0
    refusal = _refused(world, shop, function, manner)
    return (refusal, 0) if refusal else work(shop)


def _refused(
    world: World, shop: Shop, function: str, manner: Manner
) -> Response | None:
    now = world.clock.now()
    if not shop.key_is_live(now):
        return manner.dead_key()
    for window in shop.maintenance:
        if read_iso(window["from"]) <= now < read_iso(window["to"]):
            if window.get("style") == "gateway":
                return gateway_error("ES01-02", "メンテナンス中です。", 503)
            return HTMLResponse(MAINTENANCE_PAGE, 503, {"Connection": "close"})
    return manner.switched_off() if function in shop.functions_off else None


async def call_function(request: Request, function: Function) -> Response:
    """Serve one function of the order API."""
    raw = await request.body()
    world: World = request.app.state.world

    def work(shop: Shop) -> tuple[Response, int]:
        if not says_json(request):
            return PlainTextResponse("", 415, {"Connection": "close"}), 0
        try:
            answer = _answered(world, shop, function, raw)
        except Refusal as refusal:
            answer = Answer(function.refused(refusal.messages), status=400)
        return rms_response(answer.body, answer.status), answer.order_count

    return await pass_through(request, function.name, work, ORDER_API)


def _answered(world: World, shop: Shop, function: Function, raw: bytes) -> Answer:
    body = _read_json(function, raw, escapes=not world.settings.refuse_escapes)
    with world.store.transaction():
        return function.run(Call(world, shop, body, world.clock.now()))


def _read_json(function: Function, raw: bytes, *, escapes: bool) -> dict[str, Any]:
    """Read the body; Japanese must be raw UTF-8, escapes are refused (§1.1)."""
    if function.body_optional and raw.strip() in (b"", b"null"):
        return {}
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict) or (not escapes and _ESCAPED.search(raw)):
        text = "リクエストの形式が正しくありません。"
        raise Refusal([message(function.code, "ERROR_011", text)])
    return body
