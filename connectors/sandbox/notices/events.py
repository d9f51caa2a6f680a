"""What Rakuten gives notice of, and what it keeps to itself.

Notices are sent of a sale, of a buyer's change of card or payment method and of a
buyer's cancel, of what Rakuten's screening finds and of caution orders. Of what the
shop does itself only its cancel is told, as an instruction to ship that is withdrawn
(docs/rms/event-notification.md §2, §3).
"""

import time
from collections.abc import Iterable
from typing import Any, NamedTuple

from connectors.sandbox.notices import bodies
from connectors.sandbox.notices.bodies import (
    Values,
    hyphened_time,
    notice_time,
    ordered_at,
)
from connectors.sandbox.notices.outbox import NoticeMessage, OutgoingNotice
from connectors.sandbox.order_api.progress import CANCELLED
from connectors.sandbox.shops import SandboxShop
from connectors.sandbox.store import OrderModel, value_at
from connectors.sandbox.world import World

ITEM_EDIT, BUYERS_CHANGE, PAYMENT, SCREENING, CAUTION = 3000, 4000, 4300, 5000, 5100
"""The service numbers; that of `PAYMENT` is ours, because no page prints it (§3)."""
KINDS = {
    ITEM_EDIT: "other",
    BUYERS_CHANGE: "changed",
    PAYMENT: "payment",
    SCREENING: "screening",
    CAUTION: "caution",
}
"""Our word for each serviceId, in the control API."""

SHIP, CANCELLED_BY_RAKUTEN, SHIPPING_WITHDRAWN = 1, 2, 3
"""notificationType: how a screening ended."""

_CARD, _PAYMENT_METHOD = "cardModel", "settlementModel"
_OF_A_CHANGE = {
    "SettlementModel.cardNumber": (_CARD, "cardNo"),
    "SettlementModel.cardYm": (_CARD, "expYM"),
    "SettlementModel.cardName": (_CARD, "brandName"),
    "SettlementModel.cardOwner": (_CARD, "ownerName"),
    "SettlementModel.cardPayType": (_CARD, "payType"),
    "SettlementModel.cardInstallmentDesc": (_CARD, "installmentDesc"),
    "SettlementModel.settlementMethod": (_PAYMENT_METHOD, "settlementName"),
    "SettlementModel.settlementMethodCode": (_PAYMENT_METHOD, "settlementName"),
}
"""Class and field of a change the buyer can make; of all others there is no notice."""
_WHOLE_ORDER = ("all", "order")
_HANDLE_WITH_CARE = 1
"""cautionDisplayType; only with it there is a detail (§3)."""


class SystemNotice(NamedTuple):
    """A notice that is not of a new order; the number is None if it is about none."""

    service: int
    order_number: str | None
    values: Values


def notify_sale(world: World, shop: SandboxShop, models: list[OrderModel]) -> None:
    """Send notices of new orders, and of the caution orders among them."""
    notify_orders(world, shop, models)
    cautions = (caution_notice(world, m) for m in models if m["cautionDisplayType"])
    notify_system(world, shop, cautions)


def notify_edit(
    world: World, before: OrderModel, after: OrderModel, paths: Iterable[str]
) -> None:
    """Send notices of an edit: card and payment method, then what followed.

    A changed address, day, quantity or remark comes without a notice.
    """
    changed = {
        _OF_A_CHANGE[path]
        for path in paths
        if path in _OF_A_CHANGE and value_at(before, path) != value_at(after, path)
    }
    notices = [change_notice(world, after, about) for about in sorted(changed)]
    if kind := _screened(before, after):
        notices.append(screening_notice(world, after, kind))
    flag = "cautionDisplayType"
    if after[flag] and after[flag] != before[flag]:
        notices.append(caution_notice(world, after))
    notify_system(world, shop_of(world, after), notices)


def notify_progress(world: World, before: OrderModel, after: OrderModel) -> None:
    """Send a notice of what Rakuten's own processing decided."""
    if kind := _screened(before, after):
        shop = shop_of(world, after)
        notify_system(world, shop, [screening_notice(world, after, kind)])


def notify_cancel(world: World, after: OrderModel) -> None:
    """Send a notice that the buyer cancelled."""
    cancel = change_notice(world, after, _WHOLE_ORDER, "cancel")
    notify_system(world, shop_of(world, after), [cancel])


def notify_shops_cancel(world: World, before: OrderModel, after: OrderModel) -> None:
    """Send a notice that the instruction to ship is withdrawn: the shop cancelled."""
    if _may_ship(before):
        notice = screening_notice(world, after, SHIPPING_WITHDRAWN)
        notify_system(world, shop_of(world, after), [notice])


def notify_orders(world: World, shop: SandboxShop, models: list[OrderModel]) -> None:
    """Send order notices; their seqIds grow per shop."""
    if world.settings.notify_url is None:
        return
    first = world.store.take_numbers(f"seqId {shop.handle}", len(models))
    infos = [
        (
            OutgoingNotice(str(seq_id), shop.handle, model["orderNumber"], "order"),
            bodies.order_info(model, shop, str(seq_id)),
        )
        for seq_id, model in enumerate(models, start=first)
    ]
    _post(world, shop, bodies.ORDER, infos)


def notify_system(
    world: World, shop: SandboxShop, notices: Iterable[SystemNotice]
) -> None:
    """Send system notices; their requestIds are unique."""
    if world.settings.notify_url is None:
        return
    infos = []
    for service, number, values in notices:
        serial = world.store.take_numbers("requestId")
        key = f"{world.clock.now():%Y%m%d%H%M%S}{serial:08d}"
        notice = OutgoingNotice(key, shop.handle, number, KINDS[service])
        infos.append((notice, bodies.system_info(key, service, values)))
    _post(world, shop, bodies.SYSTEM, infos)


def _post(
    world: World,
    shop: SandboxShop,
    root: str,
    infos: list[tuple[OutgoingNotice, Any]],
) -> None:
    """Post the notices to the outbox, in messages of at most `notify_batch`."""
    size = world.settings.notify_batch
    parts = [infos[start : start + size] for start in range(0, len(infos), size)]
    messages = [
        NoticeMessage(
            [notice for notice, _ in part],
            bodies.message(root, shop, [element for _, element in part]),
        )
        for part in parts
    ]
    world.notices.post(messages, world.seed, world.settings, time.monotonic())


def change_notice(
    world: World,
    model: OrderModel,
    about: tuple[str, str] = (_PAYMENT_METHOD, "settlementName"),
    operation: str = "update",
) -> SystemNotice:
    """Build the notice of a buyer's change of a class and field; it holds no values."""
    return SystemNotice(BUYERS_CHANGE, model["orderNumber"], {
        "operation": operation,
        "orderNumber": model["orderNumber"],
        "subkey": 0,
        "class": about[0],
        "field": about[1],
        "before": "",
        "after": "",
        "orderType": model["orderType"],
        "orderDate": ordered_at(model),
        "timestamp": hyphened_time(world.clock.now()),
    })  # fmt: skip


def payment_notice(world: World, model: OrderModel) -> SystemNotice:
    """Build the notice that Rakuten's settlement centre changed the payment method."""
    settlement = model["SettlementModel"] or {}
    code = settlement.get("settlementMethodCode")
    name = settlement.get("settlementMethod")
    return SystemNotice(PAYMENT, model["orderNumber"], {
        "orderNumber": model["orderNumber"],
        "beforePaymentMethodCode": code,
        "beforePaymentMethod": name,
        "afterPaymentMethodCode": code,
        "afterPaymentMethod": name,
        "orderDate": ordered_at(model),
        "paymentMethodChangeDate": hyphened_time(world.clock.now()),
    })  # fmt: skip


def screening_notice(world: World, model: OrderModel, result: int) -> SystemNotice:
    """Build the notice of a screening's end: ship, cancelled, or ship no more (§3)."""
    return SystemNotice(SCREENING, model["orderNumber"], {
        "orderNumber": model["orderNumber"],
        "notificationType": result,
        "occurrenceDatetime": notice_time(world.clock.now()),
    })  # fmt: skip


def caution_notice(world: World, model: OrderModel) -> SystemNotice:
    """Build the notice that an order is displayed with a caution (§3)."""
    return SystemNotice(CAUTION, model["orderNumber"], {
        "orderNumber": model["orderNumber"],
        "cautionDisplayType": model["cautionDisplayType"],
        "occurrenceDatetime": notice_time(world.clock.now()),
        "cautionDisplayDetailType": model["cautionDisplayDetailType"]
        if model["cautionDisplayType"] == _HANDLE_WITH_CARE
        else "",
    })  # fmt: skip


def item_edit_notice(world: World) -> SystemNotice:
    """Build the notice of a finished bulk edit of items: about no order (§3)."""
    return SystemNotice(ITEM_EDIT, None, {
        "fileName": "item.csv",
        "processDate": notice_time(world.clock.now())[:-3],
        "insertCount": 0,
        "updateCount": 2,
        "deleteCount": 0,
        "errorCount": 0,
        "errorFilePath": "",
    })  # fmt: skip


def shop_of(world: World, model: OrderModel) -> SandboxShop:
    """Return the shop that sold an order."""
    return world.shops[world.store.shop_of(model["orderNumber"])]


def _screened(before: OrderModel, after: OrderModel) -> int | None:
    """Return a screening's result from an order's two states, None if there is none.

    An order may go out once it stands at 300 and Rakuten checks it no more
    (docs/rms/order-api.md §6).
    """
    if after["orderProgress"] in CANCELLED:
        by_rakuten = before["orderProgress"] not in CANCELLED
        return CANCELLED_BY_RAKUTEN if by_rakuten else None
    could, can = _may_ship(before), _may_ship(after)
    if can and not could:
        return SHIP
    waits = after["orderProgress"] in (100, 200) or after["rakutenConfirmFlag"]
    return SHIPPING_WITHDRAWN if could and waits else None


def _may_ship(model: OrderModel) -> bool:
    return model["orderProgress"] == 300 and not model["rakutenConfirmFlag"]
