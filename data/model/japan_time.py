"""Japan time, in which malls and shops state every time."""

from datetime import datetime, timedelta, timezone
from typing import Annotated

from pydantic import AfterValidator

JST = timezone(timedelta(hours=9), "JST")


def in_japan(moment: datetime) -> datetime:
    """Convert to Japan time; a time without a zone is taken as Japan time."""
    if moment.tzinfo is None:
        return moment.replace(tzinfo=JST)
    return moment if moment.tzinfo is JST else moment.astimezone(JST)


JapanTime = Annotated[datetime, AfterValidator(in_japan)]
"""A parameter type: converted to Japan time, and aware even if typed without a zone."""
