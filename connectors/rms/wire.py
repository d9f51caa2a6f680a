"""How RMS writes values, and their strict parsing (docs/rms/order-api.md §0).

Strict where we read, so that "1" is not 1 and true is not 1: a changed type must refuse
one order, never pass as another value. Orders, searches and stock all read with this.
"""

import re
from datetime import date, datetime
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationError,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

from data.model.japan_time import JST, in_japan
from data.model.order import NOT_FIXED

WIRE_DATETIME = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:?\d\d)", re.ASCII
)
"""A second with its zone. One sample of RMS's manual has parts of a second
(docs/rms/order-api.md §4.8): for them no order is refused."""
WIRE_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


MOST_NUMBER: Final = 2**31 - 1
"""What an INTEGER of the warehouse holds."""
YEARS: Final = range(1900, 9999)
"""Years of a time: at the calendar's ends it cannot be moved into another zone."""
_LONE: Final = re.compile("[\ud800-\udfff]")
"""Half a character, which JSON can write and UTF-8 cannot."""


class Wire(BaseModel):
    """Base of every part of an answer: typed where we read, silent about the rest."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        strict=True,
        hide_input_in_errors=True,
        alias_generator=to_camel,
    )


def _plain(text: str) -> str:
    """Return the text; ValueError for one that no file and no column can hold."""
    if "\0" in text or (not text.isprintable() and _LONE.search(text)):
        raise ValueError("holds NUL or half a character")
    return text


def unreadable(error: ValidationError, whole: str = "全体") -> str:
    """Return in Japanese which fields cannot be read, or that it is the `whole`.

    Their names only: pydantic's own text can quote a phone number.
    """
    fields = {".".join(map(str, one["loc"])) or whole for one in error.errors()}
    return f"読み取れない項目があります({', '.join(sorted(fields))})"


def yen(amount: int | None) -> int | None:
    """Return whole yen, or None while RMS marks the amount as open (未確定, §5.3)."""
    return None if amount in NOT_FIXED else amount


def flag(number: int | None) -> bool | None:
    """Return whether a flag of RMS is set; None where the answer has none."""
    return None if number is None else number == 1


def wire_datetime(moment: datetime) -> str:
    """Format a time the only way RMS takes it, Japan time without a colon (§2.2)."""
    return moment.astimezone(JST).strftime("%Y-%m-%dT%H:%M:%S+0900")


def moment_or_none(text: object) -> datetime | None:
    """Return an ISO time in Japan time; None for one that cannot be read or moved."""
    try:
        return in_japan(datetime.fromisoformat(text)) if isinstance(text, str) else None
    except (ValueError, OverflowError):
        return None


def _datetime(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    parts = WIRE_DATETIME.fullmatch(text)
    if not parts:
        raise ValueError("not YYYY-MM-DDThh:mm:ss+0900")
    try:
        moment = datetime.fromisoformat(parts[1] + parts[2]).astimezone(JST)
    except OverflowError:
        raise ValueError("outside the calendar") from None
    if moment.year not in YEARS:
        raise ValueError("outside the calendar")
    return moment


def _date(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    if not WIRE_DATE.fullmatch(text):
        raise ValueError("not YYYY-MM-DD")
    return date.fromisoformat(text)


Number = Annotated[int, Field(ge=-MOST_NUMBER, le=MOST_NUMBER)]
"""A number as the warehouse holds it; a larger one refuses its order alone."""
Identifier = Annotated[int, Field(ge=0, lt=10**18)]
"""RMS's own number of a part of an order; kept as text and sent back as a number."""
Rate = Annotated[float, Field(ge=-MOST_NUMBER, le=MOST_NUMBER, allow_inf_nan=False)]
Text = Annotated[str, AfterValidator(_plain)]
"""Text that UTF-8 and every column can hold."""
WireDatetime = Annotated[datetime, BeforeValidator(_datetime)]
WireDate = Annotated[date, BeforeValidator(_date)]


class _OrNone:
    """Make a value that cannot be read None."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.with_default_schema(
            handler(source), default=None, on_error="default"
        )


T = TypeVar("T")
Extra = Annotated[T | None, _OrNone()]
"""A value that no order depends on. Written in another form than the manual's it is
None: it costs itself and not the order, and the kept answer still has it."""
