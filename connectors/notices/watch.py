"""How much waits on disk, looked up no more often than it costs nothing to look."""

import threading
import time
from collections.abc import Callable
from typing import Final

from connectors.notices.spool import Spool, SpoolState

_FRESH_S: Final = 1.0
_COST_TIMES: Final = 20
"""A look at a million files takes seconds: it may use a twentieth of the time."""


class SpoolWatch:
    """The spool's state, at most a second old while looking is cheap."""

    def __init__(
        self, spool: Spool, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._spool = spool
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._state = SpoolState(0, None)
        self._good_until = float("-inf")

    def state(self) -> SpoolState:
        """Give the state; looks again when the last look is too old."""
        with self._lock:
            began = self._monotonic()
            if began >= self._good_until:
                self._state = self._spool.state()
                ended = self._monotonic()
                wait = max(_FRESH_S, (ended - began) * _COST_TIMES)
                self._good_until = ended + wait
            return self._state
