"""The way of a request to a reading function of the item API, and of its answer back.

See docs/rms/item-api.md. A function that is off, or needs a contract the shop does not
have, is refused as a dead key is, with GA0001 and 401. Writing is not here: 405.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.gate.gateway import Manner, pass_through
from connectors.sandbox.gate.wire import rms_response
from connectors.sandbox.inventory_api.endpoint import no_access, refused
from connectors.sandbox.inventory_api.entries import (
    NO_BODY,
    NOT_FOUND,
    TOO_MANY,
    EntryError,
    InventoryRefusal,
    Reading,
)
from connectors.sandbox.inventory_api.stock import Sku
from connectors.sandbox.item_api.catalog import Catalog
from connectors.sandbox.item_api.search import (
    INVALID,
    MANDATORY,
    TOO_LONG,
    Searchable,
    refusal,
    search,
)
from connectors.sandbox.shops import SandboxShop
from connectors.sandbox.world import World

BAD_SIGNS, DOUBLED, WRONG_TYPE = "IE0220", "IE1106", "GE0012"
MOST_NUMBERS, LONGEST = 50, 32
_SIGNS = re.compile("[A-Za-z0-9_-]+")
_BASE = "/es/2.0/items"
Answered = tuple[dict[str, Any], int]


class ItemFunction(NamedTuple):
    """One function: its path, and how often a second it may be called."""

    method: str
    path: str
    per_second: float
    run: Callable[[World, SandboxShop, Request, dict[str, Any]], Answered]


def routes() -> list[Route]:
    """Return a route per function."""
    return [
        Route(f"{_BASE}{one.path}", _endpoint(name, one), methods=[one.method])
        for name, one in FUNCTIONS.items()
    ]


def _endpoint(
    name: str, function: ItemFunction
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        raw = await request.body()

        def work(shop: SandboxShop) -> tuple[Response, int]:
            return _answered(request, function, shop, raw)

        manner = Manner(no_access, function.per_second, each_function=True)
        return await pass_through(request, name, work, manner)

    return endpoint


def _answered(
    request: Request, function: ItemFunction, shop: SandboxShop, raw: bytes
) -> tuple[Response, int]:
    try:
        body = _read_json(request, raw) if function.method == "POST" else {}
        answer, items = function.run(request.app.state.world, shop, request, body)
    except InventoryRefusal as problem:
        return refused(problem.errors, problem.status), 0
    return rms_response(answer), items


def _read_json(request: Request, raw: bytes) -> dict[str, Any]:
    declared = request.headers.get("content-type", "").partition(";")[0].strip()
    if declared.lower() != "application/json":
        text = "The media type is not supported."
        raise InventoryRefusal(EntryError(WRONG_TYPE, text), status=415)
    if not raw.strip():
        raise refusal(NO_BODY, "Request body is missing.")
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise refusal(INVALID, "The request body is not a JSON object.")
    return body


def _get(
    world: World, shop: SandboxShop, request: Request, _body: dict[str, Any]
) -> Answered:
    """Return the item itself; capitals of its number are folded."""
    number = str(request.path_params["manageNumber"])
    _check_number(number, None)
    item = _catalog(world).items(shop.handle).get(number.lower())
    if item is None:
        text = f"Not found for inputs; manageNumber={number}"
        raise InventoryRefusal(EntryError(NOT_FOUND, text), status=404)
    return item, 1


def _search(
    world: World, shop: SandboxShop, request: Request, _body: dict[str, Any]
) -> Answered:
    """Return a page of the items that the query picks."""
    catalog, now = _catalog(world), world.clock.now()

    def is_sold_out(number: str, variant_id: str) -> bool:
        return not world.stock.quantity(shop.handle, Sku(number, variant_id))

    lag = timedelta(seconds=world.settings.items_search_lag_s)
    ghosts = catalog.ghosts(shop.handle, now)
    found = Searchable(catalog.items(shop.handle), ghosts, is_sold_out, now - lag)
    body = search(request.query_params, found)
    return body, len(body["results"])


def _bulk_get(
    world: World, shop: SandboxShop, _request: Request, body: dict[str, Any]
) -> Answered:
    """Return up to 50 items; numbers that do not exist are left out in silence."""
    reading = Reading(body)
    reading.only("manageNumbers")
    reading.settle()
    path = "manageNumbers"
    asked = body.get(path)
    if asked is None or asked == []:
        raise refusal(MANDATORY, "manageNumbers is mandatory.", path)
    if not isinstance(asked, list):
        raise refusal(INVALID, f"{path} has an invalid value.", path)
    if len(asked) > MOST_NUMBERS:
        text = f"Length of {path} must be within {MOST_NUMBERS}."
        raise refusal(TOO_MANY, text, path)
    for nth, number in enumerate(asked):
        _check_number(number, f"{path}[{nth}]")
    folded = [number.lower() for number in asked]
    for number in folded:
        if folded.count(number) > 1:
            text = f"There are multiple occurrences of the same manageNumber : {number}"
            raise refusal(DOUBLED, text, path)
    items = _catalog(world).items(shop.handle)
    # The order of the answer is promised nowhere; here it is never the one asked for.
    found = [
        items[number] for number in sorted(folded, reverse=True) if number in items
    ]
    return {"results": found}, len(found)


def _check_number(number: object, path: str | None) -> None:
    if not isinstance(number, str):
        raise refusal(INVALID, f"manageNumber has an invalid value : {number}.", path)
    if len(number.encode()) > LONGEST:
        text = f"Max length of manageNumber must be within {LONGEST} bytes."
        raise refusal(TOO_LONG, text, path)
    if not _SIGNS.fullmatch(number):
        text = "manageNumber must consist of letters, digits, hyphen and underscore."
        raise refusal(BAD_SIGNS, text, path)


def _catalog(world: World) -> Catalog:
    return Catalog(world.store.connection, world.stock)


FUNCTIONS: Mapping[str, ItemFunction] = {
    "items.get": ItemFunction("GET", "/manage-numbers/{manageNumber}", 5, _get),
    "items.search": ItemFunction("GET", "/search", 5, _search),
    "items.bulk.get": ItemFunction("POST", "/bulk-get", 1, _bulk_get),
}
