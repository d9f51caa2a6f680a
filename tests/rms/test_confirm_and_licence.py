from datetime import datetime

import pytest

from connectors.rms.client import LicenceApi
from connectors.rms.errors import CredentialsRefused, OutcomeUnknown, Refused
from connectors.rms.orders import ConfirmOutcome, OrdersApi
from data.model.japan_time import JST
from tests.rms.judged import Judged, message, said
from tests.rms.wire_server import answer

CODE = "ORDER_EXT_API_CONFIRM_ORDER_"


def word(kind: str, ending: str, order: str | None) -> dict[str, object]:
    return message(kind, f"{CODE}{kind}_{ending}", orderNumber=order)


def api(status: int, body: object) -> OrdersApi:
    return OrdersApi(Judged(lambda _: (status, body)), "123456", datetime.now)


def test_each_order_gets_rms_word_in_the_order_asked():
    words = said(
        word("ERROR", "105", "c"),
        word("INFO", "101", "a"),
        word("ERROR", "103", "b"),
        word("ERROR", "777", "d"),
    )

    told = api(200, words).confirm(["a", "b", "c", "d", "e", "a"])

    assert [c.order_number for c in told] == ["a", "b", "c", "d", "e"]
    assert [c.outcome for c in told] == [
        ConfirmOutcome.CONFIRMED,
        ConfirmOutcome.UNKNOWN,
        ConfirmOutcome.REFUSED,
        ConfirmOutcome.REFUSED,
        ConfirmOutcome.UNKNOWN,
    ]
    assert [c.is_confirmed for c in told] == [True, False, False, False, False]
    assert "注文の状態を確認" in told[1].reason
    assert "金額を確定" in told[2].reason
    assert told[3].code == f"{CODE}ERROR_777"


def test_a_warning_beside_a_success_is_no_failure_and_an_error_counts_most():
    words = said(
        word("INFO", "101", "a"),
        word("WARNING", "101", "a"),
        word("INFO", "101", "b"),
        word("ERROR", "102", "b"),
        word("WARNING", "101", "c"),
    )

    told = api(200, words).confirm(["a", "b", "c"])

    assert [c.outcome for c in told] == [
        ConfirmOutcome.CONFIRMED,
        ConfirmOutcome.REFUSED,
        ConfirmOutcome.CONFIRMED,
    ]


def test_a_word_without_a_number_belongs_to_the_only_order():
    told = api(200, said(word("INFO", "101", None))).confirm(["a"])

    assert told[0].outcome is ConfirmOutcome.CONFIRMED


@pytest.mark.parametrize(
    ("status", "body", "family"),
    [
        (400, said(word("ERROR", "009", None)), Refused),
        (200, said(word("ERROR", "009", None)), Refused),
        (200, said(), OutcomeUnknown),
        (200, {}, OutcomeUnknown),
        (500, {}, OutcomeUnknown),
    ],
)
def test_an_answer_about_no_order_is_an_error(status, body, family):
    with pytest.raises(family):
        api(status, body).confirm(["a", "b"])


def test_over_a_hundred_is_the_callers_mistake_and_none_is_no_call():
    orders = api(500, {})

    assert orders.confirm([]) == []
    with pytest.raises(ValueError, match="at most 100"):
        orders.confirm([str(n) for n in range(101)])


@pytest.mark.parametrize(
    "text", ["2026-11-28T23:59:59", "2026-11-28T23:59:59+09:00", "2026-11-28T14:59:59Z"]
)
def test_the_licence_ends_in_japan_time(wire, shop, text):
    http, server = wire(answer({"expiryDate": text}))

    assert LicenceApi(http, shop).expiry() == datetime(
        2026, 11, 28, 23, 59, 59, tzinfo=JST
    )
    assert b"/license-key/expiry-date?licenseKey=CANARY-KEY-7f3a " in server.requests[0]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"expiryDate": None},
        {"expiryDate": "soon"},
        {"expiryDate": "9999-12-31T23:59:59Z"},
    ],
)
def test_a_licence_answer_without_a_date_is_refused(wire, shop, body):
    http, _ = wire(answer(body))

    with pytest.raises(Refused):
        LicenceApi(http, shop).expiry()


def test_a_key_without_an_end_is_a_good_answer(wire, shop):
    error = {"errors": [{"code": "DR0006", "message": "no expiry date"}]}
    http, _ = wire(answer(error, 400))

    assert LicenceApi(http, shop).expiry() is None


@pytest.mark.parametrize(("code", "status"), [("DR0005", 400), ("DR0007", 401)])
def test_another_refusal_of_the_date_does_not_blame_the_key_in_use(
    wire, shop, code, status
):
    http, _ = wire(answer({"errors": [{"code": code, "message": "x"}]}, status))

    with pytest.raises(Refused) as refused:
        LicenceApi(http, shop).expiry()
    assert not isinstance(refused.value, CredentialsRefused)
