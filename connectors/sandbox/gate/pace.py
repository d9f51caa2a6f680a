"""The pace RMS enforces: one request a second per key (docs/rms/order-api.md §5.1).

A generic cell rate: each admitted request books one second, and a request may come at
most 0.1 s before its turn. So network jitter is not punished, while the average of one
per second holds. A refused request books nothing. The inventory API counts each
function by itself, some at five a second (docs/rms/inventory-and-license-api.md §1).

Where a test moves time, nobody is refused: the wait until the turn is counted, and the
sandbox's clock moved on by it (the setting `pace_moves_clock`).

A file of its own because the world holds it and the gateway holds the world.
"""

from dataclasses import dataclass, field

INTERVAL_S = 1.0
TOLERANCE_S = 0.1


@dataclass(slots=True)
class Pace:
    """When each lane may be used again, in seconds of the clock that it is asked by.

    A lane is a licence key, or a key and a function.
    """

    _turns: dict[str, float] = field(default_factory=dict)

    def admits(self, lane: str, now: float, interval_s: float = INTERVAL_S) -> bool:
        """Book an interval of this lane if it is its turn; return whether it was."""
        turn = self._turns.get(lane, now)
        if now < turn - TOLERANCE_S:
            return False
        self._turns[lane] = max(now, turn) + interval_s
        return True

    def wait_s(self, lane: str, now: float, interval_s: float = INTERVAL_S) -> float:
        """Book this lane's next turn and return how long a caller waits for it."""
        turn = max(now, self._turns.get(lane, now))
        self._turns[lane] = turn + interval_s
        return turn - now
