"""What Rakuten gives notice of, and what it keeps to itself (§2, §3).

A sale, what the buyer does, what Rakuten's screening finds, caution orders. What the
shop does itself, by API or in RMS, is no news to it.

What each system notice says, value by value (rms/event-notification.md §3).
"""

import time
from collections.abc import Iterable
from typing import Any

import orjson

from connectors.sandbox.clock import value_at
from connectors.sandbox.notices import bodies
from connectors.sandbox.notices.bodies import Values, notice_time, ordered_at
from connectors.sandbox.notices.outbox import Entry, Message
from connectors.sandbox.order_api.progress import CANCELLED
from connectors.sandbox.shops import Shop
from connectors.sandbox.world import World

ITEM_EDIT, BUYERS_CHANGE, SCREENING, CAUTION = 3000, 4000, 5000, 5100
KINDS = {
    ITEM_EDIT: "other",
    BUYERS_CHANGE: "changed",
    SCREENING: "screening",
    CAUTION: "caution",
}
SHIP, CANCELLED_BY_RAKUTEN, SHIPPING_WITHDRAWN = 1, 2, 3

OrderModel = dict[str, Any]
News = tuple[int, str | None, Values]
"""serviceId, the order's number, the values."""


def change(
    world: World, model: OrderModel, path: str, values: tuple[Any, Any],
    operation: str = "update",
) -> News:  # fmt: skip
    """Say what the buyer changed; before and after can be personal data (§3)."""
    *way, field = path.split(".")
    models = [step for step in way if not step.isdecimal()]
    return (
        BUYERS_CHANGE,
        model["orderNumber"],
        {
            "operation": operation,
            "orderNumber": model["orderNumber"],
            "subkey": next((step for step in reversed(way) if step.isdecimal()), ""),
            "class": models[-1] if models else "OrderModel",
            "field": field,
            "before": _text(values[0]),
            "after": _text(values[1]),
            "orderType": model["orderType"],
            "orderDate": ordered_at(model),
            "timestamp": notice_time(world.clock.now()),
        },
    )


def screening(world: World, model: OrderModel, kind: int) -> News:
    """Say how Rakuten's screening ended: ship, cancelled, or ship no more (§3)."""
    return SCREENING, model["orderNumber"], {
        "orderNumber": model["orderNumber"],
        "notificationType": kind,
        "occurrenceDatetime": notice_time(world.clock.now()),
    }  # fmt: skip


def caution(world: World, model: OrderModel) -> News:
    """Say that an order is shown with a caution (§3)."""
    return CAUTION, model["orderNumber"], {
        "orderNumber": model["orderNumber"],
        "cautionDisplayType": model["cautionDisplayType"],
        "occurrenceDatetime": notice_time(world.clock.now()),
    }  # fmt: skip


def item_edit(world: World) -> News:
    """Say that a bulk edit of items is done: a notice about no order (§3)."""
    return ITEM_EDIT, None, {
        "fileName": "item.csv",
        "processDate": notice_time(world.clock.now()),
        "insertCount": 1,
        "updateCount": 2,
        "deleteCount": 0,
        "errorCount": 0,
        "errorFilePath": "",
    }  # fmt: skip


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


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
