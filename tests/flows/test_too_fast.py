"""RMS says "too fast" or "processing" on a busy morning: nobody is stopped by it."""

import json

import pytest

from connectors.rms import fetch
from connectors.rms.pace import Slowness
from connectors.settings.reading import read_settings
from data.warehouse.session import warehouse
from flows.daily import daily
from flows.ingest_orders import ingest_orders
from tasks.runs import retrying
from tests.support.csv_counter import Shown
from tests.support.effort import first
from tests.support.plain_runs import both_ways
from tests.support.sandbox import Sandbox

SEARCH, GET, CONFIRM = "searchOrder", "getOrder", "confirmOrder"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retrying, "PAUSES_S", (0.0, 0.0, 0.0))


def connection() -> set[tuple[str]]:
    with warehouse(read_settings().warehouse) as con:
        return set(con.execute("SELECT connection_status FROM shops").fetchall())


def stored() -> set[str]:
    with warehouse(read_settings().warehouse) as con:
        return {n for (n,) in con.execute("SELECT order_number FROM orders").fetchall()}


@first()
@pytest.mark.parametrize("function", [SEARCH, GET])
@pytest.mark.parametrize("fault", ["ES01-03", "ES01-05"])
def test_two_answers_too_fast_stop_nothing_in_the_morning(
    lab: Sandbox, shown: Shown, fault: str, function: str
):
    sold = lab.sell(3, progress=300)
    lab.fault(fault, function=function, times=2)
    state = daily("lab", return_state=True)

    assert state.name == "Completed", state.message
    assert stored() == set(sold)
    assert connection() <= {("ok",), ("throttled",)}
    assert "発行" not in shown("day-report")


@first(2)
@pytest.mark.parametrize("function", [SEARCH, GET])
@pytest.mark.parametrize("fault", ["WARNING_001", "ERROR_000", "502", "ES01-03"])
def test_an_answer_that_holds_nothing_is_no_empty_day(
    lab: Sandbox, fault: str, function: str
):
    sold = lab.sell(3, progress=300)
    lab.fault(fault, function=function, times=2)
    state = ingest_orders("lab", return_state=True)

    assert state.name == "Completed", state.message
    assert stored() == set(sold)


def test_one_call_in_ten_too_fast_throws_no_other_call_away(
    lab: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fetch, "AT_ONCE", 2)
    monkeypatch.setattr(Slowness, "too_fast", lambda _: None)
    sold = lab.sell(80, progress=300)
    lab.fault("ES01-03", function=GET, times=1000, probability=0.1)
    state = ingest_orders("lab", return_state=True)

    assert state.name == "Completed", state.message
    assert stored() == set(sold)
    calls = [one for one in lab.journal()["requests"] if one["function"] == GET]
    refused = [one for one in calls if one["status"] == 403]
    assert len(refused) >= 2
    assert len(calls) == 40 + len(refused)


@both_ways
def test_an_order_at_which_rms_breaks_keeps_no_other_out(lab: Sandbox, shown: Shown):
    """Every run ended at it, and the shop had no order any more."""
    bad, *good = lab.sell(3, progress=300)
    lab.fault("ERROR_000", function=GET, about=bad, times=999)
    state = ingest_orders("lab", return_state=True)

    assert stored() == set(good)
    assert state.name == "Failed"
    assert "取得できなかった注文 1" in state.message
    assert bad in shown("ingest-report")
    assert [row["attempt"] for row in json.loads(shown("retries"))] == [1, 2]


def test_an_order_is_confirmed_although_rms_was_busy(lab: Sandbox):
    sold = lab.sell(2, progress=100)
    lab.fault("403", function=CONFIRM, times=2)
    state = ingest_orders("lab", confirm=True, return_state=True)

    assert state.name == "Completed", state.message
    assert lab.journal()["counts"][CONFIRM] == 3
    assert {lab.orders()[number]["orderProgress"] for number in sold} == {200}


@first()
@pytest.mark.parametrize("word", ["ERROR_103", "ERROR_104", "ERROR_106", "ERROR_108"])
def test_an_order_that_rms_does_not_confirm_is_named_and_the_others_go_on(
    lab: Sandbox, shown: Shown, word: str
):
    odd, good = lab.sell(2, progress=100)
    lab.fault(f"CONFIRM_ORDER_{word}", about=odd)
    state = ingest_orders("lab", confirm=True, return_state=True)

    named = shown("ingest-report").partition("注文確認できなかった注文 1件")[2]
    assert state.name == "Completed", state.message
    assert "注文確認できなかった注文 1" in str(state.message)
    assert odd in named
    assert f"CONFIRM_ORDER_{word}" in named
    assert good not in named
    assert lab.orders()[good]["orderProgress"] == 200


@first()
@pytest.mark.parametrize("fault", ["500", "WARNING_001", "ERROR_000"])
def test_orders_that_are_not_known_to_be_confirmed_are_named(
    lab: Sandbox, shown: Shown, fault: str
):
    """The run was Completed, and said nothing of orders that wait at RMS as before."""
    sold = lab.sell(2, progress=100)
    lab.fault(fault, function=CONFIRM)
    state = ingest_orders("lab", confirm=True, return_state=True)

    assert "注文確認できなかった注文 2" in str(state.message)
    assert all(number in shown("ingest-report") for number in sold)
    assert "対処: " in shown("ingest-report")
    assert lab.journal()["counts"][CONFIRM] == 1


def test_orders_whose_lost_answer_was_a_confirmation_are_not_named(
    lab: Sandbox, shown: Shown
):
    sold = lab.sell(2, progress=100)
    lab.fault("answer_lost", function=CONFIRM)
    state = ingest_orders("lab", confirm=True, return_state=True)

    assert {lab.orders()[number]["orderProgress"] for number in sold} == {200}
    assert "注文確認できなかった注文" not in f"{state.message}{shown('ingest-report')}"


def test_an_order_confirmed_without_its_mail_is_confirmed(lab: Sandbox, shown: Shown):
    (sold,) = lab.sell(1, progress=100)
    lab.fault("CONFIRM_ORDER_WARNING_101", about=sold)
    state = ingest_orders("lab", confirm=True, return_state=True)

    assert state.name == "Completed", state.message
    assert "注文確認できなかった注文" not in shown("ingest-report")
    assert lab.orders()[sold]["orderProgress"] == 200
