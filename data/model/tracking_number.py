"""Tracking numbers (お荷物伝票番号): one written form, and what speaks against one.

Numbers are text: leading zeros count. What is known of the carriers' schemes is
csv/formats.md §10: Yamato and Sagawa have twelve digits, the last being the first
eleven mod 7 (7DR), which was never checked against the carriers and so only raises
doubt. Of the others nothing is known but that a number is letters and digits.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final, NamedTuple

from data.model.order_file import EXCEL_DAMAGE
from data.model.shipment import SAGAWA, YAMATO

SEVEN_DR: Final = 12
"""Digits of a number whose last one is a check digit by 7DR."""

_SEVEN_DR_COMPANIES: Final = frozenset({YAMATO, SAGAWA})
_FEWEST_LEFT: Final = 9
"""With fewer digits left of twelve it is a guess, not proof, that zeros are lost."""

_SEPARATORS: Final = re.compile(r"[\s\-‐‑‒–—―−ー─_]")
_DIGITS: Final = re.compile(r"[0-9]+")
_ANY: Final = re.compile(r"(?=.*[0-9])[0-9A-Z]{6,40}")
_DAMAGE: Final = re.compile(EXCEL_DAMAGE)
_AS_TEXT: Final = re.compile(r'="(.*)"|\'(.*)')
"""How people make Excel keep a number: ="0123" or an apostrophe before it."""


class Fault(StrEnum):
    """What is wrong with a tracking number; the value is for shop staff."""

    BLANK = "空欄です(送り状がまだ発行されていない可能性があります)。"
    DAMAGED = "Excelで開いて保存したため番号が壊れています(1.23E+10 の形)。"
    LOST_ZEROS = "Excelで開いて保存したため先頭の0が失われています。"
    WRONG_FORM = "伝票番号として読めません(数字12桁ではありません)。"
    UNREADABLE = "伝票番号として読めません(英数字6〜40文字ではありません)。"
    CHECK_DIGIT = "チェックデジット(末尾の数字)が合いません。番号を確かめてください。"

    @property
    def spoils_the_file(self) -> bool:
        """Whether digits are lost for good, so that no number of the file is safe."""
        return self in (Fault.DAMAGED, Fault.LOST_ZEROS)

    @property
    def is_doubt_only(self) -> bool:
        """Whether the number may still be right and is kept, with a warning."""
        return self is Fault.CHECK_DIGIT


class Judged(NamedTuple):
    """A number in its one form, and what speaks against it."""

    number: str
    fault: Fault | None


def normalised(text: str) -> str:
    """Half width, upper case, no hyphens, spaces or invisible signs; zeros stay."""
    return _SEPARATORS.sub("", as_written(text)).upper()


def as_written(text: str) -> str:
    """A cell in half width, without invisible signs and Excel's marks of text."""
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf").strip()
    if as_text := _AS_TEXT.fullmatch(plain):
        return (as_text[1] or as_text[2] or "").strip()
    return plain


def check_digit(body: str) -> str:
    """The 7DR check digit of a number without it: the rest of dividing by seven."""
    return str(int(body) % 7)


def passes_7dr(number: str) -> bool:
    """Whether twelve digits end in their check digit.

    Finds every wrong digit and every swap of neighbours, except where the two digits
    differ by seven (0/7, 1/8, 2/9), which no check by seven can tell apart.
    """
    return (
        len(number) == SEVEN_DR
        and _DIGITS.fullmatch(number) is not None
        and check_digit(number[:-1]) == number[-1]
    )


def is_damaged(text: str) -> bool:
    """Whether Excel wrote the identifier as a power of ten; its digits are lost."""
    return _DAMAGE.fullmatch(text) is not None


def judge(text: str, carrier_code: str) -> Judged:
    """Read a cell as a tracking number of this delivery company; never raises."""
    number = normalised(text)
    if not number:
        return Judged("", Fault.BLANK)
    if is_damaged(number):
        return Judged(number, Fault.DAMAGED)
    if carrier_code not in _SEVEN_DR_COMPANIES:
        return Judged(number, None if _ANY.fullmatch(number) else Fault.UNREADABLE)
    if not _DIGITS.fullmatch(number) or len(number) > SEVEN_DR:
        return Judged(number, Fault.WRONG_FORM)
    if len(number) < SEVEN_DR:
        is_cut = len(number) >= _FEWEST_LEFT and passes_7dr(number.zfill(SEVEN_DR))
        return Judged(number, Fault.LOST_ZEROS if is_cut else Fault.WRONG_FORM)
    return Judged(number, None if passes_7dr(number) else Fault.CHECK_DIGIT)
