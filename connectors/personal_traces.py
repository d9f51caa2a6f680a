"""Whether a text tells of a person: by an order number, a mail address or a phone.

A file that is left is a promise broken, and whoever asked never hears of it. A file
that is removed by mistake is a copy: what it brought is in the warehouse, and a mall
gives it anew. So a phone counts in whatever form it is written, with or without its 0.
But a number within a longer one is another number, a mail address within a longer one
another person's, and a short number tells an order only where orders' numbers stand: a
quantity of 12 does not tell of order 12.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

from connectors.order_files.registry import all_layouts
from data.model.buyer import Traces

TELLING: Final = 8
"""Signs of a number with letters or signs in it that need no cell of their own."""
TELLING_DIGITS: Final = 12
"""Digits that no date, price, postcode or code of goods has by chance."""
HEADER_WITHIN: Final = 5
"""Lines among which a file's header stands."""

_BETWEEN: Final = r"[-‐-―−ー()+' ]{0,2}"
"""What may stand between two digits of a phone number; Excel's ' before the first."""
_BEFORE_PHONE: Final = re.compile(
    rf"(?:\A|[^0-9])(?:(?:(?:\+|00)?81{_BETWEEN})?(?:0{_BETWEEN})?)\Z"
)
_BEFORE_MAIL: Final = re.compile(r"(?:\A|[^-+.%\w])\Z")
_BEFORE_CELL: Final = re.compile(r"""(?:\A|[,;\t\r\n"']) *\Z""")
_AFTER_CELL: Final = r"""(?= *(?:\Z|[,;\t\r\n"']))"""
_LOOK_BACK: Final = 24
"""Signs before a number that tell whether it is one by itself."""

TextTest = Callable[[str], bool]


def tests_for(traces: Traces) -> list[TextTest]:
    """Return tests of a plain text (`plain`), of which one is enough."""
    return [
        *map(_number_test, sorted(map(plain, traces.numbers))),
        *map(_mail_test, sorted(map(plain, traces.mails))),
        *map(_phone_test, sorted(traces.phones)),
    ]


def plain(text: str) -> str:
    """Return a text as texts are compared: neither width nor case means anything."""
    text = text.strip("\ufeff")
    return text.lower() if text.isascii() else _folded(text)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def plain_texts(content: bytes) -> Iterator[str]:
    """Yield what bytes may say, as plain text, in each encoding they may be in."""
    if b"\0" in content:
        for start in (0, 1):  # a block of lines may begin within a sign
            yield plain(content[start:].decode("utf-16-le", "ignore"))
    try:
        yield plain(content.decode("utf-8"))
    except UnicodeDecodeError:
        for encoding in ("cp932", "utf-8"):  # the latter with a damaged sign in it
            yield plain(content.decode(encoding, "ignore"))


def _number_test(number: str) -> TextTest:
    body = "-?".join(map(re.escape, number.split("-")))
    bare = number.replace("-", "")
    if bare.isdigit() and len(bare) < TELLING_DIGITS:
        return lambda text: number in text and _is_in_number_column(number, text)
    if len(bare) < TELLING:
        return _stands(body + _AFTER_CELL, _BEFORE_CELL)
    no_more_before, no_more_after = _same_kind(bare[:1]), _same_kind(bare[-1:])
    return _stands(
        rf"{body}(?!{no_more_after})", re.compile(rf"(?<!{no_more_before})\Z")
    )


def _same_kind(sign: str) -> str:
    """Return what would make a number with that end a longer one."""
    return "[0-9]" if sign.isdigit() else "[a-z]"


def _mail_test(mail: str) -> TextTest:
    return _stands(rf"{re.escape(mail)}(?![-\w]|\.\w)", _BEFORE_MAIL)


def _phone_test(national: str) -> TextTest:
    return _stands(_BETWEEN.join(national) + "(?![0-9])", _BEFORE_PHONE)


def _stands(body: str, before: re.Pattern[str]) -> TextTest:
    """Return a test for a body with the right thing before it.

    The body is looked for first, because what begins with a letter is found at once.
    """
    pattern = re.compile(body)

    def test(text: str) -> bool:
        return any(
            before.search(text[max(0, found.start() - _LOOK_BACK) : found.start()])
            for found in pattern.finditer(text)
        )

    return test


def _is_in_number_column(number: str, text: str) -> bool:
    """Return whether the text is a table with the number among its orders' numbers."""
    first_line = text.lstrip().partition("\n")[0]
    delimiter = "\t" if "\t" in first_line else ","
    columns: list[int] = []
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        for line, row in enumerate(rows):
            if not columns and line < HEADER_WITHIN:
                columns = [
                    at for at, cell in enumerate(row) if cell.strip() in _columns()
                ]
            elif any(at < len(row) and row[at].strip(" '") == number for at in columns):
                return True
    except csv.Error:  # no table as a mall writes it
        return False
    return False


@cache
def _columns() -> frozenset[str]:
    """Return what malls call the column of orders' numbers."""
    return frozenset(plain(layout.order_number_column) for layout in all_layouts())
