"""Wait for something another process does, without guessing how long it takes."""

import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

T = TypeVar("T")
_pause = Event()


def until(
    look: Callable[[], T], patience_s: float = 30.0, why: Callable[[], str] = str
) -> T:
    """Look again and again until there is something; give it, or fail and say why."""
    give_up_at = time.monotonic() + patience_s
    while not (found := look()):
        late = time.monotonic() > give_up_at
        assert not late, f"nothing came within {patience_s} s\n{why()}"
        _pause.wait(0.1)
    return found
