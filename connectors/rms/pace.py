"""The pace RMS asks for, per shop and bucket, kept by all processes of the machine.

RMS allows one request a second, five for reading stock (docs/rms/order-api.md §5.1;
docs/rms/inventory-and-license-api.md, first table). A task runner, the receiver's drain
and a person's ad hoc run are separate processes, so the next free instant of a bucket
stands in a small file under JUCHU_HOME. Who wants to call locks the file, waits for
that instant, sends, writes the next one and lets go: the others queue in the kernel
meanwhile, and a kill lets go as well.

The lock is held while its holder waits, and until its request has left. A limiter that
books a time ahead calls too soon after a holder that woke late, and one that counts
from the turn after a request that left late, e.g. because it connected slowly (ADR 3).
"""

import fcntl
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import (
    AbstractContextManager,
    ExitStack,
    contextmanager,
    nullcontext,
    suppress,
)
from enum import StrEnum
from pathlib import Path

from connectors.durable_write import replace_durably
from connectors.rms.address import is_loopback
from data.model.shops.shop import Shop

SLACK = 1.01
"""1 % longer than asked, so that jitter between us and RMS never makes it shorter."""

FASTEST = 1000.0
SLOWEST = 8.0
"""Times the usual pause, at most."""
QUIET_S = 30.0
"""Without another "too fast" the pause is halved after each of these."""
SOON_S = 3.0
"""A "too fast" this soon after another shows a limit; one by itself is chance."""
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,126}")

Turn = AbstractContextManager[None]
"""Entered when it is the caller's turn, left when its request has gone out."""


class Bucket(StrEnum):
    """Calls that RMS counts together; the value names the pace's file.

    No limit is known for the licence call; it goes with the orders.
    """

    ORDER = "order"
    STOCK_READ = "stock-read"
    STOCK_WRITE = "stock-write"

    @property
    def per_second(self) -> float:
        """How many calls a second RMS allows one shop."""
        return 5.0 if self is Bucket.STOCK_READ else 1.0


ALL_TOGETHER = sum(bucket.per_second for bucket in Bucket)
"""Calls a second of all buckets, seven: at the slowest less than one."""


class Slowness:
    """How many times slower than usual a shop calls, since RMS said "too fast".

    RMS tells neither its limits nor what it counts by, and other tools may use the same
    key. So the second such answer within three seconds, and each further one, doubles
    the pause of every bucket of the shop, up to eight times, and each quiet half-minute
    halves it; meanwhile the buckets call one after the other. One by itself only makes
    the quiet begin anew. All processes share it by a file (ADR 26).
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = path
        self._clock = clock

    def factor(self) -> float:
        """Return by what the usual pause is multiplied now; 1 is the usual pace."""
        factor, _ = self._look()
        return factor

    def too_fast(self) -> None:
        """Record such an answer; OSError when the file cannot be written."""
        factor, quiet_s = self._look()
        if quiet_s < SOON_S:
            factor = min(factor * 2, SLOWEST)
        replace_durably(self.path, f"{factor} {self._clock()!r}\n".encode("ascii"))

    def _look(self) -> tuple[float, float]:
        """Return the factor now, and how many seconds ago RMS last said "too fast"."""
        long_ago = QUIET_S * SLOWEST
        try:
            factor, last = map(float, self.path.read_text("ascii").split())
        except (OSError, ValueError):
            return 1.0, long_ago
        quiet_s = self._clock() - last
        if quiet_s < 0:  # written before the machine's last start
            return 1.0, long_ago
        halved = min(quiet_s // QUIET_S, SLOWEST)
        return max(1.0, min(factor, SLOWEST) / 2**halved), quiet_s


class Pace:
    """Wait for the next free instant: `with pace(): send`; safe in threads, processes.

    While `slowness` lasts, `together` is waited for as well: the pace of all buckets of
    the shop, one after the other. Until then RMS is believed to count them apart.
    """

    def __init__(
        self,
        path: Path,
        per_second: float = 1.0,
        slowness: Slowness | None = None,
        together: Callable[[], Turn] | None = None,
    ) -> None:
        if not 0 < per_second <= FASTEST:
            raise ValueError("per_second must be above 0 and at most 1000")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path
        self.interval_s = SLACK / per_second
        self._slowness = slowness
        self._together = together

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Enter the block when it is this caller's turn; nobody else has one meanwhile.

        The next turn is counted from the end of the block. A caller that is stopped
        while it waits has taken nothing. OSError when the file cannot be opened or
        written.
        """
        slower = self._slowness.factor() if self._slowness else 1.0
        interval_s = self.interval_s * slower
        with ExitStack() as held:
            number = held.enter_context(_locked(self.path))
            # Monotonic: the same for all processes of the machine, and nobody sets it.
            ahead_s = self._free_at(number) - time.monotonic()
            if not ahead_s <= 0:
                # Further ahead than one interval was written before the machine's last
                # start, or is damage: one interval is always enough.
                time.sleep(min(interval_s, ahead_s))
            if slower > 1 and self._together:
                held.enter_context(self._together())
            self._book(number, interval_s)  # who is killed in its turn may have sent
            try:
                yield
            finally:
                with suppress(OSError):  # what was sent is not undone by a full disk
                    self._book(number, interval_s)

    @staticmethod
    def _book(number: int, interval_s: float) -> None:
        free_at = time.monotonic() + interval_s
        os.pwrite(number, f"{free_at:020.6f}\n".encode(), 0)

    @staticmethod
    def _free_at(number: int) -> float:
        try:
            return float(os.pread(number, 21, 0) or "-inf")
        except ValueError:
            return float("inf")

    def __repr__(self) -> str:
        return f"Pace({self.path.name!r}, interval_s={self.interval_s:.3f})"


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """Open the file for its owner only and hold its lock; yield its descriptor.

    Opened for each call: a lock belongs to the opened file, and threads must not share.
    """
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield number
    finally:
        os.close(number)


def unlimited() -> Turn:
    """Keep no pace: for a sandbox on this machine only."""
    return nullcontext()


def pace_for(
    home: Path, shop: Shop, api: str, per_second: float, rms_url: str
) -> Callable[[], Turn]:
    """Return the pace of one shop in one bucket; ValueError if RMS would be rushed.

    A rate of 0 keeps no pace and, like any rate above the bucket's, is for a sandbox
    on this machine only.
    """
    is_rushed = per_second == 0 or per_second > Bucket(api).per_second
    if is_rushed and not is_loopback(rms_url):
        raise ValueError(
            "RMS allows one request a second, five to read stock; "
            "faster is for a sandbox"
        )
    if per_second == 0:
        return unlimited
    file = pace_file(home, f"{shop.mall}-{shop.shop_id}-{api}")
    slowness = slowness_of(home, shop)
    every = per_second * ALL_TOGETHER / Bucket(api).per_second
    together = Pace(
        pace_file(home, f"{shop.mall}-{shop.shop_id}-together"),
        min(every, FASTEST),
        slowness,
    )
    return Pace(file, per_second, slowness, together)


def slowness_of(home: Path, shop: Shop) -> Slowness:
    """Return what all buckets of a shop slow down by together."""
    return Slowness(pace_file(home, f"{shop.mall}-{shop.shop_id}-slower"))


def paces_for(
    home: Path, shop: Shop, per_second: float, rms_url: str
) -> Mapping[Bucket, Callable[[], Turn]]:
    """Return the pace of one shop in every bucket, each with a file of its own.

    `per_second` is the orders' rate; the others follow in the proportion RMS allows.
    """
    return {
        bucket: pace_for(
            home, shop, bucket, min(per_second * bucket.per_second, FASTEST), rms_url
        )
        for bucket in Bucket
    }


def pace_file(home: Path, name: str) -> Path:
    """Return a bucket's file in a home; ValueError for a name that could leave it."""
    lowered = name.lower()
    if not NAME.fullmatch(lowered):
        raise ValueError("a pace is named with letters, digits, dots and dashes")
    return home / "pace" / f"{lowered}.next"
