"""Shipping rows as a request states them, checked for their form (§4.2)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from connectors.sandbox.clock import read_date
from connectors.sandbox.gate.messages import Message
from connectors.sandbox.order_api.carriers import CARRIERS
from connectors.sandbox.order_api.fields import Fields

_LONGEST_NUMBER = 120


class Row(NamedTuple):
    """One row of a request; `data_number` counts through all baskets (§1.6)."""

    data_number: int
    basket_id: int
    detail_id: int | None
    delete: bool
    stated: dict[str, Any]


def read_rows(
    function: str, body: dict[str, Any], *, named: bool
) -> tuple[str, list[Row], list[Message]]:
    """Read one order's rows; every fault of form is an ERROR, none is raised.

    With `named` the faults carry the order's number, as the bulk function's do.
    """
    number = body.get("orderNumber")
    about = {"orderNumber": number} if named and isinstance(number, str) else {}
    fields = Fields(function, body, **about)
    fields.text("orderNumber", 382, required=True)
    rows: list[Row] = []
    for basket in fields.models("BasketidModelList"):
        inner = Fields(function, basket, **about)
        basket_id = inner.number("basketId", required=True)
        for stated in inner.models("ShippingModelList"):
            place = len(rows) + 1
            row = Fields(function, stated, **about, dataNumber=place)
            rows.append(_row(row, place, basket_id or 0))
            inner.faults += row.faults
        fields.faults += inner.faults
    return str(number), rows, fields.faults


def _row(row: Fields, place: int, basket_id: int) -> Row:
    stated = row.body
    detail_id = row.number("shippingDetailId", range(1, 10**12))
    delete = row.number("shippingDeleteFlag", (0, 1)) == 1
    about = {"shippingDetailId": detail_id} if detail_id else {}
    for field, why in _malformed(stated):
        row.refuse(field, why, **about)
    if delete and detail_id is None:
        row.given("shippingDetailId", required=True)
    if not delete and detail_id is None and "deliveryCompany" not in stated:
        row.given("deliveryCompany", required=True)
    return Row(place, basket_id, detail_id, delete, stated)


def _malformed(stated: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if stated.get("shippingDetailId") == "":
        yield "shippingDetailId", "数値"
    company = stated.get("deliveryCompany", "1000")
    if not isinstance(company, str) or company not in CARRIERS:
        yield "deliveryCompany", "配送会社コード"
    number = stated.get("shippingNumber") or ""
    if not isinstance(number, str) or len(number) > _LONGEST_NUMBER:
        yield "shippingNumber", f"{_LONGEST_NUMBER}文字以内"
    date = stated.get("shippingDate") or ""
    if not isinstance(date, str) or (date and read_date(date) is None):
        yield "shippingDate", "YYYY-MM-DD"
