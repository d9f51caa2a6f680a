"""The controls that sell orders, and change them behind the shop's back."""

from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import Any

import orjson
from starlette.requests import Request

from connectors.sandbox.clock import wire
from connectors.sandbox.control_api.calls import choice, number
from connectors.sandbox.inventory_api.movements import give_back
from connectors.sandbox.inventory_api.stock import Sku
from connectors.sandbox.notices import events
from connectors.sandbox.order_api import progress
from connectors.sandbox.order_api.cancel import settle_cancel
from connectors.sandbox.order_api.night import catch_up
from connectors.sandbox.order_api.search import PROGRESSES
from connectors.sandbox.selling.sell import Sale, sell
from connectors.sandbox.selling.shapes import SHAPES
from connectors.sandbox.store import OrderModel, put_at
from connectors.sandbox.world import World

_MOST = 1_000_000


async def sell_orders(world: World, body: dict[str, Any], request: Request) -> Any:
    """Sell `count` new orders of a shape, spread over the last `over_days`.

    With `every_s` they are sold one by one from now on, each at its own moment; GET
    returns how many are still to come, DELETE ends it.
    """
    if request.method == "DELETE":
        world.gradual_sales.stop()
    if request.method != "POST":
        return {"left": world.gradual_sales.orders_left()}
    every_s = number(body, "every_s") if "every_s" in body else None
    state = choice(body, "progress", (None, *PROGRESSES), None)
    shop = choice(body, "shop", world.shops, next(iter(world.shops)))
    sale = Sale(
        shop,
        int(number(body, "count", 1, low=1, high=_MOST)),
        choice(body, "shape", ("mixed", *SHAPES), "mixed"),
        number(body, "over_days", 7 if every_s is None else 0, high=10_000),
        state,
        _line(world, shop, body.get("line")),
        only_shown=choice(body, "only_shown", (True, False), False),
    )
    if every_s is not None:
        one = partial(sell, world, replace(sale, count=1))
        world.gradual_sales.begin(one, sale.count, every_s)
        return {"orderNumbers": [], "left": world.gradual_sales.orders_left()}
    return {"orderNumbers": await sell(world, sale)}


def _line(world: World, shop: str, said: Any) -> tuple[str, str, int] | None:
    """Return the line that every order of a sale has; None = as drawn.

    Raises:
        LookupError: the shop has no such SKU on sale.

    """
    if said is None:
        return None
    if not isinstance(said, dict):
        raise TypeError("line must be an object")
    units = int(number(said, "units", 1, low=1, high=99_999))
    sku = Sku(str(said.get("manageNumber")), str(said.get("variantId")))
    if not world.stock.on_sale(shop, sku):
        raise LookupError(f"not on sale: {sku.manage_number}/{sku.variant_id}")
    return *sku, units


async def list_orders(world: World, _body: dict[str, Any], request: Request) -> Any:
    """List the orders as they truly are; `full=1` returns whole models."""
    catch_up(world)
    shop = request.query_params.get("shop")
    if request.query_params.get("full") == "1":
        return {"orders": [orjson.Fragment(t) for t in world.store.texts(shop)]}
    return {"orders": world.store.summaries(shop)}


async def edit_order(world: World, body: dict[str, Any], request: Request) -> Any:
    """Change fields of an order as Rakuten or the buyer might."""
    model = order_of(world, request.path_params["number"])
    before = deepcopy(model)
    changes = dict(body.pop("set", {})) | body
    if "orderProgress" in changes:
        state = choice(changes, "orderProgress", PROGRESSES)
        progress.move(model, state, wire(world.clock.now()))
    for field, value in changes.items():
        if field.partition(".")[0] not in model:
            raise ValueError(f"no such field: {field}")
        put_at(model, field, value)
    world.store.replace(model)
    give_back(world, model)
    events.notify_edit(world, before, model, changes)
    return model


async def cancel_order(world: World, body: dict[str, Any], _request: Request) -> Any:
    """Cancel as the buyer: settled (900), or asked for and waiting (800)."""
    model = order_of(world, body.get("orderNumber"))
    goes_to = choice(body, "orderProgress", progress.CANCELLED, 900)
    settle_cancel(model, goes_to, wire(world.clock.now()), detail=1)
    world.store.replace(model)
    give_back(world, model)
    events.notify_cancel(world, model)
    return model


async def spoil_order(world: World, body: dict[str, Any], _request: Request) -> Any:
    """Make getOrder return one field of one order wrongly; the truth is kept."""
    model = order_of(world, body.get("orderNumber"))
    field, value = str(body.get("field")), body.get("value")
    remove = bool(body.get("remove"))
    put_at(model, field, value, remove=remove)
    spoil = {"field": field, "value": value, "remove": remove}
    world.store.spoil(model["orderNumber"], spoil)
    return {"spoiled": spoil}


async def vanish_order(world: World, body: dict[str, Any], _request: Request) -> Any:
    """Make getOrder lose an order that searches still list."""
    number_ = order_of(world, body.get("orderNumber"))["orderNumber"]
    world.store.vanish(number_)
    return {"vanished": number_}


def order_of(world: World, number_: Any) -> OrderModel:
    """Return an order as it stands now, or raise LookupError."""
    catch_up(world)
    model = world.store.find(str(number_))
    if model is None:
        raise LookupError(f"no such order: {number_}")
    return model
