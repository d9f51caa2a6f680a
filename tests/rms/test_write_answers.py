"""Stock and shipping on a real wire: one call each, and what to do next."""

import orjson
import pytest

from connectors.rms.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    Refused,
    Throttled,
    TooSlow,
    Unavailable,
)
from connectors.rms.http import Limits
from connectors.rms.shipping import ShippingApi
from connectors.rms.stock import StockApi
from tests.rms.judged import errors, said
from tests.rms.shipping_made import (
    ACCEPTED,
    NOT_YET,
    REQUEST_ID,
    Slept,
    reports,
    results,
)
from tests.rms.stock_made import level, levels, sku
from tests.rms.wire_server import answer, black_hole, cut, drip, hang_up, reset
from tests.support.effort import for_ci

ES = {"Results": {"errorCode": "ES01-02", "message": "maintenance"}}
GATEWAY = {"Results": {"errorCode": "ES01-01", "message": "Un-Authorised"}}
SHORT = Limits(deadline_s=1.2)
"""Connecting gets 45 % of it: with less, a busy machine is not reached in time."""


@pytest.mark.parametrize(
    ("script", "for_a_read", "for_a_write"),
    [
        (answer(errors("GA0001"), 401), CredentialsRefused, CredentialsRefused),
        (answer(errors("GE0011"), 400), Refused, Refused),
        (answer(errors("GE0014"), 404), Refused, Refused),
        (answer(b"", 400), Refused, Refused),
        (answer(b"", 408), Unavailable, OutcomeUnknown),
        (answer(b"", 429), Throttled, Throttled),
        (answer(ES, 503), Unavailable, Unavailable),
        (answer(b"", 500), Unavailable, OutcomeUnknown),
        (answer(b"", 503), Unavailable, OutcomeUnknown),
        (answer(b"<html>", 200), Unavailable, OutcomeUnknown),
        (answer(b"", 302, Location="http://127.0.0.1:1/"), Refused, Refused),
        (cut, Unavailable, OutcomeUnknown),
        (reset, Unavailable, OutcomeUnknown),
        (hang_up, Unavailable, OutcomeUnknown),
        pytest.param(black_hole, TooSlow, OutcomeUnknown, marks=for_ci),
        pytest.param(drip, TooSlow, OutcomeUnknown, marks=for_ci),
    ],
    ids=[
        "key-401",
        "no-body-400",
        "404",
        "empty-400",
        "408",
        "429",
        "maintenance",
        "500",
        "503",
        "html-200",
        "redirect",
        "cut",
        "reset",
        "hang-up",
        "black-hole",
        "drip",
    ],
)
def test_a_stock_call_says_what_to_do_next_after_one_call(
    wire, script, for_a_read, for_a_write
):
    http, server = wire(script, limits=SHORT)
    api = StockApi(http)

    with pytest.raises(for_a_read) as read:
        api.read([sku(1), sku(2)])
    with pytest.raises(for_a_write) as written:
        api.write(levels(3))

    assert type(read.value) is for_a_read
    assert type(written.value) is for_a_write
    assert len(server.requests) == 2


def test_the_stock_calls_are_the_manuals(wire):
    http, server = wire(answer({"inventories": []}), answer(b"", 204))
    api = StockApi(http)

    api.read([sku(1)])
    api.write([level(1, 0)])

    read, written = (request.partition(b"\r\n\r\n") for request in server.requests)
    assert read[0].startswith(b"POST /es/2.0/inventories/bulk-get HTTP/1.1")
    assert written[0].startswith(b"POST /es/2.0/inventories/bulk-upsert HTTP/1.1")
    key = {"manageNumber": "apple-1", "variantId": "Red"}
    assert orjson.loads(read[2]) == {"inventories": [key]}
    assert orjson.loads(written[2]) == {
        "inventories": [{**key, "mode": "ABSOLUTE", "quantity": 0}]
    }


@pytest.mark.parametrize(
    ("script", "for_a_read", "for_a_write"),
    [
        (answer(GATEWAY, 401), CredentialsRefused, CredentialsRefused),
        (answer(b"", 404), Refused, Refused),
        (answer(b"", 408), Unavailable, OutcomeUnknown),
        (answer(b"", 429), Throttled, Throttled),
        (answer(ES, 503), Unavailable, Unavailable),
        (answer(b"", 500), Unavailable, OutcomeUnknown),
        (answer(b"", 204), Refused, OutcomeUnknown),
        (answer(b"<html>", 200), Unavailable, OutcomeUnknown),
        (cut, Unavailable, OutcomeUnknown),
        (reset, Unavailable, OutcomeUnknown),
        (hang_up, Unavailable, OutcomeUnknown),
        pytest.param(black_hole, TooSlow, OutcomeUnknown, marks=for_ci),
        pytest.param(drip, TooSlow, OutcomeUnknown, marks=for_ci),
    ],
    ids=[
        "key",
        "404",
        "408",
        "429",
        "maintenance",
        "500",
        "204",
        "html-200",
        "cut",
        "reset",
        "hang-up",
        "black-hole",
        "drip",
    ],
)
def test_a_shipping_call_says_what_to_do_next_after_one_call(
    wire, script, for_a_read, for_a_write
):
    http, server = wire(script, limits=SHORT)
    shipping = ShippingApi(http, Slept())

    with pytest.raises(for_a_read) as read:
        shipping.wait_for_results(REQUEST_ID, ["a"])
    with pytest.raises(for_a_write) as written:
        shipping.report(reports("a", "b"))

    assert type(read.value) is for_a_read
    assert type(written.value) is for_a_write
    assert len(server.requests) == 2


def test_the_shipping_calls_are_the_manuals(wire):
    http, server = wire(answer(said(ACCEPTED)), answer(results(NOT_YET)[1]))
    shipping = ShippingApi(http)

    receipt = shipping.report(reports("a"))
    shipping.results(str(receipt.request_id), ["a"])

    sent, asked = (request.partition(b"\r\n\r\n") for request in server.requests)
    assert sent[0].startswith(b"POST /es/2.0/order/updateOrderShippingAsync/ ")
    assert asked[0].startswith(b"POST /es/2.0/order/getResultUpdateOrderShippingAsync/")
    assert b"null" not in sent[2]
    assert orjson.loads(asked[2]) == {"requestId": REQUEST_ID}
