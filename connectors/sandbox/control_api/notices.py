"""The controls that list notices and send one by hand."""

import asyncio
from contextlib import suppress
from typing import Any

from starlette.requests import Request

from connectors.sandbox.control_api.calls import choice, number
from connectors.sandbox.control_api.orders import order_of
from connectors.sandbox.notices import events
from connectors.sandbox.world import World


async def list_notices(world: World, _body: dict[str, Any], request: Request) -> Any:
    """List the state of every notice; DELETE deletes them, also those that wait.

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
    listed: dict[str, Any] = {"counts": world.notices.counts()}
    if query.get("brief") != "1":
        listed["notices"] = [n for m in world.notices.messages for n in m.shown()]
    return listed


async def notify(world: World, body: dict[str, Any], _request: Request) -> Any:
    """Send one notice by hand; `screening` is its result: 1, 2 or 3.

    See docs/rms/event-notification.md §3.
    """
    if world.settings.notify_url is None:
        raise ValueError("notices are off: set notify_url first")
    kind = choice(body, "kind", ("order", *events.KINDS.values()))
    result = choice(body, "screening", (1, 2, 3), events.SHIP)
    shop = world.shops[choice(body, "shop", world.shops, next(iter(world.shops)))]
    if kind == "other":
        events.notify_system(world, shop, [events.item_edit_notice(world)])
        return {"notice": world.notices.messages[-1].shown()[-1]}
    model = order_of(world, body.get("orderNumber"))
    shop = events.shop_of(world, model)
    match kind:
        case "order":
            events.notify_orders(world, shop, [model])
        case "changed":
            events.notify_system(world, shop, [events.change_notice(world, model)])
        case "payment":
            events.notify_system(world, shop, [events.payment_notice(world, model)])
        case "screening":
            notice = events.screening_notice(world, model, result)
            events.notify_system(world, shop, [notice])
        case "caution":
            events.notify_system(world, shop, [events.caution_notice(world, model)])
    return {"notice": world.notices.messages[-1].shown()[-1]}
