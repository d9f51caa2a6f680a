"""Japan time, the only clock a Rakuten shop lives by."""

from datetime import datetime, timedelta, timezone
from typing import Annotated

from pydantic import AfterValidator

JST = timezone(timedelta(hours=9), "JST")


def in_japan(moment: datetime) -> datetime:
    """Give the same instant in Japan time; a time without zone is Japan time."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=JST)
    return moment.astimezone(JST)


JapanTime = Annotated[datetime, AfterValidator(in_japan)]
