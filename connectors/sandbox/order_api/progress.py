"""The states of an order: moving it on, and the columns by which it is found.

See docs/rms/order-api.md §6.
"""

from datetime import date, datetime, timedelta
from typing import Any

import orjson

BEFORE_SHIPPING = (100, 200, 300)
CANCELLED = (800, 900)
OLDEST = timedelta(days=730)
"""Older orders can be neither searched, read nor written (§0)."""
_PREPAID = {9, 13, 14, 16, 17, 27}
"""Payment methods that are paid before the order is fixed."""


def move(model: dict[str, Any], progress: int, at: str) -> None:
    """Move an order into a state and set its times; its sub-status is lost (§5.3)."""
    model["orderProgress"] = progress
    model["subStatusId"] = model["subStatusName"] = None
    if progress in (200, 300, 500, 600, 700):
        _mark(model, "shopOrderCfmDatetime", at)
    if progress in (300, 500, 600, 700):
        _mark(model, "orderFixDatetime", at)
        _mark(model, "shippingInstDatetime", at)
    if progress in (500, 600, 700):
        _mark(model, "shippingCmplRptDatetime", at)


def change(
    change_id: int, kind: int, at: str, *, reason: int | None = None,
    detail: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Build one ChangeReasonModel; kind 8 = order confirmed, 0/1 = cancel (§3.13)."""
    return {
        "changeId": change_id,
        "changeType": kind,
        "changeTypeDetail": None,
        "changeReason": reason,
        "changeReasonDetail": detail,
        "changeApplyDatetime": at,
        "changeFixDatetime": None if kind == 0 else at,
        "changeCmplDatetime": None if kind == 0 else at,
    }


def record(
    model: dict[str, Any], kind: int, at: str, *, reason: int | None = None,
    detail: int | None = None,
) -> None:  # fmt: skip
    """Append an entry to the order's change history (§3.13)."""
    history = model["ChangeReasonModelList"] or []
    change_id = max([c["changeId"] for c in history], default=0) + 1
    entry = change(change_id, kind, at, reason=reason, detail=detail)
    model["ChangeReasonModelList"] = [*history, entry]


def _mark(model: dict[str, Any], field: str, at: str) -> None:
    model[field] = model[field] or at


def ordered_at(model: dict[str, Any]) -> datetime:
    """Return when an order was placed."""
    return datetime.fromisoformat(model["orderDatetime"])


def is_near(model: dict[str, Any], day: date) -> bool:
    """Return whether a day is within 12 months from the order's on (§4.2)."""
    first = ordered_at(model).date()
    try:
        end = first.replace(year=first.year + 1)
    except ValueError:  # 29 February
        end = first.replace(year=first.year + 1, day=28)
    return first <= day < end


def rows_of(model: dict[str, Any]) -> list[dict[str, Any]]:
    """List the shipping rows of all packages."""
    return [r for p in model["PackageModelList"] for r in p["ShippingModelList"] or ()]


def closes_after(model: dict[str, Any]) -> str | None:
    """Return the last shipping date once nothing is missing, else None (§4.2).

    Every package needs a row, and every row carrier, number and date.
    """
    dates: list[str] = []
    for package in model["PackageModelList"]:
        rows = package["ShippingModelList"]
        if not rows:
            return None
        for row in rows:
            date = row["shippingDate"]
            if not (row["deliveryCompany"] and row["shippingNumber"] and date):
                return None
            dates.append(date)
    return max(dates)


def indexed(model: dict[str, Any]) -> tuple[Any, ...]:
    """Return an order's search columns, in the order of the store's statements.

    The payment-fixed time (dateType 6) is in no field of the model: prepaid methods
    are paid when the order is fixed, all others when shipping is reported.
    """
    settlement = (model["SettlementModel"] or {}).get("settlementMethodCode")
    rows = rows_of(model)
    completed_at = model["shippingCmplRptDatetime"]
    fixed_at = model["orderFixDatetime"]
    return (
        model["orderProgress"],
        model["orderType"],
        settlement,
        model["subStatusId"],
        model["orderDatetime"],
        model["shopOrderCfmDatetime"],
        fixed_at,
        completed_at,
        fixed_at if settlement in _PREPAID else completed_at,
        orjson.dumps([r["shippingDate"] for r in rows if r["shippingDate"]]).decode(),
        any(r["shippingNumber"] for r in rows),
        closes_after(model),
        model["DeliveryModel"]["deliveryName"],
    )
