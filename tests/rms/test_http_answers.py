"""Every answer of docs/rms/order-api.md §1.3-1.7 is an error with its next step."""

import gzip

import pytest

from connectors.rms.answers import RmsFunction
from connectors.rms.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unavailable,
)
from tests.rms.judged import message, said
from tests.rms.wire_server import answer

READ = RmsFunction("getOrder")
WRITE = RmsFunction("confirmOrder", is_write=True)
GATEWAY = {"Results": {"errorCode": "ES01-01", "message": "Un-Authorised"}}
RUBY = {"Results": {"errorCode": "ES04-01", "errorMessage": "Bad Request"}}
MAINTENANCE = {"Results": {"errorCode": "ES01-02", "message": "maintenance"}}
UNKNOWN_ES = {"Results": {"errorCode": "ES09-77", "message": "new to us"}}
INVENTORY = {"errors": [{"code": "GA0001", "message": "Un-Authorised"}]}
REFUSED = said(message("ERROR", "ORDER_EXT_API_GET_ORDER_ERROR_009", "version"))
HTML = b"<html><body>maintenance</body></html>"


@pytest.mark.parametrize(
    ("script", "for_a_read", "for_a_write"),
    [
        (answer(GATEWAY, 401), CredentialsRefused, CredentialsRefused),
        (answer(GATEWAY, 200), CredentialsRefused, CredentialsRefused),
        (answer(RUBY, 400), Refused, Refused),
        (answer(INVENTORY, 401), CredentialsRefused, CredentialsRefused),
        (answer(HTML, 401), CredentialsRefused, CredentialsRefused),
        (answer(b"", 403), Unavailable, OutcomeUnknown),
        (answer(MAINTENANCE, 503), Unavailable, Unavailable),
        (answer(UNKNOWN_ES, 400), Refused, Refused),
        (answer(REFUSED, 400), Refused, Refused),
        (answer(HTML, 404), Refused, Refused),
        (answer(b"", 405), Refused, Refused),
        (answer(b"", 408), Unavailable, OutcomeUnknown),
        (answer(b"", 409), Unavailable, OutcomeUnknown),
        (answer(HTML, 409), Unavailable, OutcomeUnknown),
        (answer(b"", 415), Refused, Refused),
        (answer(b"", 429), Throttled, Throttled),
        (answer(REFUSED, 500), Unavailable, OutcomeUnknown),
        (answer(HTML, 500), Unavailable, OutcomeUnknown),
        (answer(HTML, 503), Unavailable, OutcomeUnknown),
        (answer(b"", 504), Unavailable, OutcomeUnknown),
        (answer(HTML, 200), Unavailable, OutcomeUnknown),
        (answer(b"", 200), Unavailable, OutcomeUnknown),
        (answer(b'{"MessageModelList":', 200), Unavailable, OutcomeUnknown),
        (answer(b"[]", 200), Unavailable, OutcomeUnknown),
        (answer(b"", 302, Location="http://127.0.0.1:1/"), Refused, Refused),
    ],
    ids=[
        "key-401",
        "key-200",
        "header-400",
        "inventory-key",
        "html-401",
        "403",
        "es-maintenance",
        "unknown-es",
        "messages-400",
        "404",
        "405",
        "408",
        "409",
        "html-409",
        "415",
        "429",
        "messages-500",
        "html-500",
        "503",
        "504",
        "html-200",
        "empty-200",
        "cut-json",
        "json-list",
        "redirect",
    ],
)
def test_each_answer_says_what_to_do_next(wire, script, for_a_read, for_a_write):
    http, server = wire(script)

    with pytest.raises(for_a_read) as read:
        http.post(READ, "/x/", {})
    with pytest.raises(for_a_write) as write:
        http.post(WRITE, "/x/", {})

    assert type(read.value) is for_a_read
    assert type(write.value) is for_a_write
    assert "対処: " in str(read.value)
    assert len(server.requests) == 2


def test_an_error_tells_function_status_code_text_and_request_id(wire):
    body = said(message("ERROR", "ORDER_EXT_API_GET_ORDER_ERROR_777", "知らない誤り"))
    http, _ = wire(answer(body, 400, RequestId="b7d0-1"))

    with pytest.raises(Refused) as refused:
        http.post(READ, "/x/", {})

    error = refused.value
    assert (error.function, error.status, error.request_id) == (
        "getOrder",
        400,
        "b7d0-1",
    )
    assert error.codes == ("ORDER_EXT_API_GET_ORDER_ERROR_777",)
    assert "知らない誤り" in str(error)
    assert "getOrder" in str(error)
    assert "b7d0-1" in str(error)


@pytest.mark.parametrize("name", ["RequestId", "REQUEST-ID", "x-request-id"])
def test_the_id_of_a_request_is_kept_under_any_of_its_names(wire, name):
    http, _ = wire(answer(GATEWAY, 401, **{name: "b7d0-1"}))

    with pytest.raises(CredentialsRefused, match="b7d0-1") as refused:
        http.post(READ, "/x/", {})
    assert refused.value.request_id == "b7d0-1"


def test_a_good_answer_is_given_whole_and_packed_or_not(wire):
    body = said(message("INFO", "OK"), orderNumberList=["1"])
    packed = gzip.compress(b'{"a": 1}')
    http, _ = wire(answer(body), answer(packed, 200, Content_Encoding="gzip"))

    assert http.post(READ, "/x/", {})["orderNumberList"] == ["1"]
    assert http.post(READ, "/x/", {})["a"] == 1


def test_no_content_is_an_answer(wire):
    http, _ = wire(answer(b"", 204))

    assert http.put(WRITE, "/x/", {}).status == 204


@pytest.mark.parametrize(
    ("hint", "waits"),
    [
        ("3", [3.0]),
        ("9999", [120.0]),
        ("Tue, 24 Nov 2026 01:00:07 GMT", [7.0]),
        ("Tue, 24 Nov 2026 00:59:00 GMT", []),
        ("soon", []),
        ("Tue, 24 Nov 2026 01:00:07 +999999999999999999", []),
        ("", []),
    ],
)
def test_a_retry_after_is_waited_for_up_to_the_cap(wire, hint, waits):
    waited: list[float] = []
    http, _ = wire(answer(b"", 429, Retry_After=hint), waited=waited)

    with pytest.raises(Throttled):
        http.post(READ, "/x/", {})

    assert waited == waits


def test_a_malformed_header_is_ours_first_and_then_the_keys(wire):
    http, _ = wire(answer(RUBY, 400))

    with pytest.raises(Refused) as refused:
        http.post(READ, "/x/", {})
    assert not isinstance(refused.value, CredentialsRefused)
    assert "空白や改行" in refused.value.advice
    assert "接続チェック" in refused.value.advice


def test_a_conflict_blames_no_limit_of_calls(wire):
    conflict = {"errors": [{"code": "CE0001", "message": "Conflict"}]}
    http, _ = wire(answer(conflict, 409))

    with pytest.raises(Throttled) as slow:
        http.post(WRITE, "/x/", {})
    assert "別の処理と重なりました" in str(slow.value)
    assert "呼び出し回数" not in str(slow.value)
