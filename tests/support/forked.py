"""Functions in processes of their own, which begin in hundredths of a second.

They are forked from one server that has imported what they need, once for the whole
session; a new interpreter takes a second for that. They may be killed at any moment.
"""

import multiprocessing
import os
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from subprocess import TimeoutExpired
from typing import Any

PATIENCE_S = 60
FORKS = multiprocessing.get_context("forkserver")
PRELOADED = [
    "tests.crash.work",
    "tests.shipping.work",
    "tests.warehouse.rewriting",
    "tests.warehouse.writer",
]
"""Polars may not have worked before a fork; these modules only import it."""
FORKS.set_forkserver_preload(PRELOADED)


class Forked:
    """A process that runs a function; it is asked as a `subprocess.Popen` is."""

    def __init__(self, function: Callable[..., object], *given: object) -> None:
        heard, told = FORKS.Pipe(duplex=False)
        self._process = FORKS.Process(target=_run, args=(told, function, given))
        self._process.start()
        told.close()
        self.stdout = os.fdopen(os.dup(heard.fileno()), encoding="utf-8")
        heard.close()

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float = PATIENCE_S) -> int:
        """Wait for its end and return its status, -9 if it was killed."""
        self._process.join(timeout)
        ended = self._process.exitcode
        if ended is None:
            raise TimeoutExpired(self._process.name, timeout)
        return ended

    def kill(self) -> None:
        self._process.kill()

    def communicate(self, timeout: float = PATIENCE_S) -> tuple[str, None]:
        """Wait for its end and return what it still had to say."""
        with self.stdout:
            rest = self.stdout.read()
        self.wait(timeout)
        return rest, None


def _run(told: Connection, function: Callable[..., object], given: Any) -> None:
    with os.fdopen(os.dup(told.fileno()), "w", encoding="utf-8") as sys.stdout:
        told.close()
        function(*given)
