"""Cells of text to days; whatever Excel made of them, as long as it is certain."""

import re
from datetime import date
from typing import Final

from data.model.tracking import as_written

_TIME: Final = r"(?:[ T]+\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d+)?)?)?"
_FORMS: Final = (
    re.compile(
        r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?(?:\(.\))?" + _TIME
    ),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?: ?\d{4}| ?\d{6})?"),
    re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})" + _TIME),
)
"""Year first in every usual form, or as an American Excel saves it."""

_YEARS: Final = range(1990, 2200)


def read_day(text: str) -> date | None:
    """The day a cell names, or None if it names none for certain."""
    plain = as_written(text)
    for form in _FORMS:
        if found := form.fullmatch(plain):
            year, month, day = (int(found[part]) for part in "ymd")
            try:
                return date(year, month, day) if year in _YEARS else None
            except ValueError:
                return None
    return None


def is_day(text: str) -> bool:
    """Whether a cell names a day."""
    return read_day(text) is not None
