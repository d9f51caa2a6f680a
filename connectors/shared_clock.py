"""The clock that the product shares with the sandbox where a test moves time.

The sandbox writes it into a small JSON file (its option `--clock-file`) and dates its
answers by it; the product reads the file that JUCHU_TEST_CLOCK names, which is refused
unless RMS is on this machine.
"""

from datetime import datetime, timedelta
from pathlib import Path

import orjson

from data.model.japan_time import JST


def now_by(path: Path | None) -> datetime:
    """Return the moment that the file says it is, or without one the machine's.

    In Japan time. OSError when there is no such file: a test must not run on by the
    real clock.
    """
    if path is None:
        return datetime.now(JST)
    written = orjson.loads(path.read_bytes())
    if written["held_at"]:
        return datetime.fromisoformat(written["held_at"]).astimezone(JST)
    return datetime.now(JST) + timedelta(seconds=written["offset_s"])
