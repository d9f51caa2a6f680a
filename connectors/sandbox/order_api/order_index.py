"""What searches and night jobs need to know about an order, taken from its model."""

from typing import Any

import orjson

_PREPAID = {9, 13, 14, 16, 17, 27}


def rows_of(model: dict[str, Any]) -> list[dict[str, Any]]:
    """List the shipping rows of all destinations."""
    return [r for p in model["PackageModelList"] for r in p["ShippingModelList"] or ()]


def closes_after(model: dict[str, Any]) -> str | None:
    """Return the last shipping date once nothing is missing, else None (§4.2).

    Every destination needs a row, and every row carrier, number and date.
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
    """Return the search columns in the order of the store's statements.

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
