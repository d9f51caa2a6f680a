"""How new the published copy is that a page shows, and a new one when it is old."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from threading import Lock
from typing import Final

from data.warehouse.analytics.versions import is_due
from tasks.desk.frame import Visit
from tasks.desk.prefect import CannotStart, DeskRuns, PrefectClosed

PUBLISH: Final = "publish-analytics/auto"
ONE_EACH_S: Final = 20
"""Seconds in which everybody's looks begin one publication at most."""
AGAIN_AFTER_S: Final = 3
"""How often a page that shows an old copy looks again."""
WAITS_S: Final = 0.2
_behind: Final = ThreadPoolExecutor(1, thread_name_prefix="publish")
_lock: Final = Lock()
_begun: Future[str] | None = None


def freshen(visit: Visit) -> bool:
    """Return whether the copy is behind the warehouse; have a new one made then.

    The automation makes one a minute after a change. Who has just imported a file
    wants to go on at once. The page does not wait for Prefect beyond `WAITS_S`, and is
    shown without it.
    """
    settings = visit.settings
    if not is_due(settings.warehouse, settings.analytics):
        return False
    nth = int(visit.desk.now().timestamp()) // ONE_EACH_S
    with suppress(PrefectClosed, CannotStart, TimeoutError):
        _begin(visit.desk.runs, f"publish-{nth}").result(WAITS_S)
    return is_due(settings.warehouse, settings.analytics)


def _begin(runs: DeskRuns, once: str) -> Future[str]:
    """Begin a publication behind the page, unless one is being begun."""
    global _begun  # noqa: PLW0603 - one for all pages
    with _lock:
        if _begun is None or _begun.done():
            _begun = _behind.submit(runs.start, PUBLISH, once)
        return _begun


def shown_at(visit: Visit) -> datetime | None:
    """Return when the copy was made; None where there is none."""
    try:
        made = visit.settings.analytics.stat().st_mtime
    except OSError:
        return None
    return datetime.fromtimestamp(made, visit.desk.now().tzinfo)
