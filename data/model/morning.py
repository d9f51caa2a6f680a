"""The morning that heals itself: when what failed is tried again, and until when."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from data.model.japan_time import in_japan


class MorningStep(StrEnum):
    """The steps of `daily`, in their order."""

    CHECK = "check-connection"
    ORDERS = "ingest-orders"
    STOCK = "push-inventory"
    TRACKING = "push-tracking"


StepsAgain = Mapping[str, Sequence[MorningStep]]
"""The steps to do again, by shop."""


def next_try(now: datetime, every_min: float, until_hour: int) -> datetime | None:
    """Return when to try again what failed now; None once the morning is over.

    `every_min` of 0 tries nothing again. The hours are Japan's.
    """
    due = in_japan(now) + timedelta(minutes=every_min)
    end = in_japan(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return due if every_min and due <= end + timedelta(hours=until_hour) else None


def steps_of(again: StepsAgain | None, shop: str) -> tuple[MorningStep, ...]:
    """Return a shop's steps, in order: all of them, or those to do again.

    The check comes first then, too: only it lifts the stop of a function.
    """
    if again is None:
        return tuple(MorningStep)
    wanted = {MorningStep.CHECK, *again.get(shop, ())}
    return tuple(step for step in MorningStep if step in wanted)
