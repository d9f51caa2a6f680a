"""The way of a request to a function of the inventory API, and of its answer back.

See docs/rms/inventory-and-license-api.md. A switched-off function is refused as a dead
key is, with GA0001 and 401. A missing charset is accepted; another type than JSON is
answered 415, which is our choice.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from connectors.sandbox.gate.gateway import Manner, pass_through
from connectors.sandbox.gate.wire import rms_nothing, rms_response
from connectors.sandbox.inventory_api.calls import InventoryCall, InventoryFunction
from connectors.sandbox.inventory_api.entries import (
    DEAD_KEY,
    NO_BODY,
    UNREADABLE,
    EntryError,
    InventoryRefusal,
)
from connectors.sandbox.inventory_api.functions import FUNCTIONS
from connectors.sandbox.shops import SandboxShop
from connectors.sandbox.world import World

_BASE = "/es/{}/inventories"


def routes() -> list[Route]:
    """Return a route per function, in both versions of the API."""
    return [
        Route(
            f"{_BASE.format(version)}{function.path}",
            _endpoint(function, version),
            methods=[function.method],
        )
        for function in FUNCTIONS.values()
        for version in function.versions
    ]


def _endpoint(
    function: InventoryFunction, version: str
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        raw = await request.body()

        def work(shop: SandboxShop) -> tuple[Response, int]:
            return _answered(request, function, version, shop, raw)

        # Unlike the order API, every function here has a count of its own.
        manner = Manner(no_access, function.per_second, each_function=True)
        return await pass_through(request, function.name, work, manner)

    return endpoint


def _answered(
    request: Request,
    function: InventoryFunction,
    version: str,
    shop: SandboxShop,
    raw: bytes,
) -> tuple[Response, int]:
    declared = request.headers.get("content-type", "").partition(";")[0].strip()
    if function.has_body and declared.lower() != "application/json":
        return PlainTextResponse("", 415, {"Connection": "close"}), 0
    world: World = request.app.state.world
    now = world.clock.now()
    try:
        body = _read_json(raw) if function.has_body else {}
        with world.store.transaction():
            world.stock.sweep(now)
            answer = function.run(
                InventoryCall(
                    world,
                    shop,
                    now,
                    request.path_params,
                    request.query_params,
                    body,
                    version,
                )
            )
    except InventoryRefusal as refusal:
        return refused(refusal.errors, refusal.status), 0
    if answer.errors:
        return refused(answer.errors, 400), answer.skus
    if answer.body is None:
        return rms_nothing(), answer.skus
    return rms_response(answer.body), answer.skus


def _read_json(raw: bytes) -> dict[str, Any]:
    if not raw.strip():
        raise InventoryRefusal(EntryError(NO_BODY, "Request body is missing."))
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise InventoryRefusal(
            EntryError(UNREADABLE, "The request body is not a JSON object.")
        )
    return body


def refused(errors: tuple[EntryError, ...], status: int) -> Response:
    """Return the answer to a call that is refused for these errors."""
    return rms_response({"errors": [error.shown() for error in errors]}, status)


def no_access() -> Response:
    """Return the answer to a dead key, and to a function that is off."""
    return refused((EntryError(DEAD_KEY, "Un-Authorised"),), 401)
