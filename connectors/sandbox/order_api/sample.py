"""Rakuten's test endpoint: fixed answers to fixed numbers, and no order changes.

What Rakuten answers is a download that is not in the reference (docs/rms/order-api.md
§0). So these orders are invented, by the reference's own structure of an order, and
every answer says so in its message. Only the two reads are here.
"""

from datetime import datetime
from functools import cache
from random import Random
from typing import Any, Final

from connectors.sandbox.clock import JST
from connectors.sandbox.order_api import get_order, search
from connectors.sandbox.order_api.calls import OrderAnswer, OrderCall, OrderFunction
from connectors.sandbox.order_api.fields import Fields
from connectors.sandbox.order_api.messages import message
from connectors.sandbox.selling.draft import plain
from connectors.sandbox.selling.order_model import order_model
from connectors.sandbox.selling.shapes import SHAPES

INVENTED: Final = "サンドボックスが作った見本です(楽天の見本とは内容が違います)。"
SHOWN: Final = ("plain", "packages", "coupons")
"""The shapes of the sample orders, one of each."""
SHOP_ID: Final = "123456"
MADE_AT: Final = datetime(2024, 10, 3, 12, tzinfo=JST)
"""The day of Rakuten's latest samples."""


@cache
def orders() -> dict[str, dict[str, Any]]:
    """Return the sample orders by number, the same in every sandbox."""
    made = []
    for serial, shape in enumerate(SHOWN, start=1):
        rng = Random(f"sample:{serial}")  # noqa: S311 - invented orders
        draft = plain(rng, serial, SHOP_ID, MADE_AT, 0)
        SHAPES[shape](draft)
        made.append(order_model(draft))
    return {model["orderNumber"]: model for model in made}


def _search(call: OrderCall) -> OrderAnswer:
    fields = Fields(search.CODE, call.body)
    fields.number("dateType", range(1, 7), required=True)
    fields.settle()
    pages = {"totalRecordsAmount": len(orders()), "totalPages": 1, "requestPage": 1}
    body = {
        "MessageModelList": [message(search.CODE, "INFO_101", INVENTED)],
        "orderNumberList": list(orders()),
        "PaginationResponseModel": pages,
    }
    return OrderAnswer(body, len(orders()))


def _get(call: OrderCall) -> OrderAnswer:
    fields = Fields(get_order.CODE, call.body)
    numbers = fields.order_numbers()
    fields.settle()
    found = [orders()[number] for number in numbers if number in orders()]
    messages = [
        message(get_order.CODE, "INFO_102", INVENTED, orderNumber=number)
        for number in numbers
        if number not in orders()
    ]
    if found:
        messages.insert(0, message(get_order.CODE, "INFO_101", INVENTED))
    body = {
        "MessageModelList": messages,
        "OrderModelList": found,
        "version": get_order.NEWEST,
    }
    return OrderAnswer(body, len(found))


FUNCTIONS: Final = {
    f"sample.{each.name}": each
    for each in (
        OrderFunction("searchOrder", search.CODE, _search, search.refused),
        OrderFunction("getOrder", get_order.CODE, _get, get_order.refused),
    )
}
"""The functions by the names that the journal and injected faults know them by."""
