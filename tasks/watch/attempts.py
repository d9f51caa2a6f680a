"""When a piece of work may be tried again: at once, or later after each failure.

A failure that left something undone, without any trouble, holds up that alone: what
comes to it is other work. Levels that may not be raised for days would else keep one
that was lowered from its mall for minutes.
"""

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
        self._left: dict[Hashable, object] = {}

    def may_look(self, work: Hashable) -> bool:
        """Return whether it is worth a look what waits for the work now."""
        return work in self._left or self.may(work)

    def may(self, work: Hashable, waiting: object = None) -> bool:
        """Return whether the pause is over, or something else waits than was left."""
        if self._clock() >= self._not_before.get(work, 0.0):
            return True
        return work in self._left and waiting not in {None, self._left[work]}

    def succeeded(self, work: Hashable) -> None:
        """Forget the failures before."""
        self._failed.pop(work, None)
        self._not_before.pop(work, None)
        self._left.pop(work, None)

    def failed(self, work: Hashable, left: object = None) -> None:
        """Pause the work, twice as long as after the failure before.

        `left` is what waited before and waits still, None after trouble.
        """
        self._left.pop(work, None)
        if left is not None:
            self._left[work] = left
        pause = FIRST_PAUSE_S * 2 ** min(self._failed[work], 10)
        self._failed[work] += 1
        self._not_before[work] = self._clock() + min(pause, LONGEST_PAUSE_S)
