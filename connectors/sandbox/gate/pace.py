"""One request a second per licence key (rms/order-api.md §5.1).

Kept as a generic cell rate: each admitted request books one second, and a request
may come at most 0.1 s before its turn. So network jitter is not punished, while the
average of one per second holds. A refused request books nothing.
"""

from dataclasses import dataclass, field

INTERVAL_S = 1.0
TOLERANCE_S = 0.1


@dataclass(slots=True)
class Pace:
    """When each licence key may call again, on the machine's monotonic clock."""

    _turns: dict[str, float] = field(default_factory=dict)

    def admits(self, license_key: str, now: float) -> bool:
        """Book a second for this key if it is its turn; say whether it was."""
        turn = self._turns.get(license_key, now)
        if now < turn - TOLERANCE_S:
            return False
        self._turns[license_key] = max(now, turn) + INTERVAL_S
        return True
