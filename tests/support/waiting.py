"""Wait for something another process does, without guessing how long it takes."""

import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

T = TypeVar("T")
_pause = Event()


def until(look: Callable[[], T], patience_s: float = 30.0) -> T:
    """Look again and again until there is something; give it, or fail."""
    give_up_at = time.monotonic() + patience_s
    while not (found := look()):
        assert time.monotonic() < give_up_at, f"nothing came within {patience_s} s"
        _pause.wait(0.1)
    return found
