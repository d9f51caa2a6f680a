"""Threads of the warm process, each of which does one thing whenever its bell rings."""

import logging
import time
from collections.abc import Callable, Iterator
from contextvars import copy_context
from enum import Enum, auto
from functools import partial
from threading import Event, Thread
from typing import Final, Protocol

from data.model.shops.shop import ShopHandle
from tasks.watch.metrics import WatchMetrics

HUNG_S: Final = 1800.0
"""A job that takes longer hangs: without the beat the schedules work again."""
SETTLES_S: Final = 1.0
"""A drain commits four times within a second; a look at what is due after each would
only keep it from the warehouse."""

log = logging.getLogger("juchu.watch")


class Bell(Enum):
    """What has rung."""

    SPOOL = auto()
    WAREHOUSE = auto()


class Job:
    """A thread that does one thing whenever its bell rings, and once at the start.

    It begins `settles_s` after the first ring; what rings meanwhile is the same work.
    """

    def __init__(
        self,
        do: Callable[[], object],
        metrics: WatchMetrics,
        ending: Event,
        settles_s: float = 0.0,
    ) -> None:
        self._do = do
        self._settles_s = settles_s
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
            self._ending.wait(self._settles_s)
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


class ShopWork(Protocol):
    """What is done for the shops that there are."""

    def handles(self) -> tuple[ShopHandle, ...]:
        """Return the shops."""

    def drain(self, only: ShopHandle) -> int:
        """Take in a shop's notices."""

    def push(self, only: ShopHandle) -> int:
        """Send a shop's levels."""


class ShopJobs:
    """The jobs of every shop, side by side: none waits for another shop's."""

    def __init__(self, work: ShopWork, metrics: WatchMetrics, ending: Event) -> None:
        self._work = work
        self._metrics = metrics
        self._ending = ending
        self._of: dict[Bell, dict[ShopHandle, Job]] = {bell: {} for bell in Bell}

    def begin_new(self) -> None:
        """Begin the jobs of shops that are new; one that is gone finds nothing to do.

        Belongs to the main thread, whose settings of Prefect's the jobs get.
        """
        jobs = {Bell.SPOOL: self._work.drain, Bell.WAREHOUSE: self._work.push}
        settles = {Bell.SPOOL: 0.0, Bell.WAREHOUSE: SETTLES_S}
        for bell, do in jobs.items():
            for shop in set(self._work.handles()) - self._of[bell].keys():
                job = Job(partial(do, shop), self._metrics, self._ending, settles[bell])
                self._of[bell][shop] = job
                job.start()

    def ring(self, bell: Bell) -> None:
        """Request what is due after this bell, for every shop."""
        for job in self._of[bell].values():
            job.ring()

    def __iter__(self) -> Iterator[Job]:
        for jobs in self._of.values():
            yield from jobs.values()
