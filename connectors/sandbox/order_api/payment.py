"""getPayment: the payments of an order, versions 2–4 (docs/rms/order-api.md §4.8)."""

from typing import Any, Final

from connectors.sandbox.order_api.calls import OrderAnswer, OrderCall
from connectors.sandbox.order_api.fields import Fields
from connectors.sandbox.order_api.messages import MessageModel, OrderRefusal, message
from connectors.sandbox.order_api.progress import OLDEST, ordered_at

CODE = "GET_PAYMENT"
_VERSIONS = range(2, 5)
_CARD, _AFTERWARDS = 1, {2, 8}
_BY_PROGRESS: Final = {200: 30200, 300: 30300, 400: 30300, 500: 30500, 600: 30600}
_CHARGED, _CHARGE_CANCELLED, _WITHDRAWN = 30600, 31500, 31200
_SETTLED: Final = (1, 2)
"""changeType of a cancel that is settled or done."""


def refused(messages: list[MessageModel]) -> dict[str, Any]:
    """Build the body of a refused request: the order is null."""
    return {"MessageModelList": messages, "OrderModel": None}


def get_payment(call: OrderCall) -> OrderAnswer:
    """Return what the order's state makes of its payment; none before confirmation."""
    fields = Fields(CODE, call.body)
    number = fields.text("orderNumber", 382, required=True)
    fields.number("version", _VERSIONS, required=True)
    fields.of_shop([number or ""], call.shop.shop_id)
    fields.settle()
    model = call.world.store.find(number or "", call.shop.handle)
    if model is None:
        text = "決済情報がありません。"
        return OrderAnswer(refused([message(CODE, "ERROR_101", text)]))
    if ordered_at(model) < call.now - OLDEST:
        text = "注文から2年を過ぎています。"
        raise OrderRefusal([message(CODE, "ERROR_102", text, orderNumber=number)])
    payments = _payments(model)
    kind = "INFO_101" if payments else "INFO_102"
    words = [message(CODE, kind, "決済情報を取得しました。")]
    order = {"orderNumber": number, "PaymentModelList": payments or None}
    return OrderAnswer({"MessageModelList": words, "OrderModel": order}, 1)


def _payments(model: dict[str, Any]) -> list[dict[str, Any]]:
    status = _status(model)
    if status is None:
        return []
    settlement = model["SettlementModel"]
    charged = status in (_CHARGED, _CHARGE_CANCELLED)
    ended = _cancelled_at(model)
    refunded = ended if status == _CHARGE_CANCELLED else None
    return [
        {
            "orderPaymentNumber": f"{model['orderNumber']}-1",
            "paymentMethod": settlement["settlementMethodCode"],
            "paymentAmount": model["requestPrice"],
            "paymentCharge": model["paymentCharge"],
            "paymentStatus": status,
            "paymentProcReqDatetime": model["shopOrderCfmDatetime"],
            "paymentProcNgDatetime": None,
            "paymentProcCmplDatetime": model["orderFixDatetime"],
            "paymentProcCancelNgDate": None,
            "paymentProcCancelCmplDatetime": ended if status == _WITHDRAWN else None,
            "paymentReqDatetime": model["shippingCmplRptDatetime"],
            "paymentNgDatetime": None,
            "paymentFixDatetime": model["shippingCmplRptDatetime"] if charged else None,
            "paymentCancelNgDatetime": None,
            "paymentCancelCmplDatetime": refunded,
            "paymentCancelFixDatetime": refunded,
            "payExpectDate": None,
            "minusPayExpectDate": None,
            "paymentOrganizationLinkageNumberList": None,
            "PaymentCardModel": _card(settlement),
            "PaymentMultiModel": None,
            "PaymentBankModel": None,
            "PaymentPayAfterModel": None,
            "PaymentPaypalModel": None,
            "RefundModelList": None,
            "AdditionalFeeModelList": None,
        }
    ]


def _status(model: dict[str, Any]) -> int | None:
    progress = model["orderProgress"]
    if progress in (800, 900):
        was_shipped = model["shippingCmplRptDatetime"] is not None
        return _CHARGE_CANCELLED if was_shipped else _WITHDRAWN
    if progress == 700:
        return _CHARGED
    method = (model["SettlementModel"] or {}).get("settlementMethodCode")
    if method is None or (method in _AFTERWARDS and progress < 500):
        return None
    return _BY_PROGRESS.get(progress)


def _cancelled_at(model: dict[str, Any]) -> str | None:
    """Return when the cancel was settled, by the order's history (§3.13)."""
    history = model["ChangeReasonModelList"] or []
    settled = (c["changeFixDatetime"] for c in history if c["changeType"] in _SETTLED)
    return max(filter(None, settled), default=None)


def _card(settlement: dict[str, Any]) -> dict[str, Any] | None:
    if settlement["settlementMethodCode"] != _CARD:
        return None
    shown = ("Name", "Ym", "Owner", "Number", "PayType", "InstallmentDesc")
    return {f"card{part}": settlement.get(f"card{part}") for part in shown}
