"""Builds a whole OrderModel, version 10, from a draft (rms/order-api.md §3)."""

from typing import Any

from connectors.sandbox.clock import wire
from connectors.sandbox.order_api.progress import CANCELLED, change
from connectors.sandbox.selling.draft import Draft
from connectors.sandbox.selling.money import sums, tax_summaries
from connectors.sandbox.selling.order_parts import (
    coupon_models,
    package_model,
    settlement_model,
    wrapping_model,
)


def order_model(draft: Draft) -> dict[str, Any]:
    """Return every field of the tables, with the types and nulls they state."""
    packages = [package_model(draft, n) for n in range(len(draft.packages))]
    same = packages[0]["SenderModel"]["subAddress"] == draft.orderer["subAddress"]
    return {
        "orderNumber": draft.number,
        "orderProgress": draft.progress,
        "subStatusId": None,
        "subStatusName": None,
        "orderDatetime": wire(draft.ordered_at),
        **_times(draft),
        "cancelDueDate": None,
        "deliveryDate": None,
        "shippingTerm": None,
        "remarks": "[配送日時指定:]\n指定なし",
        "giftCheckFlag": 0,
        "socialGiftFlag": 0,
        "severalSenderFlag": int(len(packages) > 1),
        "equalSenderFlag": int(len(packages) == 1 and same),
        "isolatedIslandFlag": 0,
        "rakutenMemberFlag": 1,
        "carrierCode": draft.rng.choice((0, 11, 11, 12)),
        "emailCarrierCode": 0,
        "orderType": 1,
        "reserveNumber": None,
        "reserveDeliveryCount": None,
        "cautionDisplayType": 0,
        "cautionDisplayDetailType": None,
        "rakutenConfirmFlag": 0,
        **sums(draft),
        "asurakuFlag": 0,
        "drugFlag": 0,
        "dealFlag": 0,
        "membershipType": 0,
        "memo": None,
        "operator": None,
        "mailPlugSentence": None,
        "modifyFlag": 0,
        "receiptIssueCount": 0,
        "receiptIssueHistoryList": [],
        "deliveryCertPrgFlag": 0,
        "oneDayOperationFlag": 0,
        "OrdererModel": draft.orderer,
        "SettlementModel": settlement_model(draft),
        "DeliveryModel": {"deliveryName": draft.delivery_name, "deliveryClass": 1},
        "PointModel": {"usedPoint": draft.points},
        "WrappingModel1": wrapping_model(draft, 0),
        "WrappingModel2": wrapping_model(draft, 1),
        "PackageModelList": packages,
        "CouponModelList": coupon_models(draft) or None,
        "ChangeReasonModelList": _changes(draft),
        "TaxSummaryModelList": tax_summaries(draft),
        "DueDateModelList": [],
        **draft.more,
    }


def _times(draft: Draft) -> dict[str, Any]:
    """Mark the way an order has come; one on its way out was only confirmed (§6)."""
    reached = 200 if draft.progress in CANCELLED else draft.progress
    confirmed, fixed, shipped = (
        wire(draft.moment(minutes)) if reached >= state else None
        for state, minutes in ((200, 20), (300, 51), (500, 1440))
    )
    return {
        "shopOrderCfmDatetime": confirmed,
        "orderFixDatetime": fixed,
        "shippingInstDatetime": fixed,
        "shippingCmplRptDatetime": shipped,
    }


def _changes(draft: Draft) -> list[dict[str, Any]]:
    if draft.progress == 100:
        return []
    return [change(draft.serial * 10, 8, wire(draft.moment(20)))]
