"""The pace RMS asks for, per shop and bucket, held by all processes of the machine.

RMS asks for one request a second, five for reading stock (`Bucket`). A task runner, the
receiver's drain and a person's ad hoc run are separate processes, so the slots are kept
in a small SQLite file under JUCHU_HOME, guarded by a file lock.

pyrate-limiter's own blocking `Limiter` books the time it *planned* to wake; a process
that wakes late then calls closer to the next one than a second. So the slot is booked
here, with the clock read inside the lock, and nothing comes between that and return.
"""

import math
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import (
    AbstractContextManager,
    ExitStack,
    contextmanager,
    nullcontext,
)
from pathlib import Path
from types import TracebackType
from typing import Self

from pyrate_limiter import Rate, RateItem, SQLiteBucket

from connectors.rms.address import is_loopback
from connectors.rms.rates import Bucket
from data.model.shop import Shop

SLACK = 1.01
"""1 % longer than asked, so that jitter between us and RMS never makes it shorter."""

POLL_S = 0.002
FASTEST = 1000.0
NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,126}")


def unlimited() -> None:
    """Keep no pace: for a sandbox on this machine only."""


class Pace:
    """Wait for the next free slot on every call; close it when done."""

    def __init__(
        self,
        path: Path,
        per_second: float = 1.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if not 0 < per_second <= FASTEST:
            raise ValueError("per_second must be above 0 and at most 1000")
        _make_private(path)
        self._path = path
        self._sleep = sleep
        self._interval_ms = math.ceil(1000 * SLACK / per_second)
        self._one_thread = threading.Lock()
        self._bucket = SQLiteBucket.init_from_file(
            [Rate(1, self._interval_ms)], db_path=str(path), use_file_lock=True
        )

    def __call__(self) -> None:
        """Return when it is this caller's turn; no other caller gets the same slot."""
        with self._one_thread:
            while wait_ms := self._book():
                self._sleep(wait_ms / 1000)

    def _book(self) -> int:
        """Take the slot that is free now and return 0, or the milliseconds to wait."""
        bucket = self._bucket
        with bucket.lock.acquire(poll_interval=POLL_S):  # type: ignore[call-arg, attr-defined]
            item = RateItem("call", bucket.now())  # type: ignore[no-untyped-call]
            if bucket.put(item):
                bucket.leak(item.timestamp)
                return 0
            wait_ms = bucket.waiting(item)
            if not isinstance(wait_ms, int) or wait_ms > self._interval_ms + 1:
                # A slot in the future: the machine's clock was set back. Waiting for
                # it could take hours; one interval from now is always enough.
                bucket.flush()
                return self._interval_ms
        return max(wait_ms, 1)

    def close(self) -> None:
        """Let go of the file; the slots stay for the other processes."""
        self._bucket.close()  # type: ignore[no-untyped-call]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Pace({self._path.name!r}, interval_ms={self._interval_ms})"


def one_per_second(path: Path, name: str) -> Pace:
    """Keep one call a second among all who name the same thing in the same folder."""
    return Pace(_slots(path, name))


def pace_for(
    home: Path, shop: Shop, api: str, per_second: float, rms_url: str
) -> AbstractContextManager[Callable[[], None]]:
    """Keep the pace of one shop in one bucket; ValueError if RMS would be rushed.

    A rate of 0 keeps no pace and, like any rate above the bucket's, is for a sandbox
    on this machine only: `with pace_for(…) as pace, RmsClient(…, pace=pace) as rms`.
    """
    is_rushed = per_second == 0 or per_second > Bucket(api).per_second
    if is_rushed and not is_loopback(rms_url):
        raise ValueError(
            "RMS allows one request a second, five to read stock; "
            "faster is for a sandbox"
        )
    if per_second == 0:
        return nullcontext(unlimited)
    return Pace(_slots(home / "pace", f"{shop.mall}-{shop.shop_id}-{api}"), per_second)


@contextmanager
def paces_for(
    home: Path, shop: Shop, per_second: float, rms_url: str
) -> Iterator[Mapping[Bucket, Callable[[], None]]]:
    """Keep the pace of one shop in every bucket, each with a file of its own.

    `per_second` is the orders' rate; the others follow in the proportion RMS allows:
    `with paces_for(…) as paces, RmsClient(…, paces[Bucket.ORDER], …, paces=paces)`.
    """
    with ExitStack() as stack:
        yield {
            bucket: stack.enter_context(
                pace_for(
                    home,
                    shop,
                    bucket,
                    min(per_second * bucket.per_second, FASTEST),
                    rms_url,
                )
            )
            for bucket in Bucket
        }


def _slots(folder: Path, name: str) -> Path:
    lowered = name.lower()
    if not NAME.fullmatch(lowered):
        raise ValueError("a pace is named with letters, digits, dots and dashes")
    return folder / f"{lowered}.sqlite"


def _make_private(path: Path) -> None:
    """Create file and folder for the owner only; SQLite's side files follow."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in (path, path.with_name(path.name + ".lock")):
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
