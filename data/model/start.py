"""When a shop's notices begin to count (design: rule 6.8)."""

from datetime import date, datetime, time, timedelta
from typing import Literal

from data.model.japan_time import JST, in_japan

StartRule = Literal["09:00", "next-hour"]
NINE = time(9, tzinfo=JST)


def notices_start(
    approved_at: datetime, start_on: date, rule: StartRule = "09:00"
) -> datetime:
    """Give the moment from which notices are ingested.

    Approved before 09:00 Japan time of the start date: that day at 09:00; at 09:00 or
    later: 09:00 of the day after the approval, however early it was. One vendor's
    newer page has the next full hour instead (rms/event-notification.md §1), hence
    the rule.
    """
    approved = in_japan(approved_at)
    agreed = datetime.combine(start_on, NINE)
    if approved < agreed:
        return agreed
    if rule == "next-hour":
        return approved.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return datetime.combine(approved.date() + timedelta(days=1), NINE)
