"""Whether the warm process lives: a lock that ends with it, and a beat."""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any, Final

from prefect.client.schemas.objects import State
from prefect.states import Completed

from connectors.folder_lock import is_locked, takes_lock
from connectors.settings.reading import read_settings

LOCK: Final = "watch.lock"
LOOK_EVERY_S: Final = 1.0
SILENT_S: Final = 180.0
"""A process that has not beaten for so long hangs: the schedules work again."""
log = logging.getLogger("juchu.watch")


@contextmanager
def only_watch(home: Path, ending: Event) -> Iterator[Callable[[], None] | None]:
    """Wait until no other warm process lives here, and be it; the value is the beat.

    None instead, if this one is to end before. The system takes the lock from a process
    that ends, however it ends.
    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    held = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not takes_lock(held):
            log.info("another warm process works here; this one waits for its end")
        while not takes_lock(held):
            if ending.wait(LOOK_EVERY_S):
                yield None
                return
        os.utime(held)
        yield lambda: os.utime(held)
    finally:
        os.close(held)


def watch_lives(home: Path | None = None) -> bool:
    """Return whether a warm process is at work here, so that a schedule may rest."""
    try:
        looked = os.open((home or read_settings().home) / LOCK, os.O_RDONLY)
    except OSError:
        return False
    try:
        is_silent = time.time() - os.fstat(looked).st_mtime >= SILENT_S
        return is_locked(looked) and not is_silent
    finally:
        os.close(looked)


def left_to_watch() -> State[Any]:
    """Return the final state of a scheduled run whose work the warm process does."""
    return Completed(
        name="Skipped",
        message="常駐プロセス(make watch)が処理しているため、何もしていません。"
        "すぐに実行する場合は、店舗を指定してください。",
    )
