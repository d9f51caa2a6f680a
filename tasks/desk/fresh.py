"""How new the published copy is that a page shows, and a new one when it is old."""

from datetime import datetime
from typing import Final

from data.warehouse.analytics.versions import is_due
from tasks.desk.frame import Visit

PUBLISH: Final = "publish-analytics/auto"
ONE_EACH_S: Final = 20
"""Seconds in which everybody's looks begin one publication at most."""
AGAIN_AFTER_S: Final = 3
"""How often a page that shows an old copy looks again."""


def freshen(visit: Visit) -> bool:
    """Return whether the copy is behind the warehouse; have a new one made then.

    The automation makes one a minute after a change. Who has just imported a file
    wants to go on at once.
    """
    settings = visit.settings
    if not is_due(settings.warehouse, settings.analytics):
        return False
    begun = int(visit.desk.now().timestamp()) // ONE_EACH_S
    visit.desk.runs.start(PUBLISH, f"publish-{begun}")
    return is_due(settings.warehouse, settings.analytics)


def shown_at(visit: Visit) -> datetime | None:
    """Return when the copy was made; None where there is none."""
    try:
        made = visit.settings.analytics.stat().st_mtime
    except OSError:
        return None
    return datetime.fromtimestamp(made, visit.desk.now().tzinfo)
