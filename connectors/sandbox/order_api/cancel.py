"""cancelOrder: a request to cancel before shipping (docs/rms/order-api.md §4.7)."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from connectors.sandbox.clock import wire
from connectors.sandbox.inventory_api.movements import give_back
from connectors.sandbox.notices.events import notify_shops_cancel
from connectors.sandbox.order_api import progress
from connectors.sandbox.order_api.calls import OrderAnswer, OrderCall, about_order
from connectors.sandbox.order_api.fields import Fields
from connectors.sandbox.order_api.messages import OrderRefusal, message
from connectors.sandbox.order_api.progress import rows_of

CODE = "CANCEL_ORDER"
WRONG_STATE = "ERROR_108"
"""The only fault of an order that is answered with 400; the others come with 200."""
STOCK_LEFT = "WARNING_101"
A_YEAR = timedelta(days=365)
REASONS = (1, 2, 3, 4, 5, 6, 8, 10, 13, 14, 15)


class CancelRequest(NamedTuple):
    """What a cancel asks for, and the order it is about; None = there is none."""

    number: str
    restore_type: int | None
    detail: int
    model: dict[str, Any] | None


def cancel_request(call: OrderCall, code: str) -> CancelRequest:
    """Read a request to cancel, or raise OrderRefusal for its form."""
    fields = Fields(code, call.body)
    number = fields.text("orderNumber", 382, required=True) or ""
    fields.of_shop([number], call.shop.shop_id)
    restore_type = fields.number("inventoryRestoreType", (0, 1, 2), required=True)
    detail = fields.number("changeReasonDetailApply", REASONS, required=True)
    fields.settle()
    model = call.world.store.find(number, call.shop.handle)
    return CancelRequest(number, restore_type, detail or 10, model)


def cancel_order(call: OrderCall) -> OrderAnswer:
    """Accept a cancel request; the order must be read again to see where it stands.

    Refused unless the order is at 100, 200 or 300 and no shippingDate is registered.
    """
    number, restore_type, detail, model = cancel_request(call, CODE)
    if refusal := _refusal(model, call.now):
        if refusal[0] == WRONG_STATE:
            raise OrderRefusal([message(CODE, *refusal, orderNumber=number)])
        return about_order(CODE, *refusal, number)
    assert model is not None  # noqa: S101 - _refusal refuses a missing order
    told = call.world.faults.word(CODE, number)
    if told not in (None, STOCK_LEFT):
        return about_order(CODE, told or "", "処理できませんでした。", number)
    before = dict(model)
    settle_cancel(model, call.world.settings.cancel_goes_to, wire(call.now), detail)
    call.world.store.replace(model)
    notify_shops_cancel(call.world, before, model)
    done = "キャンセル依頼を受け付けました。"
    kind, text = give_stock_back(call, model, restore_type, told, done)
    return about_order(CODE, kind, text, number)


def give_stock_back(
    call: OrderCall,
    model: dict[str, Any],
    restore_type: int | None,
    told: str | None,
    done: str,
) -> tuple[str, str]:
    """Return the kind and the text of the answer, after giving back the order's stock.

    With the fault STOCK_LEFT the stock stays taken, and the answer is that warning.
    """
    if told == STOCK_LEFT:
        return STOCK_LEFT, "キャンセルしましたが、在庫を更新できませんでした。"
    give_back(call.world, model, restore_type)
    return "INFO_101", done


def settle_cancel(model: dict[str, Any], goes_to: int, at: str, detail: int) -> None:
    """Move an order to 800 or 900 and record why in its history (§3.13)."""
    progress.move(model, goes_to, at)
    by_buyer = int(detail <= 6)  # reasons 1 to 6 are the buyer's
    kind = 0 if goes_to == 800 else 1
    progress.record(model, kind, at, reason=by_buyer, detail=detail)


def _refusal(model: dict[str, Any] | None, now: datetime) -> tuple[str, str] | None:
    if model is None:
        return "ERROR_106", "注文情報を取得できませんでした。"
    if model["orderProgress"] in progress.CANCELLED:
        return "ERROR_103", "キャンセル済みの注文です。"
    if progress.ordered_at(model) < now - A_YEAR:
        return "ERROR_109", "注文から1年を過ぎています。"
    if model["orderProgress"] not in progress.BEFORE_SHIPPING:
        return WRONG_STATE, "キャンセルできないステータスです。"
    if any(row["shippingDate"] for row in rows_of(model)):
        return "ERROR_102", "発送日が登録されているため、キャンセルできません。"
    return None
