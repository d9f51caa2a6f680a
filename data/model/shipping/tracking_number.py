"""Tracking numbers (送り状番号): their one form, their check digit, their faults.

Numbers are text: leading zeros count. Yamato's and Sagawa's have twelve digits, the
last being the first eleven mod 7 (7DR; docs/order-files.md §10). That rule was never
confirmed by the carriers, so a wrong check digit only raises a warning. Of other
carriers' numbers nothing is known but that they are letters and digits.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final, NamedTuple

from data.model.csv_file import DAMAGED_BY_EXCEL, EXCEL_DAMAGE
from data.model.shipping.shipment import SAGAWA, YAMATO

SEVEN_DR: Final = 12
"""Digits of a number whose last digit is a 7DR check digit."""

_SEVEN_DR_COMPANIES: Final = frozenset({YAMATO, SAGAWA})
_FEWEST_LEFT: Final = 9
"""With fewer than nine digits left, lost zeros are a guess: eight digits that happen to
pass the check are rather a typing error, and that must not reject the whole file."""

_WHOLE: Final = 10
"""Signs that only a whole number has: the parts of one in 4-4-4 are shorter."""

_SEPARATORS: Final = re.compile(r"[\s\-‐‑‒–—―−ー─_]")
_DIGITS: Final = re.compile(r"[0-9]+")
_ANY: Final = re.compile(r"(?=.*[0-9])[0-9A-Z]{6,40}")
_DAMAGE: Final = re.compile(EXCEL_DAMAGE)
_AS_TEXT: Final = re.compile(r'="(.*)"|\'(.*)')
"""What people write to make Excel keep a number: ="0123", or a leading apostrophe."""


class NumberFault(StrEnum):
    """What is wrong with a tracking number; the value is the text for shop staff."""

    BLANK = "送り状番号が空欄です(送り状がまだ発行されていない可能性があります)。"
    DAMAGED = DAMAGED_BY_EXCEL
    LOST_ZEROS = "Excelで開いて保存したため、先頭の0が失われています。"
    WRONG_FORM = "送り状番号の形式が違います(数字12桁ではありません)。"
    UNREADABLE = "送り状番号の形式が違います(英数字6〜40文字ではありません)。"
    SEVERAL = "送り状番号が2つ以上あります。1つの荷物を1行に書いてください。"
    CHECK_DIGIT = "チェックデジット(末尾の数字)が合いません。番号を確認してください。"

    @property
    def spoils_the_file(self) -> bool:
        """Whether digits are lost for good, so that no number in the file is safe."""
        return self in (NumberFault.DAMAGED, NumberFault.LOST_ZEROS)

    @property
    def is_doubt_only(self) -> bool:
        """Whether the number may still be right and is kept, with a warning."""
        return self is NumberFault.CHECK_DIGIT


class TrackingNumber(NamedTuple):
    """A number in its one form, and what is wrong with it, if anything."""

    number: str
    fault: NumberFault | None


def normalised(text: str) -> str:
    """Return the number in half width and upper case, without hyphens and spaces.

    Leading zeros stay.
    """
    return _SEPARATORS.sub("", as_written(text)).upper()


def as_written(text: str) -> str:
    """Return a cell in half width, without invisible characters and Excel's marks."""
    plain = unicodedata.normalize("NFKC", text)
    plain = "".join(c for c in plain if unicodedata.category(c) != "Cf").strip()
    if as_text := _AS_TEXT.fullmatch(plain):
        return (as_text[1] or as_text[2] or "").strip()
    return plain


def check_digit(body: str) -> str:
    """Compute the 7DR check digit of the digits before it: the remainder modulo 7."""
    return str(int(body) % 7)


def passes_7dr(number: str) -> bool:
    """Return whether these are twelve digits, the last one the right check digit.

    The check finds every wrong digit and every swap of neighbours, unless the two
    digits differ by seven (0/7, 1/8, 2/9), which are equal modulo 7.
    """
    return (
        len(number) == SEVEN_DR
        and _DIGITS.fullmatch(number) is not None
        and check_digit(number[:-1]) == number[-1]
    )


def is_damaged(text: str) -> bool:
    """Return whether Excel rewrote the identifier as a power of ten, losing digits."""
    return _DAMAGE.fullmatch(text) is not None


def parse_tracking_number(text: str, carrier_code: str) -> TrackingNumber:
    """Parse a cell as a tracking number of this delivery company; never raises."""
    number = normalised(text)
    if not number:
        return TrackingNumber("", NumberFault.BLANK)
    if is_damaged(number):
        return TrackingNumber(number, NumberFault.DAMAGED)
    if _is_several(text):
        return TrackingNumber(number, NumberFault.SEVERAL)
    return _of_company(number, carrier_code)


def _is_several(text: str) -> bool:
    parts = as_written(text).split()
    return sum(len(normalised(part)) >= _WHOLE for part in parts) > 1


def _of_company(number: str, carrier_code: str) -> TrackingNumber:
    if carrier_code not in _SEVEN_DR_COMPANIES:
        return TrackingNumber(
            number, None if _ANY.fullmatch(number) else NumberFault.UNREADABLE
        )
    if not _DIGITS.fullmatch(number) or len(number) > SEVEN_DR:
        return TrackingNumber(number, NumberFault.WRONG_FORM)
    if len(number) < SEVEN_DR:
        is_cut = len(number) >= _FEWEST_LEFT and passes_7dr(number.zfill(SEVEN_DR))
        return TrackingNumber(
            number, NumberFault.LOST_ZEROS if is_cut else NumberFault.WRONG_FORM
        )
    return TrackingNumber(
        number, None if passes_7dr(number) else NumberFault.CHECK_DIGIT
    )
