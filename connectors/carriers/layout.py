"""The terms a carrier's layout is written in: its columns, and how it writes days.

A layout is data. How to add one stands in `layouts/__init__.py`.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from data.model.csv_file import BLANK
from data.model.shipping.shipment import Carrier
from data.model.shipping.tracking_number import as_written

EXPORT_AGAIN: Final = (
    "配送会社のシステムからもう一度出力し、Excelで開かずにそのまま取り込んでください。"
)
"""What staff should do about a damaged file, of whatever carrier."""

_INQUIRY: Final = re.compile(r"お?問い?合わ?せ")
_NUMBER: Final = re.compile(r"(?:ナンバー|no)$")
_HALF: Final = "(?:午前|午後|AM|PM|am|pm)"
_TIME: Final = (
    rf"(?:[ T]+(?:{_HALF} ?)?\d{{1,2}}:\d{{1,2}}(?::\d{{1,2}}(?:\.\d+)?)?"
    rf"(?: ?{_HALF})?)?"
)
_FORMS: Final = (
    re.compile(
        r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?(?:\(.\))?" + _TIME
    ),
    re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})(?: ?\d{4}| ?\d{6})?"),
    re.compile(r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})" + _TIME),
)
"""Year first in every usual form, or month first as an American Excel saves it."""

_YEARS: Final = range(1990, 2200)


def plain_name(name: str) -> str:
    """Return a column's name as it is compared.

    The carriers spell one word in many ways: お問合せ / お問い合せ / お問い合わせ, No /
    No. / ナンバー / 番号, full and half width (docs/order-files.md §10).
    """
    plain = unicodedata.normalize("NFKC", name).casefold()
    plain = re.sub(r"[\s.・_]", "", plain)
    return _NUMBER.sub("番号", _INQUIRY.sub("お問合せ", plain))


@dataclass(frozen=True)
class Column:
    """One column of the carrier's, under any of its names."""

    names: tuple[str, ...]
    needed: bool = True

    @property
    def name(self) -> str:
        """The name to show to people: the first one."""
        return self.names[0]


def column(*names: str) -> Column:
    """Return a column without which the file is refused."""
    return Column(names)


def maybe(*names: str) -> Column:
    """Return a column that not every file has."""
    return Column(names, needed=False)


@dataclass(frozen=True)
class Headerless:
    """A file without header, recognised by its shape; columns go by position.

    It has at least `fewest` columns, and at most all of `names`.
    """

    names: tuple[str, ...]
    fewest: int


@dataclass(frozen=True)
class CarrierLayout:
    """One kind of file that brings tracking numbers.

    title, where  for staff: the file's name, and how to export it anew
    tells         columns that tell this header from all others
    company       RMS's code of the company, or the column that names it
    replaces      the wrong number that the row corrects
    deleted       a column that is neither blank nor 0 on a deleted label, or where a
                  person takes a number back
    unshipped     Japanese: why a row without date is set aside
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
    unshipped: str = BLANK

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


def read_day(text: str) -> date | None:
    """Return the day that a cell names, in any form of Excel's; None if uncertain."""
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
    """Return whether a cell names a day."""
    return read_day(text) is not None
