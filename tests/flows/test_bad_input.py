"""Whatever RMS or the machine does: a Japanese word on it, nothing lost or halved."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from connectors.rms.errors import CredentialsRefused, Refused, Unavailable
from connectors.settings.reading import read_settings
from data.model.japan_time import JST
from data.warehouse.errors import WarehouseBusy
from data.warehouse.session import warehouse
from flows.ingest_orders import ingest_orders
from tasks import orders
from tests.support.effort import first, for_long
from tests.support.plain_runs import both_ways
from tests.support.sandbox import Sandbox
from tests.support.waiting import until

BATCH = 100
"""Orders of one getOrder call."""


def rows(query: str) -> list[tuple]:
    with warehouse(read_settings().warehouse) as con:
        return con.execute(query).fetchall()


def stored() -> set[str]:
    return {number for (number,) in rows("SELECT order_number FROM orders")}


def ended(**given) -> tuple[str, str]:
    """Run the flow for the shop `lab` and say how it ended."""
    state = ingest_orders("lab", return_state=True, **given)
    return state.type.value, state.message


@both_ways
def test_every_order_sold_is_stored_once(lab: Sandbox):
    numbers = lab.sell(250, "mixed")

    assert ended()[0] == "COMPLETED"
    assert stored() == set(numbers)
    assert rows("SELECT found, created, finished_at IS NOT NULL FROM loads") == [
        (250, 250, True)
    ]


@first()
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(
            lambda lab: lab.shop("demo", license_key="another-key"),
            id="wrong key",
            marks=pytest.mark.prefect,
        ),
        pytest.param(
            lambda lab: lab.shop(
                "demo", license_expires_at="2020-01-01T00:00:00+09:00"
            ),
            id="expired key",
        ),
        pytest.param(
            lambda lab: lab.shop("demo", functions_off=["searchOrder"]),
            id="function switched off",
        ),
    ],
)
def test_a_key_that_is_refused_stops_after_one_call(lab: Sandbox, spoil):
    lab.sell(5)
    spoil(lab)

    with pytest.raises(CredentialsRefused, match="対処"):
        ingest_orders("lab")

    # What else is asked is whether the key or this function alone was refused.
    assert lab.journal()["counts"]["searchOrder"] == 1
    assert stored() == set()


def test_reading_switched_off_stops_the_run_before_anything_is_stored(lab: Sandbox):
    lab.sell(5)
    lab.shop("demo", functions_off=["getOrder"])

    with pytest.raises(CredentialsRefused, match="対処"):
        ingest_orders("lab")

    assert stored() == set()


@first(2)
@pytest.mark.parametrize(
    "fault",
    [
        "html",
        pytest.param(
            "html", marks=[pytest.mark.prefect, for_long], id="html, by Prefect"
        ),
        "cut",
        "not_json",
        "503",
        "500",
        "429",
    ],
)
def test_an_answer_that_is_no_answer_is_asked_for_again(lab: Sandbox, fault):
    numbers = lab.sell(5)
    lab.fault(fault, times=2)

    assert ended()[0] == "COMPLETED"
    assert stored() == set(numbers)


def test_a_maintenance_page_that_stays_fails_with_advice(lab: Sandbox):
    lab.sell(5)
    lab.fault("html", times=99)

    with pytest.raises(Unavailable, match="対処"):
        ingest_orders("lab")

    assert stored() == set()


@both_ways
def test_a_wrong_type_in_one_order_costs_that_order_only(lab: Sandbox):
    good, bad = (numbers := lab.sell(100))[1:], numbers[0]
    lab.spoil(bad, "goodsPrice", "abc")

    kind, message = ended()

    assert (kind, "取得できなかった注文 1" in message) == ("FAILED", True)
    assert stored() == set(good)
    assert rows("SELECT order_number, code, settled_at FROM order_refusals") == [
        (bad, "UNREADABLE", None)
    ]


def test_an_order_gone_between_search_and_reading_is_named(lab: Sandbox):
    gone, *good = lab.sell(10)
    lab.vanish(gone)

    assert ended()[0] == "FAILED"
    assert stored() == set(good)
    ((number, reason),) = rows("SELECT order_number, reason FROM order_refusals")
    assert number == gone
    assert "RMS" in reason


def test_an_unknown_state_puts_the_order_on_hold(lab: Sandbox):
    (number,) = lab.sell(1)
    lab.spoil(number, "orderProgress", 777)

    assert ended()[0] == "COMPLETED"
    assert rows("SELECT status, mall_status FROM orders") == [("保留", "777")]


def test_an_open_amount_is_null_and_not_minus_9999(lab: Sandbox):
    lab.sell(1, "open_amounts")

    assert ended()[0] == "COMPLETED"
    assert rows("SELECT amounts_fixed, request_total FROM orders") == [(False, None)]


def test_a_window_that_ends_before_it_begins_is_refused_before_any_call(lab: Sandbox):
    now = datetime.now(JST)

    with pytest.raises(ValueError, match="対処"):
        ingest_orders("lab", since=now, until=now - timedelta(days=1))

    assert lab.journal()["requests"] == []


def test_a_window_older_than_rms_keeps_is_refused_before_any_call(lab: Sandbox):
    with pytest.raises(Refused, match="対処"):
        ingest_orders("lab", since=datetime.now(JST) - timedelta(days=800))

    assert lab.journal()["requests"] == []


@pytest.mark.prefect
def test_a_shop_nobody_described_is_named(lab: Sandbox):
    with pytest.raises(LookupError, match=r"nobody は登録されていません.*対処"):
        ingest_orders("nobody")


@for_long
@pytest.mark.prefect
def test_a_warehouse_that_another_program_holds_is_named(lab: Sandbox):
    lab.sell(3)
    assert ended()[0] == "COMPLETED"
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(1); input()"
    path = str(read_settings().warehouse)
    with subprocess.Popen(
        [sys.executable, "-uc", hold, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout.readline() == b"1\n"
        with pytest.raises(WarehouseBusy, match=f"{holder.pid}.*対処"):
            ingest_orders("lab")
        holder.communicate(b"\n")

    assert ended()[0] == "COMPLETED"


def kill_when_reading(rms: Sandbox) -> None:
    until(lambda: rms.journal()["counts"].get("getOrder", 0) > 1)
    rms.process.kill()


@for_long
def test_an_rms_that_dies_halfway_costs_nothing_but_a_second_run(
    lab: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    state = str(tmp_path / "rms.sqlite")
    options = ("--seed", "7", "--no-rate-limit", "--state", state)
    dying = Sandbox.start(*options)
    monkeypatch.setenv("JUCHU_RMS_URL", dying.url)
    monkeypatch.setenv("JUCHU_RMS_REQUESTS_PER_SECOND", "2")
    monkeypatch.setattr(orders.in_batches, "__defaults__", (BATCH,))
    numbers = dying.sell(5 * BATCH)
    with dying, ThreadPoolExecutor() as executioner:
        executioner.submit(kill_when_reading, dying)
        with pytest.raises(Unavailable, match="対処"):
            ingest_orders("lab")
    after_death = len(stored())
    with Sandbox.start(*options) as back:
        monkeypatch.setenv("JUCHU_RMS_URL", back.url)
        monkeypatch.setenv("JUCHU_RMS_REQUESTS_PER_SECOND", "0")
        assert ended()[0] == "COMPLETED"

    assert BATCH <= after_death < len(numbers)
    assert after_death % BATCH == 0
    assert stored() == set(numbers)
