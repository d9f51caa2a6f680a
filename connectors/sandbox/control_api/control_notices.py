"""The controls that look at notices and send one by hand."""

import asyncio
from contextlib import suppress
from typing import Any

from starlette.requests import Request

from connectors.sandbox.control_api.control_calls import choice, number
from connectors.sandbox.control_api.control_orders import order_of
from connectors.sandbox.notices import events
from connectors.sandbox.notices import events as news
from connectors.sandbox.world import World


async def notices(world: World, _body: dict[str, Any], request: Request) -> Any:
    """Tell how every notice stands; DELETE forgets them, also those that wait.

    `?wait_s=` answers once none waits, or when that time is over; `?brief=1` leaves
    the single notices out.
    """
    if request.method == "DELETE":
        world.notices.empty()
    query = request.query_params
    given = {"wait_s": float(query.get("wait_s", 0))}
    with suppress(TimeoutError):
        async with asyncio.timeout(number(given, "wait_s", high=600)):
            await world.notices.quiet.wait()
    told: dict[str, Any] = {"counts": world.notices.counts()}
    if query.get("brief") != "1":
        told["notices"] = [n for m in world.notices.messages for n in m.shown()]
    return told


async def notify(world: World, body: dict[str, Any], _request: Request) -> Any:
    """Send one notice by hand; `screening` is its result: 1, 2 or 3 (§3)."""
    if world.settings.notify_url is None:
        raise ValueError("notices are off: set notify_url first")
    kind = choice(body, "kind", ("order", *news.KINDS.values()))
    result = choice(body, "screening", (1, 2, 3), news.SHIP)
    shop = world.shops[choice(body, "shop", world.shops, next(iter(world.shops)))]
    if kind == "other":
        events.told(world, shop, [news.item_edit(world)])
        return {"notice": world.notices.messages[-1].shown()[-1]}
    model = order_of(world, body.get("orderNumber"))
    shop = events.shop_of(world, model)
    match kind:
        case "order":
            events.ordered(world, shop, [model])
        case "changed":
            same = model["remarks"]
            events.told(
                world, shop, [news.change(world, model, "remarks", (same, same))]
            )
        case "screening":
            events.told(world, shop, [news.screening(world, model, result)])
        case "caution":
            events.told(world, shop, [news.caution(world, model)])
    return {"notice": world.notices.messages[-1].shown()[-1]}
