"""The control API: what RMS itself has no call for; JSON, loopback only, no keys.

POST   /_control/sell      {"shop"?, "count"?, "shape"?, "over_days"?, "progress"?}
                           -> {"orderNumbers": […]}; shape "mixed" or a name of
                           `shapes.SHAPES`; progress puts all of them into one state;
                           "every_s" sells one by one in the background; "line":
                           {"manageNumber", "variantId", "units"} is what each buys;
                           "only_shown": true: who finds less at the mall buys nothing
GET    /_control/sell      -> {"left"} of those;  DELETE ends them
GET    /_control/clock     -> {"now", "held"}
POST   /_control/clock     {"advance_s": n} or {"set": iso, "hold"?: true}, or
                           {"file": path}: share the clock by this file
GET    /_control/orders    ?shop=…&full=1 -> {"orders": […]}, the truth
POST   /_control/orders/N  {"set": {field or dotted path: value}}; a new
                           orderProgress marks its times too
POST   /_control/cancel    {"orderNumber", "orderProgress"?: 900 or 800} by the buyer
GET    /_control/notices   ?wait_s=…&brief=1 -> {"counts", "notices"}: the state of
                           each;  DELETE deletes them
POST   /_control/notify    {"orderNumber", "kind", "screening"?, "shop"?} sends one:
                           order, changed, screening, caution or other
POST   /_control/spoil     {"orderNumber", "field": dotted path, "value"}: getOrder
                           returns it so; {"remove": true} leaves it out
POST   /_control/vanish    {"orderNumber"} searches list it, getOrder does not know it
GET    /_control/stock     ?shop=… -> {"stock": […]}, the truth
POST   /_control/stock     {"shop"?, "manageNumber"?, "variantId"?, "quantity"?,
                           "known"?, "restores"?}; without a SKU all on sale;
                           "items": […] does several at once
GET    /_control/stock/writes ?after=… -> {"writes": […]}, every quantity taken from
                           a caller, in order
GET    /_control/items     ?shop=… -> {"items": […]}, the truth
POST   /_control/items     {"shop"?, "manageNumber", "set": {…}} lays fields over an
                           item; {"deleted": true} takes it away
POST   /_control/faults    {"fault", "function"?, "times"?, "retry_after"?,
                           "probability"?, "about"?: text in the body}; names in
                           `faults.NAMES`
GET    /_control/faults    -> what still waits;  DELETE removes all
GET    /_control/shops     -> every shop
POST   /_control/shops/H   {"license_key"?, "license_expires_at"?,
                           "license_live_from"?, "service_secret"?,
                           "notice_auth_key"?, "functions_off"?: […],
                           "maintenance"?: [{"from", "to", "style"?}]}; style
                           html or gateway; also "sub_statuses": a list
GET    /_control/settings  -> every setting of `settings.py`;  POST changes some
GET    /_control/journal   -> {"requests", "counts", "too_fast"};  DELETE empties it
POST   /_control/reset     {"seed"?} back to the empty start state

A call that cannot be served answers 400 (404 for an unknown order or shop) with
{"error": "what is wrong"} and changes nothing.
"""

from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from connectors.sandbox.clock import read_iso
from connectors.sandbox.control_api import items, notices, orders, stock
from connectors.sandbox.control_api.calls import choice, controlled, number
from connectors.sandbox.control_api.shops import (
    KNOWN_FUNCTIONS,
    change_shop,
    list_shops,
)
from connectors.sandbox.gate.faults import NAMES, Fault, is_entry, is_word
from connectors.sandbox.order_api.night import catch_up
from connectors.sandbox.world import World


async def _clock(world: World, body: dict[str, Any], request: Request) -> Any:
    held = world.clock.held_at is not None
    if request.method == "POST":
        if "file" in body:
            world.clock.file = Path(str(body["file"]))
            world.clock.share()
            world.settings.change({"dated_by": "clock"})
        elif "set" in body:
            world.clock.set(
                read_iso(str(body["set"])), hold=bool(body.get("hold", held))
            )
        else:
            world.clock.advance(number(body, "advance_s", low=-1e10))
        world.keep()
        catch_up(world)
    now, held_at = world.clock.now(), world.clock.held_at
    return {"now": now.isoformat(), "held": held_at is not None}


async def _faults(world: World, body: dict[str, Any], request: Request) -> Any:
    if request.method == "POST":
        fault = Fault(
            name=_fault_name(body),
            function=choice(body, "function", (None, *KNOWN_FUNCTIONS), None),
            times=int(number(body, "times", 1, low=1)),
            retry_after=_seconds(body),
            probability=number(body, "probability", 1.0, high=1.0),
            about=str(body["about"]) if body.get("about") else None,
        )
        world.faults.waiting.append(fault)
    if request.method == "DELETE":
        world.faults.waiting.clear()
    return {
        "faults": [
            {"fault": f.name, "function": f.function, "times": f.times}
            for f in world.faults.waiting
        ]
    }


def _fault_name(body: dict[str, Any]) -> str:
    name = str(body.get("fault"))
    return name if is_word(name) or is_entry(name) else choice(body, "fault", NAMES)


def _seconds(body: dict[str, Any]) -> int | None:
    return int(number(body, "retry_after")) if body.get("retry_after") else None


async def _settings(world: World, body: dict[str, Any], _request: Request) -> Any:
    world.settings.change(body)
    world.keep()
    world.notices.wake.set()
    return world.settings.shown()


async def _journal(world: World, _body: dict[str, Any], request: Request) -> Any:
    if request.method == "DELETE":
        world.journal.empty()
    return world.journal.shown()


async def _reset(world: World, body: dict[str, Any], _request: Request) -> Any:
    world.reset(int(number(body, "seed", world.options.seed, low=-1e18)))
    return {"shops": [shop.keys() for shop in world.shops.values()]}


ROUTES = [
    Route(f"/_control/{path}", controlled(work), methods=methods)
    for path, work, methods in (
        ("sell", orders.sell_orders, ["GET", "POST", "DELETE"]),
        ("clock", _clock, ["GET", "POST"]),
        ("orders", orders.list_orders, ["GET"]),
        ("orders/{number}", orders.edit_order, ["POST"]),
        ("cancel", orders.cancel_order, ["POST"]),
        ("notices", notices.list_notices, ["GET", "DELETE"]),
        ("notify", notices.notify, ["POST"]),
        ("spoil", orders.spoil_order, ["POST"]),
        ("vanish", orders.vanish_order, ["POST"]),
        ("stock", stock.stock, ["GET", "POST"]),
        ("stock/writes", stock.stock_writes, ["GET"]),
        ("items", items.items, ["GET", "POST"]),
        ("faults", _faults, ["GET", "POST", "DELETE"]),
        ("shops", list_shops, ["GET"]),
        ("shops/{handle}", change_shop, ["POST"]),
        ("settings", _settings, ["GET", "POST"]),
        ("journal", _journal, ["GET", "DELETE"]),
        ("reset", _reset, ["POST"]),
    )
]
