"""What the parameters of flows are made of, as Prefect's form shows them to shop staff.

A type says what a value may be, how the form titles it and what stands below the
field. Prefect overwrites a parameter's own title and description, but lays what stands
in `json_schema_extra` over that (3.9.1), so the words go there.
"""

from datetime import date, datetime
from pathlib import Path, PurePath
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from data.model.japan_time import in_japan
from data.model.order import Mall


def titled(title: str, description: str) -> Any:
    """Return the annotation that titles and explains a field of the form."""
    return Field(json_schema_extra={"title": title, "description": description})


def as_text(given: Any) -> Any:
    """Return the text that a number, a path or None stands for; else what was given.

    Prefect's command line reads `-p shop=10001` as a number, and Python has paths.
    """
    if given is None:
        return ""
    if isinstance(given, list | tuple):
        return [as_text(each) for each in given]
    is_text = isinstance(given, PurePath) or type(given) is int
    return str(given) if is_text else given


def as_path(given: Any) -> Any:
    """Return the text of a path; `~/` in it is the user's folder, as only shells know.

    A folder named `~` would be made in the project, with addresses in it.
    """
    text = as_text(given)
    if isinstance(text, list):
        return [as_path(each) for each in text]
    is_of_user = isinstance(text, str) and text.startswith("~/")
    return str(Path(text).expanduser()) if is_of_user else text


TEXT = BeforeValidator(as_text)
"""What a text is that may be digits alone, the path of a file, or left empty."""
PATH = BeforeValidator(as_path)
"""What a text is that names a file or a folder."""
OR_BLANK = BeforeValidator(lambda given: None if given == "" else given)
"""What a field that was emptied sends counts as left empty."""

_MOMENT = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}
_DAY = {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}
_AS_TYPED = BeforeValidator(
    lambda given: str(given) if type(given) in {int, float} else given
)
"""What was typed as a day in digits: `-p counted_at=20261124` comes as a number, which
pydantic takes for seconds since 1970."""
_DAY_ALONE = BeforeValidator(lambda given: str(given) if type(given) is date else given)
"""Pydantic makes midnight of a day; up to a day means up to its end."""
_DAY_IN_JAPAN = BeforeValidator(
    lambda given: in_japan(given).date() if isinstance(given, datetime) else given
)
"""Pydantic takes no time of day for a day, and cuts the zone off midnight."""
# Any text: the flow refuses a wrong one, with an example.
MomentOrNone = Annotated[
    datetime | str | None, WithJsonSchema(_MOMENT), OR_BLANK, _AS_TYPED, _DAY_ALONE
]
DayOrNone = Annotated[
    date | str | None, WithJsonSchema(_DAY), OR_BLANK, _AS_TYPED, _DAY_IN_JAPAN
]

MALLS = {"type": "string", "enum": [str(mall) for mall in Mall]}
