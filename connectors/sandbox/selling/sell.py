"""The sale of orders: each is drawn from the seed and its serial number."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from random import Random

from connectors.sandbox.inventory_api.movements import is_shown, take_stock
from connectors.sandbox.notices.events import notify_sale
from connectors.sandbox.selling.draft import chosen_line, plain
from connectors.sandbox.selling.order_model import order_model
from connectors.sandbox.selling.shapes import MIXTURE, SHAPES
from connectors.sandbox.store import OrderModel
from connectors.sandbox.world import World

_CHUNK = 25
_NAMES, _WEIGHTS = list(MIXTURE), list(MIXTURE.values())


@dataclass(frozen=True, slots=True)
class Sale:
    """What to sell: how many of which shape, over how long, in which state."""

    shop: str
    count: int
    shape: str = "mixed"
    over_days: float = 7
    progress: int | None = None
    line: tuple[str, str, int] | None = None
    """The one line of every order: manage number, variant, units; None = as drawn."""
    only_shown: bool = False
    """Whether a buyer who wants more than the mall shows buys nothing."""


async def sell(world: World, sale: Sale) -> list[str]:
    """Draw and store the sale's orders and return their numbers.

    Other requests are served in between.
    Order n of a seed is the same whatever else happened, given the same clock.
    """
    first = world.store.take_numbers("order", sale.count)
    now = world.clock.now().replace(microsecond=0)
    numbers: list[str] = []
    at_once = 1 if sale.only_shown else _CHUNK
    for start in range(first, first + sale.count, at_once):
        serials = range(start, min(start + at_once, first + sale.count))
        models = [_made(world, sale, serial, now) for serial in serials]
        if sale.only_shown and not is_shown(world, sale.shop, models[0]):
            continue
        with world.store.transaction():
            world.store.add(sale.shop, models)
            for model in models:
                take_stock(world, sale.shop, model)
        notify_sale(world, world.shops[sale.shop], models)
        numbers += [model["orderNumber"] for model in models]
        await asyncio.sleep(0)
    return numbers


def _made(world: World, sale: Sale, serial: int, now: datetime) -> OrderModel:
    rng = Random(f"{world.seed}:{serial}")  # noqa: S311 - invented orders, not secrets
    shop_id = world.shops[sale.shop].shop_id
    draft = plain(rng, serial, shop_id, now, sale.over_days * 86_400)
    shape = sale.shape
    if shape == "mixed":
        shape = rng.choices(_NAMES, _WEIGHTS)[0]
    SHAPES[shape](draft)
    if sale.line is not None:
        draft.packages[0].lines = [chosen_line(*sale.line)]
    if sale.progress is not None:
        draft.progress = sale.progress
    return order_model(draft)
