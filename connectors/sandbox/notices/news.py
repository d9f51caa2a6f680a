"""What each system notice says, value by value (rms/event-notification.md §3)."""

from typing import Any

import orjson

from connectors.sandbox.notices.bodies import Values, notice_time, ordered_at
from connectors.sandbox.world import World

ITEM_EDIT, BUYERS_CHANGE, SCREENING, CAUTION = 3000, 4000, 5000, 5100
KINDS = {
    ITEM_EDIT: "other",
    BUYERS_CHANGE: "changed",
    SCREENING: "screening",
    CAUTION: "caution",
}
SHIP, CANCELLED_BY_RAKUTEN, SHIPPING_WITHDRAWN = 1, 2, 3

Model = dict[str, Any]
News = tuple[int, str | None, Values]
"""serviceId, the order's number, the values."""


def change(
    world: World, model: Model, path: str, values: tuple[Any, Any],
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


def screening(world: World, model: Model, kind: int) -> News:
    """Say how Rakuten's screening ended: ship, cancelled, or ship no more (§3)."""
    return SCREENING, model["orderNumber"], {
        "orderNumber": model["orderNumber"],
        "notificationType": kind,
        "occurrenceDatetime": notice_time(world.clock.now()),
    }  # fmt: skip


def caution(world: World, model: Model) -> News:
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
