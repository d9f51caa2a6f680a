"""The warm process itself: `python -m tasks.watch --port 8789`, or `make watch`.

Three threads wait for a bell: one for notices, one for levels, one for the minute. The
spool's bell rings after a notice is on disk, the warehouse's after a commit that wrote.
"""

import argparse
import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from contextvars import copy_context
from enum import Enum, auto
from threading import Event, Thread
from typing import Final

from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings
from watchfiles import watch

from connectors.settings import Settings, read_settings
from data.warehouse.session import bell_of
from tasks.run_log import show_our_log
from tasks.watch.alive import only_watch
from tasks.watch.metrics import Metrics
from tasks.watch.runs import end_orphans, let_arrivals_start_runs
from tasks.watch.work import Watch

PORT: Final = 8789
MINUTE_S: Final = 60.0
LOOK_EVERY_MS: Final = 50
BEAT_EVERY_MS: Final = 5000
HUNG_S: Final = 1800.0
"""A job that takes longer hangs: without the beat the schedules work again."""
END_WITHIN_S: Final = 45.0

log = logging.getLogger("juchu.watch")


class Bell(Enum):
    """What has rung."""

    SPOOL = auto()
    WAREHOUSE = auto()


class Job:
    """A thread that does one thing whenever its bell rings, and once at the start."""

    def __init__(
        self, do: Callable[[], object], metrics: Metrics, ending: Event
    ) -> None:
        self._do = do
        self._metrics = metrics
        self._ending = ending
        self._bell = Event()
        self._began: float | None = None
        # A thread has no settings of Prefect's but those of the context it is given.
        run = copy_context().run
        self._thread = Thread(target=run, args=(self._work,), daemon=True)
        self.ring()

    def start(self) -> None:
        """Begin to wait for the bell."""
        self._thread.start()

    def ring(self) -> None:
        """Request the job once more; several rings before it begins are one."""
        self._bell.set()

    def join(self, timeout_s: float) -> None:
        """Wait for the end of what is being done."""
        self.ring()
        self._thread.join(timeout_s)

    def hangs(self) -> bool:
        """Return whether it has been at the same thing for too long."""
        began = self._began
        return began is not None and time.monotonic() - began > HUNG_S

    def _work(self) -> None:
        while not self._ending.is_set():
            self._bell.wait()
            self._bell.clear()
            if self._ending.is_set():
                return
            self._began = time.monotonic()
            try:
                self._do()
            except Exception:
                log.exception("the warm process goes on after")
                self._metrics.failed()
            self._began = None


def main() -> None:
    """Work until SIGTERM or SIGINT; a second one waits until the first has ended."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--port", type=int, default=PORT, help="of /metrics, loopback")
    port = asked.parse_args().port
    show_our_log("%(asctime)s %(message)s")
    ending = Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: ending.set())
    with ExitStack() as held:
        # A sync flow would wait a second at its end for the thread of its heartbeat.
        without = {PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}
        held.enter_context(temporary_settings(without))
        beat = held.enter_context(only_watch(read_settings().home, ending))
        if beat is None:
            return
        begin()
        metrics = Metrics()
        held.enter_context(metrics.served(port))
        work_until_told(Watch(metrics, ending=ending), metrics, ending, beat)


def begin() -> None:
    """Take over from a warm process that was killed, and from the automation."""
    with get_client(sync_client=True) as client:
        if orphans := end_orphans(client):
            log.warning("%d runs of a killed warm process are Crashed", orphans)
        let_arrivals_start_runs(client, wanted=False)


def work_until_told(
    desk: Watch, metrics: Metrics, ending: Event, beat: Callable[[], None]
) -> None:
    """Wait for bells and have the work done; end in order when told to."""
    desk.look_for_shops()
    desk.minute_passed()
    drain, push, _ = jobs = [
        Job(do, metrics, ending) for do in (desk.drain, desk.push, desk.every_minute)
    ]
    for job in jobs:
        job.start()
    log.info("the warm process works")
    last = time.monotonic()
    try:
        for rung in bells(read_settings(), ending):
            if not any(job.hangs() for job in jobs):
                beat()
            if Bell.SPOOL in rung:
                drain.ring()
            if Bell.WAREHOUSE in rung:
                push.ring()
            if time.monotonic() - last >= MINUTE_S:
                last = time.monotonic()
                desk.minute_passed()
                for job in jobs:
                    job.ring()
    finally:
        ending.set()
        # First of all: who asks us to end may not wait for what is at work.
        with suppress(Exception), get_client(sync_client=True) as client:
            let_arrivals_start_runs(client, wanted=True)
        until = time.monotonic() + END_WITHIN_S
        for job in jobs:
            job.join(max(until - time.monotonic(), 0))


def bells(settings: Settings, ending: Event) -> Iterator[set[Bell]]:
    """Yield which bells have rung, every few seconds none, until told to end."""
    settings.spool.mkdir(mode=0o700, parents=True, exist_ok=True)
    which = {
        str(settings.spool.absolute() / "bell"): Bell.SPOOL,
        str(bell_of(settings.warehouse.absolute())): Bell.WAREHOUSE,
    }
    for changes in watch(
        settings.home.absolute(),
        settings.spool.absolute(),
        watch_filter=lambda _, path: path in which,
        debounce=LOOK_EVERY_MS,
        step=LOOK_EVERY_MS,
        stop_event=ending,
        rust_timeout=BEAT_EVERY_MS,
        yield_on_timeout=True,
        recursive=False,
    ):
        yield {which[path] for _, path in changes}


if __name__ == "__main__":
    main()
