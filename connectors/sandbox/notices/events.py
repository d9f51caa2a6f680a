"""What Rakuten gives notice of, and what it keeps to itself (§2, §3).

A sale, what the buyer does, what Rakuten's screening finds, caution orders. What the
shop does itself, by API or in RMS, is no news to it.
"""

import time
from collections.abc import Iterable
from typing import Any

from connectors.sandbox.notices import bodies
from connectors.sandbox.notices.news import (
    CANCELLED_BY_RAKUTEN,
    KINDS,
    SHIP,
    SHIPPING_WITHDRAWN,
    News,
    caution,
    change,
    screening,
)
from connectors.sandbox.notices.outbox import Entry, Message
from connectors.sandbox.order_api.progress import CANCELLED
from connectors.sandbox.paths import value_at
from connectors.sandbox.shops import Shop
from connectors.sandbox.world import World

_NOT_THE_BUYERS = {
    "orderProgress", "subStatusId", "subStatusName", "memo", "operator",
    "mailPlugSentence", "rakutenConfirmFlag", "cautionDisplayType",
    "cautionDisplayDetailType", "shopOrderCfmDatetime", "orderFixDatetime",
    "shippingInstDatetime", "shippingCmplRptDatetime", "ChangeReasonModelList",
    "ShippingModelList",
}  # fmt: skip

Model = dict[str, Any]


def sold(world: World, shop: Shop, models: list[Model]) -> None:
    """Give notice of new orders, and of the caution orders among them."""
    ordered(world, shop, models)
    told(world, shop, (caution(world, m) for m in models if m["cautionDisplayType"]))


def ordered(world: World, shop: Shop, models: list[Model]) -> None:
    """Give order notices; their seqIds grow per shop."""
    if world.settings.notify_url is None:
        return
    first = world.store.take_numbers(f"seqId {shop.handle}", len(models))
    infos = [
        (
            Entry(str(seq_id), shop.handle, model["orderNumber"], "order"),
            bodies.order_info(model, str(seq_id)),
        )
        for seq_id, model in enumerate(models, start=first)
    ]
    _post(world, shop, bodies.ORDER, infos)


def told(world: World, shop: Shop, notices: Iterable[News]) -> None:
    """Give system notices; their requestIds are unique."""
    if world.settings.notify_url is None:
        return
    infos = []
    for service, number, values in notices:
        serial = world.store.take_numbers("requestId")
        key = f"{world.clock.now():%Y%m%d%H%M%S}{serial:08d}"
        entry = Entry(key, shop.handle, number, KINDS[service])
        infos.append((entry, bodies.system_info(key, service, values)))
    _post(world, shop, bodies.SYSTEM, infos)


def edited(world: World, before: Model, after: Model, paths: Iterable[str]) -> None:
    """Give notice of an edit: the buyer's fields one by one, then what followed."""
    news = [
        change(world, after, path, values)
        for path in paths
        if not _NOT_THE_BUYERS & set(path.split("."))
        and (values := (value_at(before, path), value_at(after, path)))
        and values[0] != values[1]
    ]
    if kind := _screened(before, after):
        news.append(screening(world, after, kind))
    flag = "cautionDisplayType"
    if after[flag] and after[flag] != before[flag]:
        news.append(caution(world, after))
    told(world, shop_of(world, after), news)


def moved_on(world: World, before: Model, after: Model) -> None:
    """Give notice of what Rakuten's own processing decided."""
    if kind := _screened(before, after):
        told(world, shop_of(world, after), [screening(world, after, kind)])


def cancelled(world: World, before: Model, after: Model) -> None:
    """Give notice that the buyer cancelled."""
    states = (before["orderProgress"], after["orderProgress"])
    cancel = change(world, after, "orderProgress", states, "cancel")
    told(world, shop_of(world, after), [cancel])


def shop_of(world: World, model: Model) -> Shop:
    """Find the shop that sold an order."""
    return world.shops[world.store.shop_of(model["orderNumber"])]


def _screened(before: Model, after: Model) -> int | None:
    """Tell the screening's result from an order's two states (§3, order-api.md §6).

    An order may go out once it stands at 300 and Rakuten checks it no more.
    """
    if after["orderProgress"] in CANCELLED:
        by_rakuten = before["orderProgress"] not in CANCELLED
        return CANCELLED_BY_RAKUTEN if by_rakuten else None
    could, can = _may_ship(before), _may_ship(after)
    if can and not could:
        return SHIP
    waits = after["orderProgress"] in (100, 200) or after["rakutenConfirmFlag"]
    return SHIPPING_WITHDRAWN if could and waits else None


def _may_ship(model: Model) -> bool:
    return model["orderProgress"] == 300 and not model["rakutenConfirmFlag"]


def _post(world: World, shop: Shop, root: str, infos: list[tuple[Entry, Any]]) -> None:
    """Put notices into messages of at most `notify_batch`, and those to the others."""
    size = world.settings.notify_batch
    parts = [infos[start : start + size] for start in range(0, len(infos), size)]
    messages = [
        Message(
            [entry for entry, _ in part],
            bodies.message(root, shop, [element for _, element in part]),
        )
        for part in parts
    ]
    world.notices.post(messages, world.seed, world.settings, time.monotonic())
