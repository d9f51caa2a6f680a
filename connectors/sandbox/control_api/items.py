"""The control that lists the mall's items and changes them from Rakuten's side."""

from typing import Any

from starlette.requests import Request

from connectors.sandbox.control_api.calls import choice
from connectors.sandbox.item_api.catalog import Catalog
from connectors.sandbox.world import World


async def items(world: World, body: dict[str, Any], request: Request) -> Any:
    """List a shop's items as they truly are; POST changes one, or deletes it.

    `set` is laid over the item, null leaves a field out, and a variant that is new goes
    on sale. `deleted` true takes the item away; search finds its number for a day.
    """
    catalog = Catalog(world.store.connection, world.stock)
    if request.method == "POST":
        shop = choice(body, "shop", world.shops, next(iter(world.shops)))
        number, said = body.get("manageNumber"), body.get("set", {})
        if not isinstance(number, str) or not number or not isinstance(said, dict):
            raise ValueError("manageNumber must be a text, and set an object")
        with world.store.transaction():
            if choice(body, "deleted", (True, False), False):
                catalog.delete(shop, number.lower(), world.clock.now())
            else:
                catalog.change(shop, number.lower(), said, world.clock.now())
        return {"items": [catalog.items(shop).get(number.lower())]}
    shop = choice(dict(request.query_params), "shop", world.shops, "demo")
    return {"items": list(catalog.items(shop).values())}
