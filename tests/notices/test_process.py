"""The receiver as a process: begun, told to end, killed, out of room."""

import itertools
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from tests.notices.conftest import Said, Sender, fresh_number
from tests.support.effort import first, for_ci
from tests.support.notices import (
    HEADERS,
    KEY,
    Receiver,
    order_xml,
    result_code,
    shop_environment,
)
from tests.support.waiting import until

ROOT = Path(__file__).parents[2]


def run(*options: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a receiver that ends by itself."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("JUCHU_")}
    return subprocess.run(
        [sys.executable, "-m", "connectors.notices", *options],
        env=clean | {"PYTHONPATH": str(ROOT), "JUCHU_HOME": str(cwd)} | env,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


class Crowd:
    """Senders that send one notice after the other, and know which were taken."""

    def __init__(self, receiver: Receiver, senders: int) -> None:
        self.taken: list[str] = []
        self.answers: set[tuple[int, str]] = set()
        self._url = f"{receiver.url}/notices"
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._send) for _ in range(senders)]
        for thread in self._threads:
            thread.start()

    def _send(self) -> None:
        with httpx.Client(trust_env=False, headers=HEADERS, timeout=5) as http:
            while not self._stop.is_set():
                number = fresh_number()
                try:
                    answer = http.post(self._url, content=order_xml(number))
                except httpx.HTTPError:
                    return
                code = result_code(answer.content)
                self.answers.add((answer.status_code, code))
                if code == "N-000-000":
                    self.taken.append(number)

    def go_home(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=10)


def spooled(receiver: Receiver, http: httpx.Client) -> set[str]:
    return set(Sender(receiver, http).spooled())


@for_ci
def test_sigterm_while_requests_run_loses_none_and_ends_with_0(tmp_path, http):
    receiver = Receiver(tmp_path / "home")
    crowd = Crowd(receiver, 4)
    until(lambda: len(crowd.taken) > 20)
    began = time.monotonic()
    status = receiver.stop()
    took_s = time.monotonic() - began
    crowd.go_home()

    assert status == 0
    assert took_s < 10
    assert crowd.answers == {(200, "N-000-000")}
    assert set(crowd.taken) <= spooled(receiver, http)


def test_a_request_begun_before_sigterm_is_answered(tmp_path, http):
    number = fresh_number()
    body = order_xml(number)
    receiver = Receiver(tmp_path / "home")
    with socket.create_connection(("127.0.0.1", receiver.port), timeout=9) as wire:
        wire.sendall(
            b"POST /notices HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)
        )
        going_on = wire.recv(100)
        receiver.process.send_signal(signal.SIGTERM)
        until(lambda: not _listens(receiver.port))
        wire.sendall(body)
        answer = wire.makefile("rb").read()
    status = receiver.stop()

    assert going_on.startswith(b"HTTP/1.1 100 ")
    assert b"N-000-000" in answer
    assert status == 0
    assert spooled(receiver, http) == {number}


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@first()
@pytest.mark.parametrize("patience_s", [0.05, 0.3])
def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path, http, patience_s):
    receiver = Receiver(tmp_path / "home")
    crowd = Crowd(receiver, 6)
    until(lambda: crowd.taken)
    threading.Event().wait(patience_s)
    receiver.stop(signal.SIGKILL)
    crowd.go_home()
    lost = set(crowd.taken) - spooled(receiver, http)

    assert len(crowd.taken) > 0
    assert lost == set()


def test_without_room_on_disk_nothing_is_acknowledged_and_later_it_is(tmp_path, http):
    number = fresh_number()
    with Receiver(tmp_path / "home") as receiver:
        rakuten = Sender(receiver, http)
        pid, unlimited = receiver.process.pid, resource.RLIM_INFINITY
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (100, unlimited))
        full = rakuten.send(order_xml(number)), rakuten.ask("GET", "/healthz")
        on_disk = [p for p in receiver.spool.rglob("*") if p.is_file()]
        not_stored = rakuten.metric("juchu_notice_messages_not_stored_total")
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))
        later = rakuten.send(order_xml(number)), rakuten.ask("GET", "/healthz")

        assert full[0] == Said(503, "E-400-900")
        assert full[1].status_code == 503
        assert full[1].json() == {"status": "spool", "reason": "SQLITE_IOERR_WRITE"}
        assert (on_disk, not_stored) == ([], 1)
        assert later[0] == Said(200, "N-000-000")
        assert later[1].status_code == 200
        assert rakuten.spooled() == [number]


def test_a_spool_that_cannot_be_read_is_seen_in_healthz_and_metrics(tmp_path, http):
    with Receiver(tmp_path / "home") as receiver:
        receiver.spool.write_bytes(b"no folder")
        rakuten = Sender(receiver, http)

        assert rakuten.send(order_xml(fresh_number())) == Said(503, "E-400-900")
        assert rakuten.ask("GET", "/healthz").status_code == 503
        assert "juchu_spool_depth NaN" in rakuten.ask("GET", "/metrics").text


def test_it_starts_without_a_shop_and_says_so(tmp_path, http):
    with Receiver(tmp_path / "home", {}) as receiver:
        said = Sender(receiver, http).send(order_xml(fresh_number()))

    assert said.code == "E-400-101"
    assert "no shop is known yet" in receiver.log()


def test_a_wrong_setting_stops_it_with_its_name(tmp_path):
    done = run("--port", "0", cwd=tmp_path, JUCHU_NOTICE_ERROR_STATUS="500")

    assert done.returncode == 1
    assert "JUCHU_NOTICE_ERROR_STATUS" in done.stderr
    assert "対処:" in done.stderr
    assert done.stdout == ""


def test_a_half_described_shop_stops_it_without_its_key(tmp_path):
    done = run("--port", "0", cwd=tmp_path, JUCHU_SHOP_DEMO_NOTICE_AUTH_KEY=KEY)

    assert done.returncode == 1
    assert "JUCHU_SHOP_DEMO_SHOP_ID" in done.stderr
    assert KEY not in done.stderr


def test_a_taken_port_is_told_with_advice(tmp_path, receiver):
    done = run("--port", str(receiver.port), cwd=tmp_path, **shop_environment())

    assert done.returncode == 1
    assert str(receiver.port) in done.stderr
    assert "Traceback" not in done.stderr


@for_ci
def test_a_port_that_there_is_not_is_told_in_words(tmp_path):
    done = run("--port", "99999", cwd=tmp_path, **shop_environment())

    assert done.returncode == 2
    assert "対処: 0 から 65535" in done.stderr
    assert "Traceback" not in done.stderr


def test_it_knows_neither_duckdb_nor_prefect_nor_the_warehouse():
    told = "import sys, connectors.notices.__main__; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", told],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    forbidden = ("duckdb", "prefect", "polars", "data.warehouse", "tasks")

    assert "connectors.notices.spool" in loaded
    assert not [
        (module, name)
        for module, name in itertools.product(loaded, forbidden)
        if module == name or module.startswith(f"{name}.")
    ]
