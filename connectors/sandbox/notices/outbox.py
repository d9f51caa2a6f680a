"""The outbox: which notice messages wait, and which were taken.

Chance can lose, double or hold back a message on the way. It is drawn from the seed and
the message's first key, so a run with the same seed loses, doubles and holds back the
same messages whatever the machine's speed.
"""

import asyncio
import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from connectors.sandbox.settings import SandboxSettings


class OutgoingNotice(NamedTuple):
    """One notice on its way; its key is Rakuten's seqId or requestId."""

    key: str
    shop: str
    order_number: str | None
    kind: str


@dataclass(slots=True, eq=False)
class NoticeMessage:
    """One POST: one or more notices, and how often and with what result it was sent."""

    entries: list[OutgoingNotice]
    body: bytes = field(repr=False)
    lost: bool = False
    attempts: int = 0
    last: str | None = None
    acknowledged_at: str | None = None

    @property
    def waiting(self) -> bool:
        """Whether it is still to be taken."""
        return not self.lost and self.acknowledged_at is None

    def shown(self) -> list[dict[str, Any]]:
        """Return the state of each of its notices, as JSON."""
        return [
            {
                "key": entry.key,
                "shop": entry.shop,
                "orderNumber": entry.order_number,
                "kind": entry.kind,
                "attempts": self.attempts,
                "last": self.last,
                "acknowledged_at": self.acknowledged_at,
                "lost": self.lost,
            }
            for entry in self.entries
        ]


class Delivery(NamedTuple):
    """One sending of a message, due at a monotonic moment; the earliest goes first.

    `age` counts the emptyings of the outbox: a delivery of an earlier age is void.
    """

    due: float
    number: int
    message: NoticeMessage
    tries: int = 0
    duplicate: bool = False
    age: int = 0


class Outbox:
    """The messages of one sandbox since its start, or since it was last emptied."""

    def __init__(self) -> None:
        self.wake = asyncio.Event()
        """Set when there may be something to send."""
        self.quiet = asyncio.Event()
        """Set while no notice waits to be taken."""
        self._age = 0
        self._begin()

    def _begin(self) -> None:
        self.messages: list[NoticeMessage] = []
        self._queue: list[Delivery] = []
        self._number = 0
        self._waiting = 0
        self.quiet.set()

    def empty(self) -> None:
        """Delete every message; what is on its way is not sent again."""
        self._age += 1
        self._begin()

    def post(
        self,
        messages: Iterable[NoticeMessage],
        seed: int,
        settings: SandboxSettings,
        now: float,
    ) -> None:
        """Plan the sending of messages; a lost one is listed and never sent."""
        for message in messages:
            first = message.entries[0]
            rng = Random(f"{seed}:notice:{first.shop}:{first.key}")  # noqa: S311 - chance must repeat with the seed
            lost, doubled, held = (rng.random() for _ in range(3))
            self.messages.append(message)
            if lost < settings.notify_loss:
                message.lost = True
                continue
            self._waiting += len(message.entries)
            self.quiet.clear()
            due = now + settings.notify_delay_s
            late = settings.notify_held_s
            if held < settings.notify_reorder:
                self._push(due + late * rng.uniform(0.5, 1), message)
            else:
                self._push(due, message)
            if doubled < settings.notify_duplicate:
                self._push(due + late * rng.random(), message, duplicate=True)
        self.wake.set()

    def _push(
        self,
        due: float,
        message: NoticeMessage,
        tries: int = 0,
        *,
        duplicate: bool = False,
    ) -> None:
        self._number += 1
        delivery = Delivery(due, self._number, message, tries, duplicate, self._age)
        heapq.heappush(self._queue, delivery)

    def take(self, now: float) -> Delivery | None:
        """Remove and return the delivery that has been due longest, if any is due."""
        if self._queue and self._queue[0].due <= now:
            return heapq.heappop(self._queue)
        return None

    def next_due(self) -> float | None:
        """Return when the next delivery is due, None if none is."""
        return self._queue[0].due if self._queue else None

    def record_taken(self, delivery: Delivery, at: str) -> None:
        """Record when a message was first taken."""
        message = delivery.message
        if message.waiting and delivery.age == self._age:
            message.acknowledged_at = at
            self._waiting -= len(message.entries)
            if not self._waiting:
                self.quiet.set()

    def retry(self, delivery: Delivery, due: float) -> None:
        """Plan the next try of a message, unless one copy of it was taken by now.

        A duplicate has one try only.
        """
        stale = delivery.duplicate or delivery.age != self._age
        if not stale and delivery.message.waiting:
            self._push(due, delivery.message, delivery.tries + 1)

    def counts(self) -> dict[str, int]:
        """Count the notices made, lost, taken and waiting, and the POSTs so far."""
        sizes = [(m, len(m.entries)) for m in self.messages]
        return {
            "made": sum(size for _, size in sizes),
            "lost": sum(size for m, size in sizes if m.lost),
            "acknowledged": sum(size for m, size in sizes if m.acknowledged_at),
            "waiting": self._waiting,
            "sent": sum(m.attempts for m in self.messages),
        }
