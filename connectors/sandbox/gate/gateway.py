"""The gateway in front of every function (docs/rms/order-api.md §1, §5).

It looks at a request in this order: pace, injected faults, its Accept and Authorization
headers, key, maintenance, the functions the shop has switched off. Only then the
function itself is asked.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from connectors.sandbox.clock import read_iso
from connectors.sandbox.gate.faults import MAINTENANCE_PAGE
from connectors.sandbox.gate.wire import (
    fault_of_accept,
    gateway_error,
    rms_response,
    token_of,
)
from connectors.sandbox.order_api.night import catch_up
from connectors.sandbox.shops import SandboxShop
from connectors.sandbox.world import World

FunctionPart = Callable[[SandboxShop], tuple[Response, int]]
"""A function's own part: the answer for an admitted shop, and how many orders or SKUs
it concerned."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How the gateway treats the callers of one API: how often, and how it refuses."""

    no_access: Callable[[], Response]
    """A key that is not live and a function that is off look alike (§1.4)."""
    per_second: float | None = 1.0
    """Calls a second; None = as many as wanted."""
    each_function: bool = False
    """Whether every function has a count of its own, or all of the API share one."""
    holding_nothing: Callable[[str], Response] | None = None
    """Answers 200 with one message about RMS itself, e.g. WARNING_001; None where the
    API has no such messages."""


WRONG_METHOD = 405


def _unauthorised() -> Response:
    return gateway_error("ES01-01")


ORDER_API = Manner(_unauthorised)
LICENSE_API = Manner(_unauthorised, per_second=None)


async def pass_through(
    request: Request, function: str, work: FunctionPart, manner: Manner
) -> Response:
    """Admit or refuse a request, apply injected faults to it, and journal it."""
    world: World = request.app.state.world
    body = await request.body()
    catch_up(world)
    token = token_of(request)
    shop = shop_of(world, token)
    live = shop is not None and shop.key_is_live(world.clock.now())
    too_fast = _too_fast(world, token, function, manner)
    fault = None if too_fast else world.faults.draw(function, body)
    orders = 0
    if too_fast:
        world.journal.too_fast += 1
        response = _slow_down(world.settings.too_fast_status)
    elif fault and not fault.takes_effect:
        response = fault.instead(manner.holding_nothing)
    elif header := _fault_of_header(world, request):
        response = gateway_error(header)
    else:
        response, orders = _admitted(world, shop, function, work, manner)
        response = fault.spoiled(response) if fault else response
    world.journal.record(
        function,
        shop.handle if shop and live else None,
        world.clock.now(),
        status=None if fault and fault.is_unanswered else response.status_code,
        order_count=orders,
        too_fast=too_fast,
        fault=fault.name if fault else None,
        request_id=response.headers.get("requestid")
        or response.headers.get("request-id"),
    )
    return response


def _fault_of_header(world: World, request: Request) -> str | None:
    needed = world.settings.needs_accept
    no_token = None if token_of(request) else "ES04-01"
    return fault_of_accept(request, needed=needed) or no_token


def no_such_path(request: Request, error: Exception) -> Response:
    """Answer a path or method that RMS does not have; the control API is not RMS."""
    assert isinstance(error, HTTPException)  # noqa: S101 - nothing else is handled so
    if not request.url.path.startswith("/es/"):
        return PlainTextResponse(error.detail, error.status_code)
    if error.status_code == WRONG_METHOD:
        return gateway_error("ES04-04")
    if "/inventories" in request.url.path or "/2.0/items" in request.url.path:
        word = {"code": "GE0007", "message": "The path does not exist."}
        return rms_response({"errors": [word]}, 400)
    return gateway_error("ES05-06")


def shop_of(world: World, token: tuple[str, str] | None) -> SandboxShop | None:
    """Return the shop whose secret and licence key these are, compared exactly."""
    for shop in world.shops.values():
        if token == (shop.service_secret, shop.license_key):
            return shop
    return None


def _too_fast(
    world: World, token: tuple[str, str] | None, function: str, manner: Manner
) -> bool:
    limit = manner.per_second
    if token is None or limit is None:
        return False
    lane = f"{token[1]} {function}" if manner.each_function else token[1]
    if world.settings.pace_moves_clock:
        now = world.clock.now().timestamp()
        world.clock.advance(world.pace.wait_s(lane, now, 1 / limit))
        return False
    if not world.settings.rate_limit:
        return False
    return not world.pace.admits(lane, time.monotonic(), 1 / limit)


def _slow_down(status: int) -> Response:
    """Answer a call that came too soon; only 403 has a body (§1.5)."""
    if status == 403:
        return gateway_error("ES01-03")
    return PlainTextResponse("", status, {"Connection": "close"})


def _admitted(
    world: World,
    shop: SandboxShop | None,
    function: str,
    work: FunctionPart,
    manner: Manner,
) -> tuple[Response, int]:
    if shop is None:
        return _unauthorised(), 0
    refusal = _refused(world, shop, function, manner)
    return (refusal, 0) if refusal else work(shop)


def _refused(
    world: World, shop: SandboxShop, function: str, manner: Manner
) -> Response | None:
    now = world.clock.now()
    if not shop.key_is_live(now):
        return manner.no_access()
    for window in shop.maintenance:
        if read_iso(window["from"]) <= now < read_iso(window["to"]):
            if window.get("style") == "gateway":
                return gateway_error("ES01-02")
            return HTMLResponse(MAINTENANCE_PAGE, 503, {"Connection": "close"})
    return manner.no_access() if function in shop.functions_off else None
