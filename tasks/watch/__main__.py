"""The warm process itself: `python -m tasks.watch --port 8789`, or `make watch`.

Threads wait for a bell: of each shop one for notices and one for levels, because each
waits for its own pace at RMS; and one for the minute. The spool's bell rings after a
notice is on disk, the warehouse's after a commit that wrote.
"""

import argparse
import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from threading import Event
from typing import Final

from inotify_simple import INotify, flags
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from connectors.ports import port_number
from connectors.settings.fields import Settings
from connectors.settings.reading import read_settings
from data.warehouse.session import bell_of
from tasks.runs.log import show_our_log
from tasks.watch.alive import only_watch
from tasks.watch.jobs import Bell, Job, ShopJobs
from tasks.watch.metrics import WatchMetrics
from tasks.watch.runs import end_orphans, let_arrivals_start_runs
from tasks.watch.work import Watch

PORT: Final = 8789
MINUTE_S: Final = 60.0
LOOK_EVERY_MS: Final = 200
"""How often it looks whether it is told to end; a bell itself wakes it at once."""
BEAT_S: Final = 5.0
RINGS: Final = flags.ATTRIB | flags.CREATE | flags.MOVED_TO
"""What a touch does to a file, or makes of none. Writes to the files beside a bell, of
which there are hundreds a minute, wake nobody."""
END_WITHIN_S: Final = 45.0

log = logging.getLogger("juchu.watch")


def main() -> None:
    """Work until SIGTERM or SIGINT; a second one waits until the first has ended."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument(
        "--port", type=port_number, default=PORT, help="of /metrics, loopback"
    )
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
        metrics = WatchMetrics()
        held.enter_context(metrics.served(port))
        work_until_told(Watch(metrics, ending=ending), metrics, ending, beat)


def begin() -> None:
    """Take over from a warm process that was killed, and from the automation."""
    with get_client(sync_client=True) as client:
        if orphans := end_orphans(client):
            log.warning("%d runs of a killed warm process are Crashed", orphans)
        let_arrivals_start_runs(client, wanted=False)


def work_until_told(
    watch: Watch, metrics: WatchMetrics, ending: Event, beat: Callable[[], None]
) -> None:
    """Wait for bells and have the work done; end in order when told to."""
    watch.look_for_shops()
    watch.minute_passed()
    minute, shops = (
        Job(watch.every_minute, metrics, ending),
        ShopJobs(watch, metrics, ending),
    )
    minute.start()
    shops.begin_new()
    log.info("the warm process works")
    last = time.monotonic()
    try:
        for rung in bells(read_settings(), ending):
            if not any(job.hangs() for job in (minute, *shops)):
                beat()
            shops.begin_new()
            for bell in rung:
                shops.ring(bell)
            if time.monotonic() - last >= MINUTE_S:
                last = time.monotonic()
                watch.minute_passed()
                for job in (minute, *shops):
                    job.ring()
    finally:
        ending.set()
        # First of all: who asks us to end may not wait for what is at work.
        with suppress(Exception), get_client(sync_client=True) as client:
            let_arrivals_start_runs(client, wanted=True)
        until = time.monotonic() + END_WITHIN_S
        for job in (minute, *shops):
            job.join(max(until - time.monotonic(), 0))


def bells(settings: Settings, ending: Event) -> Iterator[set[Bell]]:
    """Yield which bells have rung, every few seconds none, until told to end."""
    files = {
        settings.spool.absolute() / "bell": Bell.SPOOL,
        bell_of(settings.warehouse.absolute()): Bell.WAREHOUSE,
    }
    for file in files:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with INotify() as events:
        # Folders, because a bell may not be there yet, or be another file later.
        which = {
            (events.add_watch(file.parent, RINGS), file.name): bell
            for file, bell in files.items()
        }
        beat_at = 0.0
        while not ending.is_set():
            found = events.read(timeout=LOOK_EVERY_MS)
            rung = {which[at] for e in found if (at := (e.wd, e.name)) in which}
            if any(e.mask & flags.Q_OVERFLOW for e in found):  # some were dropped
                rung = set(Bell)
            if rung or time.monotonic() >= beat_at:
                beat_at = time.monotonic() + BEAT_S
                yield rung


if __name__ == "__main__":
    main()
