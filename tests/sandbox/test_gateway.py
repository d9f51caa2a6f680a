"""Who is let in, and what a refusal looks like (docs/rms/order-api.md §1)."""

import base64
import json
from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.sandbox.caller import codes, esa

EMPTY = b"{}"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer abc",
        "ESA not-base64!",
        "ESA " + base64.b64encode(b"no colon").decode(),
    ],
    ids=["none", "bearer", "not-base64", "no-colon"],
)
def test_a_malformed_token_is_a_fault_of_the_header(rms, header):
    response = rms.post("getSubStatusList", EMPTY, Authorization=header)

    assert response.status_code == 400
    assert response.json() == {
        "Results": {"errorCode": "ES04-01", "message": "Bad Request"}
    }


def test_an_unknown_token_is_refused_by_the_gateway(rms):
    header = esa("SP123456_wrong", "SL123456_wrong")
    response = rms.post("getSubStatusList", EMPTY, Authorization=header)

    assert response.status_code == 401
    assert response.json() == {
        "Results": {"errorCode": "ES01-01", "message": "Un-Authorised"}
    }


def test_the_right_secret_with_another_shops_key_is_refused(rms, other):
    mixed = esa(rms.shop.service_secret, other.shop.license_key)

    assert rms.post("getSubStatusList", EMPTY, Authorization=mixed).status_code == 401


def test_a_key_pasted_with_a_blank_is_refused(rms):
    pasted = esa(rms.shop.service_secret, rms.shop.license_key + " ")

    assert rms.post("getSubStatusList", EMPTY, Authorization=pasted).status_code == 401


def test_a_key_works_to_the_last_second_of_its_90th_day(rms, sandbox):
    last = (rms.now() + timedelta(days=90)).strftime("%Y-%m-%dT23:59:50")
    sandbox.clock(set=last)

    assert rms.call("getSubStatusList", {}).status_code == 200


def test_a_key_is_dead_from_its_91st_day(rms, sandbox):
    sandbox.clock(set=(rms.now() + timedelta(days=91)).strftime("%Y-%m-%dT00:00:00"))

    assert rms.call("getSubStatusList", {}).status_code == 401


def test_a_new_key_may_not_be_live_yet(rms, sandbox):
    sandbox.shop("demo", license_live_from=(rms.now() + timedelta(hours=1)).isoformat())

    assert rms.call("getSubStatusList", {}).status_code == 401


def test_a_changed_key_locks_the_old_one_out(rms, sandbox):
    sandbox.shop("demo", license_key="SL123456_new")

    assert rms.call("getSubStatusList", {}).status_code == 401


def test_a_function_switched_off_looks_like_a_dead_key(rms, sandbox):
    sandbox.shop("demo", functions_off=["getOrder"])

    response = rms.call("getOrder", {})

    assert response.status_code == 401
    assert response.json()["Results"]["errorCode"] == "ES01-01"


def test_a_function_switched_off_leaves_the_others_on(rms, sandbox):
    sandbox.shop("demo", functions_off=["getOrder"])

    assert rms.call("getSubStatusList", {}).status_code == 200


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("", "SEARCH_ORDER_ERROR_002"),
        ("application/json", "SEARCH_ORDER_ERROR_003"),
        ("text/plain; charset=utf-8", "SEARCH_ORDER_ERROR_003"),
    ],
)
def test_a_content_type_without_json_and_charset_is_refused(rms, kind, code):
    answer = rms.post("searchOrder", EMPTY, Content_Type=kind)

    assert (answer.status_code, codes(answer.json())) == (400, [code])


@pytest.mark.parametrize(("needed", "status"), [(True, 400), (False, 200)])
def test_a_missing_accept_is_es04_02_by_the_book(rms, sandbox, needed, status):
    sandbox.settings(needs_accept=needed)
    url = urlsplit(sandbox.url)
    connection = HTTPConnection(str(url.hostname), url.port or 80)  # it adds no Accept
    connection.request("POST", "/es/2.0/order/getSubStatusList/", EMPTY, rms.headers)
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()

    assert answer.status == status
    assert body.get("Results", {}).get("errorCode") == ("ES04-02" if needed else None)


@pytest.mark.parametrize(
    ("accept", "status", "code"), [("", 400, "ES04-02"), ("text/html", 415, "ES04-03")]
)
def test_an_accept_without_json_is_refused_by_the_gateway(rms, accept, status, code):
    answer = rms.post("searchOrder", EMPTY, Accept=accept)

    assert answer.status_code == status
    assert answer.json()["Results"]["errorCode"] == code
    assert answer.headers["request-id"]
    assert "requestid" not in answer.headers


@pytest.mark.parametrize(
    "kind", ["application/json;charset=utf-8", "application/json; charset=UTF-8"]
)
def test_the_charset_may_be_written_either_way(rms, kind):
    assert rms.post("getSubStatusList", EMPTY, Content_Type=kind).status_code == 200


def test_only_post_is_allowed(rms, sandbox, http):
    url = f"{sandbox.url}/es/2.0/order/searchOrder/"

    answer = http.get(url, headers=rms.headers)

    assert answer.status_code == 405
    assert answer.json()["Results"]["errorCode"] == "ES04-04"


def test_an_unknown_path_is_not_found(rms):
    answer = rms.call("searchOrders", {})

    assert answer.status_code == 404
    assert answer.json()["Results"]["errorCode"] == "ES05-06"


def test_the_path_works_without_its_last_slash(rms, sandbox, http):
    url = f"{sandbox.url}/es/2.0/order/getSubStatusList"

    assert http.post(url, content=EMPTY, headers=rms.headers).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"<xml/>", b"\xff"])
def test_a_body_that_is_no_json_object_is_refused(rms, body):
    assert rms.post("searchOrder", body).status_code == 400


ESCAPED = rb'{"dateType":"\u0031"}'


def test_text_written_as_escapes_is_refused(rms):
    answer = rms.post("searchOrder", ESCAPED).json()

    assert codes(answer) == ["SEARCH_ORDER_ERROR_013"]


def test_escapes_can_be_allowed(rms, sandbox):
    sandbox.settings(refuse_escapes=False)

    answer = rms.post("searchOrder", ESCAPED).json()

    assert codes(answer) == ["SEARCH_ORDER_ERROR_009"] * 2


def test_an_escaped_backslash_before_a_u_is_no_escape(rms, sandbox):
    (number,) = sandbox.sell()
    body = {"orderNumber": number, "memo": r"C:\u53d7"}

    assert rms.call("updateOrderMemo", body).status_code == 200


def test_every_answer_carries_the_headers_of_rms(rms):
    headers = rms.call("getSubStatusList", {}).headers

    assert headers["content-type"] == "application/json;charset=utf-8"
    assert headers["cache-control"] == "no-cache,no-store"
    assert headers["connection"] == "close"
    assert len(headers["requestid"]) == 36
    assert len(headers["timestamp"]) == 19


@pytest.mark.parametrize(
    ("style", "body"),
    [("html", "メンテナンス中"), ("gateway", '"errorCode":"ES01-02"')],
)
def test_maintenance_answers_503_in_either_style(rms, sandbox, style, body):
    now = rms.now()
    window = {
        "from": (now - timedelta(hours=1)).isoformat(),
        "to": (now + timedelta(hours=1)).isoformat(),
        "style": style,
    }
    sandbox.shop("demo", maintenance=[window])

    response = rms.call("getSubStatusList", {})

    assert response.status_code == 503
    assert body in response.text


def test_after_maintenance_the_service_is_back(rms, sandbox):
    now = rms.now()
    window = {"from": "2020-01-01T00:00:00", "to": (now.isoformat())}
    sandbox.shop("demo", maintenance=[window])

    assert rms.call("getSubStatusList", {}).status_code == 200


def expiry(rms, **query):
    path = "/es/1.0/license-management/license-key/expiry-date"
    return rms.http.get(rms.sandbox.url + path, params=query, headers=rms.headers)


def test_the_licence_tells_its_end_in_japan_time_without_a_zone(rms):
    end = (rms.now() + timedelta(days=90)).strftime("%Y-%m-%dT23:59:59")

    answer = expiry(rms, licenseKey=rms.shop.license_key)

    assert answer.json() == {"expiryDate": end}


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"licenseKey": "SL_other"}, 401, "DR0007"),
        ({"licenseKey": ""}, 400, "DR0005"),
        ({}, 400, "DR0005"),
    ],
)
def test_the_licence_call_refuses_other_keys(rms, query, status, code):
    answer = expiry(rms, **query)

    assert answer.status_code == status
    assert [error["code"] for error in answer.json()["errors"]] == [code]


def test_a_key_without_an_end_is_live_and_its_date_is_dr0006(rms, sandbox):
    sandbox.shop("demo", license_expires_at=None)

    answer = expiry(rms, licenseKey=rms.shop.license_key)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "DR0006"
    assert rms.call("getSubStatusList", {}).status_code == 200


def test_the_licence_call_needs_its_own_permission(rms, sandbox):
    sandbox.shop("demo", functions_off=["license.expiryDate.get"])

    answer = expiry(rms, licenseKey=rms.shop.license_key)

    assert answer.json()["Results"]["errorCode"] == "ES01-01"


def test_where_the_pace_moves_the_clock_nobody_is_refused_or_waits(rms, sandbox):
    began = rms.now()
    sandbox.clock(set=began.isoformat(), hold=True)
    sandbox.settings(rate_limit=True, pace_moves_clock=True)

    answers = [rms.call("getSubStatusList", {}).status_code for _ in range(4)]

    assert answers == [200] * 4
    assert (rms.now() - began).total_seconds() == pytest.approx(3, abs=0.01)
    assert sandbox.journal()["too_fast"] == 0


def test_a_caller_who_comes_late_has_not_saved_up_turns(rms, sandbox):
    began = rms.now()
    sandbox.clock(set=began.isoformat(), hold=True)
    sandbox.settings(rate_limit=True, pace_moves_clock=True)
    rms.call("getSubStatusList", {})
    sandbox.clock(advance_s=60)

    for _ in range(2):
        rms.call("getSubStatusList", {})

    assert (rms.now() - began).total_seconds() == pytest.approx(61, abs=0.01)
