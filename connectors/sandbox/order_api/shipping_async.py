"""updateOrderShippingAsync and its results (docs/rms/order-api.md §4.2b)."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import orjson

from connectors.sandbox.clock import wire
from connectors.sandbox.order_api.calls import OrderAnswer, OrderCall
from connectors.sandbox.order_api.fields import Fields
from connectors.sandbox.order_api.messages import MessageModel, OrderRefusal, message
from connectors.sandbox.order_api.shipping import read_rows, report
from connectors.sandbox.world import World

CODE = "UPDATE_ORDERSHIPPING_ASYNC"
RESULT_CODE = "GET_RESULT_UPDATEORDERSHIPPING_ASYNC"
BROKEN = "ORDER_CSV_API_UPLOAD_SHIPPING"
"""The one code with another prefix: the report failed on the way (§1.7)."""
OF_FORM = "ERROR_011"
MOST_ORDERS = 100
KEPT = timedelta(days=30)
LONGEST_ID = 128


def update_order_shipping_async(call: OrderCall) -> OrderAnswer:
    """Accept up to 100 orders' rows under one requestId, or none of them.

    Errors are answered at once and without a requestId: with 400, and with 200 where
    all are of form, as in Rakuten's sample (§1.5 [?]). The rows take effect when the
    result is ready, `async_delay_s` later.
    """
    fields = Fields(CODE, call.body)
    orders = fields.models("OrderShippingModelList", MOST_ORDERS)
    fields.settle()
    numbers: set[str] = set()
    errors: list[MessageModel] = []
    for order in orders:
        number, _, order_errors = read_rows(CODE, order, call.shop.shop_id, named=True)
        errors += order_errors
        if number in numbers:
            text = "同じ注文番号が複数あります。"
            raise OrderRefusal([message(CODE, "ERROR_023", text, orderNumber=number)])
        numbers.add(number)
    if any(not word["messageCode"].endswith(OF_FORM) for word in errors):
        raise OrderRefusal(errors)
    if errors:
        return OrderAnswer({"MessageModelList": errors})
    request_id = _accept(call, orders)
    of_no_row = {"dataNumber": None, "shippingDetailId": None}
    text = "受け付けました。"
    accepted = message(CODE, "INFO_101", text, requestId=request_id, **of_no_row)
    return OrderAnswer({"MessageModelList": [accepted]}, len(orders))


def _accept(call: OrderCall, orders: list[dict[str, Any]]) -> str:
    world = call.world
    serial = world.store.take_numbers("job")
    rng = Random(f"{world.seed}:job:{serial}")  # noqa: S311 - an identifier
    request_id = f"{UUID(int=rng.getrandbits(128), version=4)}_{call.now:%Y%m%d%H%M%S}"
    ready_at = call.now + timedelta(seconds=world.settings.async_delay_s)
    world.store.connection.execute(
        "INSERT INTO jobs VALUES (?, ?, ?, ?, ?, NULL)",
        (
            request_id,
            call.shop.handle,
            ready_at.isoformat(),
            wire(call.now),
            orjson.dumps(orders).decode(),
        ),
    )
    return request_id


def finish_jobs(world: World, moment: datetime) -> None:
    """Apply every accepted job whose time has come, in the order of acceptance."""
    jobs = world.store.connection.execute(
        "SELECT request_id, shop, body FROM jobs"
        " WHERE result IS NULL AND ready_at <= ? ORDER BY ready_at, rowid",
        (moment.isoformat(),),
    ).fetchall()
    for request_id, shop, body in jobs:
        with world.store.transaction():
            results = [
                _result(world, shop, order, moment) for order in orjson.loads(body)
            ]
            world.store.connection.execute(
                "UPDATE jobs SET result = ? WHERE request_id = ?",
                (orjson.dumps(results).decode(), request_id),
            )


def _result(
    world: World, shop: str, order: dict[str, Any], now: datetime
) -> dict[str, Any]:
    shop_id = world.shops[shop].shop_id
    number, rows, _ = read_rows(CODE, order, shop_id, named=True)
    if kind := world.faults.word(BROKEN, number):
        broken = {
            "messageType": "ERROR",
            "messageCode": f"{BROKEN}_{kind}",
            "message": "処理中に通信エラーが発生しました。",
            "orderNumber": number,
        }
        return {"orderNumber": number, "MessageModelList": [broken]}
    messages = report(world, shop, number, rows, now)
    return {"orderNumber": number, "MessageModelList": messages}


def refused(messages: list[MessageModel]) -> dict[str, Any]:
    """Return the body of a refused request: errors in ResultShippingModelList."""
    return {"ResultShippingModelList": [{"MessageModelList": messages}]}


def get_result(call: OrderCall) -> OrderAnswer:
    """Return what became of a job.

    Still running, unknown, another shop's and older than 30 days all look alike: one
    entry without orderNumber, INFO_101.
    """
    fields = Fields(RESULT_CODE, call.body)
    request_id = fields.text("requestId", LONGEST_ID, required=True)
    fields.settle()
    row = call.world.store.connection.execute(
        "SELECT result FROM jobs WHERE request_id = ? AND shop = ?"
        " AND result NOT NULL AND accepted_at >= ?",
        (request_id, call.shop.handle, wire(call.now - KEPT)),
    ).fetchone()
    if row is None:
        nothing = message(RESULT_CODE, "INFO_101", "該当する処理結果がありません。")
        return OrderAnswer(refused([nothing]))
    results = orjson.loads(row[0])
    return OrderAnswer({"ResultShippingModelList": results}, len(results))
