"""The words a carrier's file is described in: their columns here, our cells there.

A layout is data. Adding a carrier's file is adding a module under `layouts/`.

Cells of text to days; whatever Excel made of them, as long as it is certain.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from data.model.shipment import Carrier
from data.model.tracking_number import as_written

_INQUIRY: Final = re.compile(r"お?問い?合わ?せ")
_NUMBER: Final = re.compile(r"(?:ナンバー|no)$")


def plain_name(name: str) -> str:
    """A column's name as it is compared.

    The carriers write one word in many ways: お問合せ / お問い合せ / お問い合わせ, No /
    No. / ナンバー / 番号, full and half width (csv/formats.md §2, §10).
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    plain = re.sub(r"[\s.・_]", "", plain)
    return _NUMBER.sub("番号", _INQUIRY.sub("お問合せ", plain))


@dataclass(frozen=True)
class Column:
    """One column of theirs; any of its names will do."""

    names: tuple[str, ...]
    needed: bool = True

    @property
    def name(self) -> str:
        """What it is called to people: its first name."""
        return self.names[0]


def column(*names: str) -> Column:
    """A column without which the file is refused."""
    return Column(names)


def maybe(*names: str) -> Column:
    """A column that not every file has."""
    return Column(names, needed=False)


@dataclass(frozen=True)
class Headerless:
    """A file without header row, known by its shape; columns go by position."""

    names: tuple[str, ...]
    fewest: int
    """Columns, at least; at most all of `names`."""


@dataclass(frozen=True)
class CarrierLayout:
    """One kind of file that brings tracking numbers.

    company      RMS's code of the company, or the column that names it
    tells        columns that tell this header from all others
    deleted      a column that is neither blank nor 0 on a slip that was cancelled
    unshipped    what to say of a row that has no date yet
    """

    name: str
    carrier: Carrier
    title: str
    where: str
    tells: tuple[Column, ...]
    reference: Column
    number: Column
    date: Column
    company: str | Column
    package: Column | None = None
    detail_id: Column | None = None
    replaces: Column | None = None
    deleted: Column | None = None
    headerless: Headerless | None = None
    unshipped: str = "空欄です。"

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column that is read."""
        return tuple(
            one
            for one in (
                self.reference,
                self.number,
                self.date,
                self.company,
                self.package,
                self.detail_id,
                self.replaces,
                self.deleted,
            )
            if isinstance(one, Column)
        )


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
