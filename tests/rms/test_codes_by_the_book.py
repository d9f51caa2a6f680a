"""What each code asks for, typed by hand from Rakuten's pages.

This list and connectors/codes/*.tsv were written apart from each other on purpose: one
wrong row there must fail here, not make client, sandbox and tests agree.
"""

from datetime import datetime

import orjson
import pytest

from connectors.codes.table import Action
from connectors.rms import answers, orders, shipping
from connectors.rms.answers import RawAnswer, RmsFunction, judge
from connectors.rms.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    Refused,
    RmsTrouble,
    Throttled,
    Unavailable,
)
from connectors.rms.orders import ConfirmOutcome, OrdersApi
from connectors.rms.shipping import RowOutcome, ShippingOutcome
from tests.rms.judged import Judged, errors, message, said
from tests.rms.shipping_made import REQUEST_ID, about, api, result, results
from tests.support.planted import caught

READ = RmsFunction("getOrder")
WRITE = RmsFunction("confirmOrder", is_write=True)
LATER = (Unavailable, OutcomeUnknown)
SLOWER = (Throttled, Throttled)
NOT_BEGUN = (Unavailable, Unavailable)
NEVER = (Refused, Refused)
KEY = (CredentialsRefused, CredentialsRefused)


def numbers(text: str) -> list[str]:
    return text.split()


GATEWAY = {
    ("ES01-01", 401): KEY,
    ("ES01-02", 503): NOT_BEGUN,
    ("ES01-03", 403): SLOWER,
    ("ES01-04", 403): SLOWER,
    ("ES01-05", 403): SLOWER,
    ("ES01-06", 500): LATER,
    ("ES01-07", 500): LATER,
    ("ES02-01", 500): LATER,
    ("ES02-02", 500): LATER,
    ("ES02-03", 500): LATER,
    ("ES03-01", 502): LATER,
    ("ES03-02", 502): LATER,
    ("ES04-01", 400): NEVER,
    ("ES04-02", 400): NEVER,
    ("ES04-03", 415): NEVER,
    ("ES04-04", 405): NEVER,
    ("ES05-05", 400): NEVER,
    ("ES05-06", 404): NEVER,
    ("ES99-99", 403): LATER,
}
INVENTORY = {
    ("GA0001", 401): KEY,
    ("GA0003", 429): SLOWER,
    ("GA0003", 403): SLOWER,
    ("IE0001", 400): NEVER,
    ("IE0002", 400): NEVER,
    ("IE0003", 400): NEVER,
    ("IE0004", 400): NEVER,
    ("IE0105", 400): NEVER,
    ("IE0113", 400): NEVER,
    ("IE0116", 400): NEVER,
    ("IE0117", 400): NEVER,
    ("IE0118", 400): NEVER,
    ("IE0121", 400): NEVER,
    ("IE0500", 400): NEVER,
    ("IE1101", 400): NEVER,
    ("IE1102", 400): NEVER,
    ("IE1105", 400): NEVER,
    ("GE0007", 400): NEVER,
    ("GE0011", 400): NEVER,
    ("GE0014", 404): NEVER,
    ("CE0001", 409): SLOWER,
    ("GE0019", 500): LATER,
    ("X0000", 500): LATER,
    ("DR0001", 500): NOT_BEGUN,
    ("DR0003", 504): NOT_BEGUN,
    ("DR0005", 400): NEVER,
    ("DR0006", 400): NEVER,
    ("DR0007", 401): NEVER,
}
SEARCH = {
    ("ERROR_000", 500): Unavailable,
    ("ERROR_000", 200): Unavailable,
    ("WARNING_001", 200): Unavailable,
} | {
    (f"ERROR_{number}", 400): Refused
    for number in numbers(
        "001 002 003 004 005 006 008 009 010 011 013 016 021 023 031 "
        "032 100 101 102 103"
    )
}
GET = {
    ("ERROR_000", 500): Unavailable,
    ("ERROR_000", 200): Unavailable,
    ("WARNING_001", 200): Unavailable,
} | {
    (f"ERROR_{number}", 400): Refused
    for number in numbers(
        "001 002 003 004 005 006 007 008 009 010 011 013 014 016 020 031"
    )
}
CONFIRM = {
    ("ERROR_000", 500): OutcomeUnknown,
    ("ERROR_000", 200): OutcomeUnknown,
    ("WARNING_001", 200): OutcomeUnknown,
} | {
    (f"ERROR_{number}", 400): Refused
    for number in numbers("001 002 003 004 005 006 007 008 009 010 011 013 014 016 031")
}
REPORT = {
    ("ERROR_000", 500): OutcomeUnknown,
    ("ERROR_000", 200): OutcomeUnknown,
    ("WARNING_001", 200): OutcomeUnknown,
} | {
    (f"ERROR_{number}", 400): Refused
    for number in numbers(
        "001 002 003 004 005 006 008 009 010 011 013 016 017 018 019 021 023 031 109"
    )
}
WHOLE = [
    (RmsFunction(name, is_write=is_write), f"ORDER_EXT_API_{prefix}_{code}", *rest)
    for name, prefix, is_write, table in (
        ("searchOrder", "SEARCH_ORDER", False, SEARCH),
        ("getOrder", "GET_ORDER", False, GET),
        ("confirmOrder", "CONFIRM_ORDER", True, CONFIRM),
        ("updateOrderShippingAsync", "UPDATE_ORDERSHIPPING_ASYNC", True, REPORT),
    )
    for (code, status), family in table.items()
    for rest in ((status, family),)
]
"""Codes that answer for the whole call."""

CONFIRM_OF_ONE = {
    "INFO_101": ConfirmOutcome.CONFIRMED,
    "WARNING_101": ConfirmOutcome.CONFIRMED,
    "ERROR_000": ConfirmOutcome.UNKNOWN,
    "WARNING_001": ConfirmOutcome.UNKNOWN,
    "ERROR_101": ConfirmOutcome.REFUSED,
    "ERROR_102": ConfirmOutcome.REFUSED,
    "ERROR_103": ConfirmOutcome.UNKNOWN,
    "ERROR_104": ConfirmOutcome.UNKNOWN,
    "ERROR_105": ConfirmOutcome.REFUSED,
    "ERROR_106": ConfirmOutcome.REFUSED,
    "ERROR_108": ConfirmOutcome.REFUSED,
    "ERROR_901": ConfirmOutcome.REFUSED,
    "ERROR_902": ConfirmOutcome.REFUSED,
    "ERROR_903": ConfirmOutcome.REFUSED,
}
SHIPPING_OF_ONE = {
    "INFO_101": ShippingOutcome.ACCEPTED,
    "INFO_102": ShippingOutcome.ACCEPTED,
    "INFO_103": ShippingOutcome.ACCEPTED,
    "WARNING_101": ShippingOutcome.ACCEPTED,
    "WARNING_001": ShippingOutcome.UNKNOWN,
    "ERROR_000": ShippingOutcome.UNKNOWN,
    "ERROR_101": ShippingOutcome.REFUSED,
    "ERROR_102": ShippingOutcome.REFUSED,
    "ERROR_103": ShippingOutcome.REFUSED,
    "ERROR_104": ShippingOutcome.REFUSED,
    "ERROR_105": ShippingOutcome.UNKNOWN,
    "ERROR_106": ShippingOutcome.REFUSED,
    "ERROR_107": ShippingOutcome.REFUSED,
    "ERROR_108": ShippingOutcome.REFUSED,
    "ERROR_109": ShippingOutcome.REFUSED,
    "ERROR_110": ShippingOutcome.REFUSED,
    "ERROR_111": ShippingOutcome.UNKNOWN,
    "ERROR_113": ShippingOutcome.REFUSED,
}


def family_of(function: RmsFunction, status: int, body: bytes) -> type[RmsTrouble]:
    with pytest.raises(RmsTrouble) as trouble:
        judge(function, RawAnswer(status, body))
    assert "対処: " in str(trouble.value)
    return type(trouble.value)


def results_of(code: str) -> bytes:
    return b'{"Results":{"errorCode":"%s","message":"x"}}' % code.encode()


@pytest.mark.parametrize(
    ("code", "status", "families", "body"),
    [
        *((c, s, f, results_of(c)) for (c, s), f in GATEWAY.items()),
        *((c, s, f, errors(c)) for (c, s), f in INVENTORY.items()),
    ],
)
def test_a_code_of_gateway_stock_and_licence_says_what_to_do(
    code, status, families, body
):
    assert (family_of(READ, status, body), family_of(WRITE, status, body)) == families


@pytest.mark.parametrize(("function", "code", "status", "family"), WHOLE)
def test_a_code_about_the_whole_call_is_read_before_any_list(
    function, code, status, family
):
    word = message(code.rsplit("_", 2)[1], code)
    body = said(word, orderNumberList=None, OrderModelList=None)

    assert family_of(function, status, orjson.dumps(body)) is family


@pytest.mark.parametrize(("ending", "outcome"), CONFIRM_OF_ONE.items())
def test_a_confirmation_is_what_its_code_says(ending, outcome):
    kind = ending.partition("_")[0]
    word = message(kind, f"ORDER_EXT_API_CONFIRM_ORDER_{ending}", orderNumber="a")

    (told,) = OrdersApi(Judged(lambda _: (200, said(word))), "1", datetime.now).confirm(
        ["a"]
    )

    assert told.outcome is outcome


@pytest.mark.parametrize(("ending", "outcome"), SHIPPING_OF_ONE.items())
def test_a_reported_row_is_what_its_code_says(ending, outcome):
    kind, _, number = ending.partition("_")
    shipping, _, slept = api(results(result("a", about(kind, number))))

    (told,) = shipping.wait_for_results(REQUEST_ID, ["a"])

    assert told.outcome is outcome
    assert slept == []


def test_a_report_that_broke_on_the_way_is_looked_at_and_never_refused():
    code = "ORDER_CSV_API_UPLOAD_SHIPPING_ERROR_999"
    shipping, _, _ = api(results(result("a", message("ERROR", code))))

    (told,) = shipping.results(REQUEST_ID, ["a"])

    assert (told.outcome, told.code) == (ShippingOutcome.UNKNOWN, code)


@pytest.mark.parametrize(
    ("status", "families"),
    [
        (401, KEY),
        (403, LATER),
        (408, LATER),
        (429, SLOWER),
        (500, LATER),
        (502, LATER),
        (503, LATER),
        (504, LATER),
        (404, NEVER),
    ],
)
@pytest.mark.parametrize("body", [b"", b"<html>", b"{}"])
def test_a_status_without_a_code_is_the_least_it_proves(status, families, body):
    assert (family_of(READ, status, body), family_of(WRITE, status, body)) == families


@pytest.mark.parametrize("code", ["ES01-03", "ES01-04", "ES01-05"])
def test_too_fast_says_no_word_of_the_key_and_a_full_minute_is_waited_for(code):
    with pytest.raises(Throttled) as slow:
        judge(READ, RawAnswer(403, results_of(code)))

    assert "キー" not in str(slow.value)
    assert slow.value.retry_after_s == (60 if code == "ES01-04" else None)


@pytest.mark.parametrize("code", ["ES01-01", "GA0001"])
def test_a_refused_key_is_looked_at_before_a_new_one_is_made(code):
    """One function may be off; a new key locks out every other tool of the shop."""
    body = results_of(code) if code.startswith("ES") else errors(code)
    with pytest.raises(CredentialsRefused) as refused:
        judge(READ, RawAnswer(401, body))

    first, _, then = refused.value.advice.partition("期限が切れている場合だけ、")
    assert "利用機能" in first
    assert "新しいキー" not in first
    assert then.startswith("新しいキーを発行して")


def test_a_wrong_row_is_noticed(monkeypatch):
    known = answers.code_of

    def wrong(name):
        return known("ES01-01" if name == "ES01-03" else name)

    monkeypatch.setattr(answers, "code_of", wrong)

    with caught():
        test_a_code_of_gateway_stock_and_licence_says_what_to_do(
            "ES01-03", 403, SLOWER, results_of("ES01-03")
        )


def every_403_is_the_key(patch):
    judged = answers._asked_for

    def eager(status, *rest):
        return Action.CREDENTIALS if status == 403 else judged(status, *rest)

    patch.setattr(answers, "_asked_for", eager)


def a_warning_is_no_failure(patch):
    patch.setattr(answers, "_is_rms_own", lambda _: False)


def confirmed_before_is_confirmed(patch):
    judged = orders._outcome

    def eager(message):
        if message.code.endswith("ERROR_103"):
            return ConfirmOutcome.CONFIRMED
        return judged(message)

    patch.setattr(orders, "_outcome", eager)


def every_error_of_a_row_is_a_refusal(patch):
    judged = shipping._outcome

    def eager(message):
        return RowOutcome.REFUSED if message.is_error else judged(message)

    patch.setattr(shipping, "_outcome", eager)


def a_conflict_is_a_refusal(patch):
    patch.setattr(answers, "CONFLICT", 0)


PLANTED = {
    every_403_is_the_key: lambda: (
        test_too_fast_says_no_word_of_the_key_and_a_full_minute_is_waited_for("ES01-03")
    ),
    a_warning_is_no_failure: lambda: (
        test_a_code_about_the_whole_call_is_read_before_any_list(
            RmsFunction("searchOrder"),
            "ORDER_EXT_API_SEARCH_ORDER_WARNING_001",
            200,
            Unavailable,
        )
    ),
    confirmed_before_is_confirmed: lambda: test_a_confirmation_is_what_its_code_says(
        "ERROR_103", ConfirmOutcome.UNKNOWN
    ),
    every_error_of_a_row_is_a_refusal: lambda: (
        test_a_reported_row_is_what_its_code_says("ERROR_111", ShippingOutcome.UNKNOWN)
    ),
    a_conflict_is_a_refusal: lambda: (
        test_a_code_of_gateway_stock_and_licence_says_what_to_do(
            "CE0001", 409, SLOWER, errors("CE0001")
        )
    ),
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_noticed(monkeypatch, plant):
    PLANTED[plant]()
    plant(monkeypatch)

    with caught(pytest.fail.Exception, RmsTrouble):
        PLANTED[plant]()
