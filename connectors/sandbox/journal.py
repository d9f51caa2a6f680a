"""The journal: what RMS's side saw, one entry per request, for tests to look at."""

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

_LATEST = 100_000


@dataclass(slots=True)
class Journal:
    """The requests since the start, or since the journal was last emptied."""

    requests: deque[dict[str, Any]] = field(
        default_factory=lambda: deque(maxlen=_LATEST)
    )
    counts: Counter[str] = field(default_factory=Counter)
    too_fast: int = 0
    began: float = field(default_factory=time.monotonic)

    def record(
        self, function: str, shop: str | None, at: datetime, **more: Any
    ) -> None:
        """Append a request; `elapsed_s` is real time even when the clock is held."""
        self.counts[function] += 1
        self.requests.append(
            {
                "function": function,
                "shop": shop,
                "at": at.isoformat(timespec="milliseconds"),
                "elapsed_s": round(time.monotonic() - self.began, 3),
                **more,
            }
        )

    def shown(self) -> dict[str, Any]:
        """Return the latest requests, the counts per function, and the violations."""
        return {
            "requests": list(self.requests),
            "counts": self.counts,
            "too_fast": self.too_fast,
        }

    def empty(self) -> None:
        """Delete every request and violation."""
        self.requests.clear()
        self.counts.clear()
        self.too_fast = 0
