"""Moves an order from state to state and marks the times (rms/order-api.md §6)."""

from typing import Any

BEFORE_SHIPPING = (100, 200, 300)
CANCELLED = (800, 900)


def move(model: dict[str, Any], progress: int, at: str) -> None:
    """Put an order into a state; the sub-status of the former state is lost (§5.3)."""
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
    """Make one ChangeReasonModel; kind 8 = order confirmed, 0/1 = cancel (§3.13)."""
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
    """Add an entry to the order's change history (§3.13)."""
    history = model["ChangeReasonModelList"] or []
    change_id = max([c["changeId"] for c in history], default=0) + 1
    entry = change(change_id, kind, at, reason=reason, detail=detail)
    model["ChangeReasonModelList"] = [*history, entry]


def _mark(model: dict[str, Any], field: str, at: str) -> None:
    model[field] = model[field] or at
