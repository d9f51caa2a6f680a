"""`python -m connectors.sandbox` as a user runs it."""

import socket
import subprocess
import sys
import time

import httpx
import pytest

from tests.support.effort import for_ci
from tests.support.sandbox import Sandbox

CLOCK = ("--clock", "2026-05-01T12:00:00")


def test_it_listens_on_the_loopback_address_once_the_first_line_is_out():
    with Sandbox.start() as own:
        assert own.url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{own.url}/_control/clock").status_code == 200


def test_the_first_line_introduces_two_shops_with_their_keys(sandbox):
    shops = sandbox.shops

    assert set(shops) == {"demo", "demo2"}
    assert (shops["demo"].shop_id, shops["demo2"].shop_id) == ("123456", "54321")
    assert len(shops["demo"].service_secret) <= 50


@for_ci
def test_orders_can_be_sold_at_the_start():
    with Sandbox.start("--sell", "12") as own:
        assert len(own.orders()) == 12


@for_ci
def test_the_rate_limit_is_on_unless_switched_off():
    with Sandbox.start() as own:
        assert own.settings()["rate_limit"] is True


@for_ci
def test_the_same_seed_and_clock_make_the_same_orders():
    with Sandbox.start("--seed", "3", *CLOCK) as one:
        one.sell(50, "mixed")
        first = httpx.get(f"{one.url}/_control/orders?full=1").content
    with Sandbox.start("--seed", "3", *CLOCK) as two:
        two.sell(20, "mixed")
        two.sell(30, "mixed")
        second = httpx.get(f"{two.url}/_control/orders?full=1").content

    assert first == second


@for_ci
def test_another_seed_makes_other_orders():
    with Sandbox.start("--seed", "3", *CLOCK) as one:
        one.sell(5, "mixed")
        first = one.orders()
        one.reset(seed=4)
        one.sell(5, "mixed")

        assert one.orders() != first


def test_a_state_file_survives_a_restart(tmp_path):
    options = ("--seed", "3", "--state", str(tmp_path / "state.db"))
    with Sandbox.start(*options) as before:
        before.sell(5, "mixed")
        before.shop("demo", license_key="SL123456_changed")
        before.settings(async_delay_s=42)
        before.clock(advance_s=90_000)
        clock, orders = before.clock(), before.orders()
    with Sandbox.start(*options) as after:
        assert after.orders() == orders
        assert after.shops["demo"].license_key == "SL123456_changed"
        assert after.settings()["async_delay_s"] == 42
        assert after.clock() > clock
        assert set(after.sell(5)).isdisjoint(orders)


@for_ci
def test_without_a_state_file_nothing_survives():
    with Sandbox.start("--sell", "5"):
        pass
    with Sandbox.start() as after:
        assert after.orders() == {}


@for_ci
def test_it_ends_cleanly_within_two_seconds_while_a_request_hangs():
    own = Sandbox.start("--no-rate-limit")
    own.fault("timeout")
    host, _, port = own.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as hanging:
        hanging.sendall(b"POST /es/2.0/order/getOrder/ HTTP/1.1\r\nHost: x\r\n\r\n")
        assert own.control("GET", "faults")["faults"] == []
        began = time.monotonic()

        status = own.stop()

        assert status == 0
        assert time.monotonic() - began < 2
        assert hanging.recv(100) == b""


@for_ci
def test_two_processes_cannot_have_the_same_port(sandbox):
    port = sandbox.url.rpartition(":")[2]

    second = ended("--port", port)

    assert (second.returncode, second.stdout) == (1, "")
    assert f"127.0.0.1:{port}: Address already in use" in second.stderr
    assert "対処: --port" in second.stderr


@for_ci
@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--port", "99999", "65535"),
        ("--port", "-1", "65535"),
        ("--state", "/nonexistent/x", "対処: --state"),
        ("--state", __file__, "対処: --state"),
        ("--clock-file", "/nonexistent/x", "対処: --clock-file"),
        ("--clock", "nonsense", "nonsense"),
        ("--notify", "nonsense", "http(s)"),
    ],
)
def test_a_wrong_argument_is_told_in_words(option, value, said):
    done = ended(option, value)

    assert done.returncode in {1, 2}
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def ended(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "connectors.sandbox", *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
