"""The shop's machine and its mall: three processes, one clock, and their sizes."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import psutil

from tests.support.notices import Receiver
from tests.support.sandbox import Sandbox
from tests.year.calendar import FIRST_DAY

OPENS_ONCE: Final = "YEAR_OPENS_ONCE"
"""Tells the process at work to open the warehouse once a flow (`clerk.py`)."""

ROOT: Final = Path(__file__).parents[2]
ON_THE_SHELF: Final = 20_000
STARTS_WITHIN_S: Final = 60


class Ended(NamedTuple):
    """How a flow ended."""

    state: str
    message: str
    cpu_s: float


class Sizes(NamedTuple):
    """What the machine holds, in megabytes."""

    clerk: float
    receiver: float
    warehouse: float
    backups: float
    other: float


class Clerk:
    """The process at work, and the one after it when it is killed."""

    def __init__(self, env: dict[str, str], log: Path) -> None:
        self.env = env
        self._log = log
        self.kills = 0
        self.process = self._begun()

    def _begun(self) -> "subprocess.Popen[str]":
        with self._log.open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.year.clerk"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=ROOT,
                env=self.env,
            )
        self.process = process
        assert self._heard(STARTS_WITHIN_S) == {"ready": True}
        return process

    def run(self, flow: str, **given: Any) -> Ended:
        """Run a flow to its end."""
        self._tell({"flow": flow, "given": given})
        return Ended(**self._heard())

    def killed(self, flow: str, after_s: float) -> bool:
        """Begin a flow and kill the process at work; False when it was done before.

        Another process is there afterwards.
        """
        self._tell({"flow": flow, "given": {}})
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], after_s)
        if ready:
            self._heard()
            return False
        self.process.kill()
        self._close()
        self.kills += 1
        self._begun()
        return True

    def set(self, **settings: str) -> None:
        """Change settings, as staff change a shop's block."""
        self.env |= settings
        self._tell({"settings": settings})
        self._heard()

    def ask(self, sql: str) -> list[list[Any]]:
        """Ask the warehouse."""
        self._tell({"sql": sql})
        rows: list[list[Any]] = self._heard()["rows"]
        return rows

    def end(self) -> None:
        """Let it end, and wait for that."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self._close()

    def _tell(self, what: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()

    def _heard(self, within_s: float | None = None) -> dict[str, Any]:
        assert self.process.stdout is not None
        if within_s is not None:
            select.select([self.process.stdout], [], [], within_s)
        line = self.process.stdout.readline()
        assert line, f"the process at work ended by itself: {self._log.read_text()}"
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _close(self) -> None:
        self.process.wait(60)
        for end in (self.process.stdin, self.process.stdout):
            assert end is not None
            end.close()


class Machine:
    """One mall, one receiver, one process at work, and the home of the two."""

    def __init__(self, folder: Path, rms: Sandbox, *, opens_once: bool) -> None:
        self.home, self.books, self.rms = folder / "home", folder / "mall.sqlite", rms
        self.shop = rms.shops["demo"]
        ours = self.shop.environment() | {
            "JUCHU_HOME": str(self.home),
            "JUCHU_RMS_URL": rms.url,
            "JUCHU_RMS_REQUESTS_PER_SECOND": "0",  # the mall counts the pace
            "JUCHU_TEST_CLOCK": str(folder / "clock.json"),
            "PREFECT_HOME": str(folder / "prefect"),
            "PYTHONPATH": str(ROOT),
        }
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("JUCHU_", "PREFECT_"))
        }
        self.receiver = Receiver(self.home, ours)
        once = {OPENS_ONCE: "1"} if opens_once else {}
        self.clerk = Clerk(inherited | ours | once, folder / "clerk.log")
        rms.settings(
            notify_url=f"{self.receiver.url}/notices",
            notify_retry_s=0.5,
            notify_batch=25,
            pace_moves_clock=True,
            settles_after_days=3,
        )

    def now(self) -> datetime:
        """Return what the clock of both sides shows."""
        return datetime.fromisoformat(self.rms.clock())

    def wait_until(self, moment: datetime) -> None:
        """Move the clock on, unless the pace has moved it further."""
        if moment > self.now():
            self.rms.clock(set=moment.isoformat(), hold=True)

    def sizes(self) -> Sizes:
        """Measure the processes and the home."""
        files: dict[str, int] = {"all": 0, "juchu": 0, "backup": 0}
        for path in self.home.rglob("*"):
            with suppress(FileNotFoundError):  # what is half made comes and goes
                size = path.stat().st_size if path.is_file() else 0
                top = path.relative_to(self.home).parts[0]
                files["all"] += size
                kind = "juchu" if top.startswith("juchu.duckdb") else top
                if kind in files:
                    files[kind] += size
        rest = files["all"] - files["juchu"] - files["backup"]
        held = (self.clerk.process.pid, self.receiver.process.pid)
        sizes = [psutil.Process(pid).memory_info().rss for pid in held]
        sizes += [files["juchu"], files["backup"], rest]
        return Sizes(*(size / 1e6 for size in sizes))

    def cpu_s(self) -> dict[str, float]:
        """Return the seconds each process has worked; a killed one's are not in it."""
        pids = {
            "clerk": self.clerk.process.pid,
            "receiver": self.receiver.process.pid,
            "mall": self.rms.process.pid,
        }
        times = {name: psutil.Process(pid).cpu_times() for name, pid in pids.items()}
        return {name: t.user + t.system for name, t in times.items()}


@contextmanager
def machine(folder: Path, seed: int, *, opens_once: bool) -> Iterator[Machine]:
    """Start the processes on the eve of the first day; end them with the block."""
    options = {
        "--seed": str(seed),
        "--clock": FIRST_DAY.isoformat(),
        "--clock-file": str(folder / "clock.json"),
        "--state": str(folder / "mall.sqlite"),
        "--stock": str(ON_THE_SHELF),
    }
    given = [word for pair in options.items() for word in pair]
    with Sandbox.start(*given, "--no-rate-limit") as rms:
        ours = Machine(folder, rms, opens_once=opens_once)
        try:
            yield ours
        finally:
            rms.settings(notify_url=None)
            ours.receiver.stop()
            if ours.clerk.process.poll() is None:
                ours.clerk.process.kill()
                ours.clerk.process.wait(60)
