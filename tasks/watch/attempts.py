"""When a piece of work may be tried again: at once, or later after each failure."""

import time
from collections import defaultdict
from collections.abc import Callable, Hashable
from typing import Final

FIRST_PAUSE_S: Final = 5.0
LONGEST_PAUSE_S: Final = 300.0


class Attempts:
    """Pauses that double with each failure in a row, each piece of work by itself."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed: defaultdict[Hashable, int] = defaultdict(int)
        self._not_before: dict[Hashable, float] = {}

    def may(self, work: Hashable) -> bool:
        """Return whether the work's pause is over."""
        return self._clock() >= self._not_before.get(work, 0.0)

    def succeeded(self, work: Hashable) -> None:
        """Forget the failures before."""
        self._failed.pop(work, None)
        self._not_before.pop(work, None)

    def failed(self, work: Hashable) -> None:
        """Pause the work, twice as long as after the failure before."""
        pause = FIRST_PAUSE_S * 2 ** min(self._failed[work], 10)
        self._failed[work] += 1
        self._not_before[work] = self._clock() + min(pause, LONGEST_PAUSE_S)
