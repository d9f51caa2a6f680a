"""Invented shipping reports, and an RMS that answers them."""

from datetime import date
from typing import Any

from connectors.rms.shipping import ShippingApi
from data.model.shipping.plan import OrderReport, RowChange, order_report
from tests.rms.judged import Answer, Judged, message

ASYNC = "ORDER_EXT_API_UPDATE_ORDERSHIPPING_ASYNC_"
ROW = "ORDER_EXT_API_UPDATE_ORDERSHIPPING_"
RESULT = "ORDER_EXT_API_GET_RESULT_UPDATEORDERSHIPPING_ASYNC_"
REQUEST_ID = "0f0e-4d_20261124090000"
ACCEPTED = message("INFO", f"{ASYNC}INFO_101", requestId=REQUEST_ID)
NOT_YET = {"MessageModelList": [message("INFO", f"{RESULT}INFO_101")]}
ON = date(2026, 11, 24)


def parcel(
    basket: str = "1000000001", number: str = "400000000001", detail: str | None = None
) -> RowChange:
    return RowChange(
        basket_id=basket,
        shipping_detail_id=detail,
        carrier_code="1001",
        tracking_number=number,
        shipping_date=ON,
    )


def report(order: str, *rows: RowChange) -> OrderReport:
    return order_report(order, rows or (parcel(),))


def reports(*orders: str) -> list[OrderReport]:
    return [report(order) for order in orders]


def about(kind: str, ending: str, row: int | None = 1, **more: Any) -> dict[str, Any]:
    rows = {} if row is None else {"dataNumber": row}
    return message(kind, f"{ROW}{kind}_{ending}", **rows, **more)


def result(order: str, *words: dict[str, Any]) -> dict[str, Any]:
    return {"orderNumber": order, "MessageModelList": list(words)}


def results(*entries: Any) -> Answer:
    return 200, {"ResultShippingModelList": list(entries)}


class Slept(list[float]):
    """Notes the waits instead of waiting."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def api(*answers: Answer) -> tuple[ShippingApi, Judged, Slept]:
    """An API whose RMS gives these answers in turn, the last one for ever."""
    left = list(answers)
    http = Judged(lambda _: left.pop(0) if len(left) > 1 else left[0])
    slept = Slept()
    return ShippingApi(http, slept), http, slept
