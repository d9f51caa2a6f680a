"""Rakuten's test endpoint: whatever it answers is a verdict that tells what came."""

import json

import pytest

from connectors.rms.sample import BASE, read_sample
from data.model.shops.sample import SampleVerdict
from tests.rms.conftest import NOW
from tests.rms.wire_server import answer

FORM_ONLY = SampleVerdict.FORM_ONLY


def order_answer(code: str, kind: str = "INFO", **more: object) -> bytes:
    told = {"messageType": kind, "messageCode": code, "message": "CANARY"}
    return json.dumps({"MessageModelList": [told]} | more).encode()


def gateway(code: str) -> bytes:
    return json.dumps({"Results": {"errorCode": code, "message": "CANARY"}}).encode()


EMPTY = order_answer(
    "ORDER_EXT_API_SEARCH_ORDER_INFO_102",
    orderNumberList=[],
    PaginationResponseModel={"totalRecordsAmount": None, "totalPages": None},
)


def verdicts(wire, *answers: bytes, status: int = 200, numbers=("123456-1",)):
    http, server = wire(*(answer(body, status) for body in answers))
    found = read_sample(http, numbers, lambda: NOW)
    return [one.verdict for one in found], found, server


@pytest.mark.parametrize(
    ("body", "status", "verdict"),
    [
        (gateway("ES05-06"), 404, SampleVerdict.NOT_THERE),
        (b"", 404, SampleVerdict.NOT_THERE),
        (gateway("ES01-01"), 401, SampleVerdict.KEY_REFUSED),
        (gateway("ES01-03"), 403, SampleVerdict.NO_ANSWER),
        (b"<html>", 200, SampleVerdict.NO_ANSWER),
        (b"", 503, SampleVerdict.NO_ANSWER),
        (order_answer("ORDER_EXT_API_GET_ORDER_ERROR_009", "ERROR"), 400, FORM_ONLY),
        (b'{"something": "else"}', 200, SampleVerdict.DIFFERENT),
    ],
)
def test_what_both_functions_answer_is_a_verdict_and_never_raised(
    wire, body: bytes, status: int, verdict: SampleVerdict
):
    seen, found, _ = verdicts(wire, body, body, status=status)

    assert set(seen) <= {verdict, FORM_ONLY}
    assert verdict in seen
    assert "CANARY" not in str(found)


def test_an_order_in_another_form_names_the_field_and_no_value(wire):
    number = "654321-20241003-0000000001"
    order = {"orderNumber": number, "orderProgress": "CANARY"}
    body = order_answer("ORDER_EXT_API_GET_ORDER_INFO_101", OrderModelList=[order])
    seen, found, server = verdicts(wire, EMPTY, body, numbers=[number])

    assert seen == [FORM_ONLY, SampleVerdict.DIFFERENT]
    assert "orderProgress" in found[1].detail
    assert "CANARY" not in str(found)
    assert [request.split()[1].decode() for request in server.requests] == [
        f"{BASE}/searchOrder/",
        f"{BASE}/getOrder/",
    ]
