"""Who is let in to the inventory API, how often, and what can go wrong on the way."""

import time
from datetime import timedelta

import httpx
import pytest

from tests.sandbox.caller import JSON
from tests.sandbox.inventory import SHIRT, Inventory, entry, errors

FUNCTIONS = {
    "inventories.variants.get": (lambda i: i.get(), 200),
    "inventories.variants.upsert": (lambda i: i.put(5), 204),
    "inventories.variants.delete": (lambda i: i.delete(), 204),
    "inventories.bulk.get.range": (lambda i: i.range(minQuantity=0), 200),
    "inventories.bulk.get": (lambda i: i.read(SHIRT), 200),
    "inventories.bulk.upsert": (lambda i: i.write(entry(5)), 204),
}
FIVE_A_SECOND = ("inventories.bulk.get.range", "inventories.bulk.get")
each_function = pytest.mark.parametrize("function", FUNCTIONS)


@pytest.fixture
def api(rms):
    return Inventory(rms)


def called(api, function):
    call, _ = FUNCTIONS[function]
    return call(api)


@each_function
def test_a_function_is_known_by_its_name_in_rms(api, sandbox, function):
    assert called(api, function).status_code == FUNCTIONS[function][1]

    assert sandbox.journal()["counts"] == {function: 1}


@each_function
def test_no_more_is_let_in_than_the_functions_own_limit(api, sandbox, function):
    sandbox.settings(rate_limit=True)
    began = time.monotonic()

    statuses = [called(api, function).status_code for _ in range(12)]

    most = 2 + (time.monotonic() - began) * (5 if function in FIVE_A_SECOND else 1)
    refused = statuses.count(403)
    assert statuses[0] == FUNCTIONS[function][1]
    assert refused > 0
    assert 12 - refused <= most
    assert sandbox.journal()["too_fast"] == refused


@pytest.mark.parametrize(
    ("function", "least", "most"),
    [("inventories.bulk.get", 0.05, 0.85), ("inventories.bulk.upsert", 0.85, 9)],
)
def test_the_next_call_is_let_in_when_its_turn_comes(
    api, sandbox, function, least, most
):
    sandbox.settings(rate_limit=True)
    called(api, function)
    began = time.monotonic()

    while called(api, function).status_code == 403:
        time.sleep(0.01)

    assert least < time.monotonic() - began < most


def test_each_function_has_a_count_of_its_own(api, rms, sandbox):
    sandbox.settings(rate_limit=True)

    statuses = [called(api, function).status_code for function in FUNCTIONS]
    orders = rms.call("getSubStatusList", {})

    assert statuses == [expected for _, expected in FUNCTIONS.values()]
    assert orders.status_code == 200
    assert sandbox.journal()["too_fast"] == 0


def test_both_versions_share_one_count(rms, sandbox):
    sandbox.settings(rate_limit=True)

    statuses = [Inventory(rms, v).get().status_code for v in ("2.0", "2.1")]

    assert statuses == [200, 403]


def test_an_unknown_key_is_refused_by_the_gateway(api):
    answer = api.with_token("SP_wrong", "SL_wrong")

    assert answer.status_code == 401
    assert answer.json()["Results"]["errorCode"] == "ES01-01"


@pytest.mark.parametrize("days", [-91, 91], ids=["not-live-yet", "expired"])
def test_a_dead_key_is_unauthorised_in_the_apis_own_words(api, rms, sandbox, days):
    then = rms.now() + timedelta(days=days)
    begins = (rms.now() - timedelta(days=1)).isoformat()
    sandbox.shop("demo", license_live_from=begins)
    sandbox.clock(set=then.isoformat())

    answer = api.get()

    assert (answer.status_code, errors(answer)) == (401, [("GA0001", None)])
    assert answer.json()["errors"][0]["message"] == "Un-Authorised"


@each_function
def test_a_function_switched_off_looks_like_a_dead_key(api, sandbox, function):
    sandbox.shop("demo", functions_off=[function])

    answer = called(api, function)

    assert (answer.status_code, errors(answer)) == (401, [("GA0001", None)])


def test_maintenance_stops_the_inventory_too(api, rms, sandbox):
    window = {
        "from": (rms.now() - timedelta(hours=1)).isoformat(),
        "to": (rms.now() + timedelta(hours=1)).isoformat(),
    }
    sandbox.shop("demo", maintenance=[window])

    assert api.put(5).status_code == 503
    assert sandbox.stock_writes() == []


@pytest.mark.parametrize("kind", ["", "text/plain; charset=utf-8"])
def test_a_body_needs_its_content_type(api, kind):
    headers = {"Content-Type": kind}

    answer = api.send("POST", "/bulk-get", b"{}", headers=headers)

    assert answer.status_code == 415


def test_a_call_without_a_body_needs_none(api, rms):
    url = f"{api.base}/manage-numbers/{SHIRT[0]}/variants/{SHIRT[1]}"
    headers = {"Authorization": rms.headers["Authorization"]}

    assert rms.http.get(url, headers=headers).status_code == 200


def test_a_missing_body_has_a_code_of_its_own(api):
    answer = api.send("POST", "/bulk-upsert", b"")

    assert (answer.status_code, errors(answer)) == (400, [("GE0011", None)])


@pytest.mark.parametrize("body", [b"{", b"null", b"\xff", b"<x/>"])
def test_a_body_that_is_no_json_object_is_unreadable(api, body):
    answer = api.send("POST", "/bulk-upsert", body)

    assert (answer.status_code, errors(answer)) == (400, [("IE0002", None)])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/manage-numbers/a/variants/b", 405),
        ("GET", "/bulk-upsert", 405),
        ("PUT", "/bulk-get", 405),
        ("POST", "/bulk-get/range", 405),
        ("GET", "/manage-numbers/a", 400),
        ("POST", "/bulk-get/", 400),
    ],
)
def test_other_methods_and_paths_are_refused(api, method, path, status):
    assert api.send(method, path, b"{}").status_code == status


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_ordered_status_means_nothing_was_written(api, sandbox, status):
    sandbox.fault(str(status), function="inventories.bulk.upsert", retry_after=3)

    answer = api.write(entry(5))

    assert (answer.status_code, answer.headers["retry-after"]) == (status, "3")
    assert sandbox.stock_writes() == []


@pytest.mark.parametrize(
    ("name", "left"), [("answer_lost", 5), ("cut", 5), ("reset", 1000)]
)
def test_a_lost_answer_means_written_and_a_reset_means_not(api, sandbox, name, left):
    sandbox.fault(name, function="inventories.variants.upsert")

    with pytest.raises(httpx.TransportError):
        api.put(5)

    assert api.quantity() == left


def test_an_answer_may_not_come_in_time(api, sandbox):
    sandbox.fault("timeout", function="inventories.bulk.upsert")

    with pytest.raises(httpx.ReadTimeout):
        api.send("POST", "/bulk-upsert", b"{}", timeout=0.2)

    assert sandbox.stock_writes() == []


def test_answers_carry_the_headers_of_rms(api):
    headers = api.get().headers

    assert headers["content-type"] == JSON.replace(" ", "")
    assert headers["cache-control"] == "no-cache,no-store"
    assert len(headers["requestid"]) == 36
