"""The orders that a clerk names: as typed or pasted, and of this shop."""

import re
from collections.abc import Sequence
from typing import Final

from data.model.typed.name import in_short
from data.model.typed.number import plain_number

MOST: Final = 1000
"""Orders of one run; one run with more is rather a file that was pasted by mistake."""


class NumbersRefused(Exception):
    """The order numbers that were entered cannot be meant; says why in Japanese."""


def numbers_in(typed: str | Sequence[str]) -> list[str]:
    """Return the order numbers, each once, in the order in which they were entered.

    They may stand in lines, or with blanks or commas between; signs of full width are
    as good.

    Raises:
        NumbersRefused: none, or too many.

    """
    text = typed if isinstance(typed, str) else " ".join(typed)
    found = re.findall(r"[^\s,、;\"']+", plain_number(text))
    numbers = list(dict.fromkeys(found))
    if not numbers:
        raise NumbersRefused(
            "注文番号が入力されていません。何も変更していません。"
            "対処: 注文番号を入力してください。"
        )
    if len(numbers) > MOST:
        raise NumbersRefused(
            f"注文番号が{len(numbers):,}件あります。1回に指定できるのは{MOST:,}件まで"
            "です。何も変更していません。対処: 分けて実行してください。"
        )
    return numbers


def numbers_of(typed: str | Sequence[str], shop_id: str) -> list[str]:
    """Return the order numbers of the shop, as `numbers_in` does.

    Raises:
        NumbersRefused: none, too many, or one that begins with another shop's number.

    """
    numbers = numbers_in(typed)
    foreign = [one for one in numbers if not one.startswith(f"{shop_id}-")]
    if foreign:
        raise NumbersRefused(
            f"「{in_short(foreign[0])}」はこの店舗の注文番号ではありません"
            f"(この店舗の注文番号は {shop_id}- で始まります)。何も変更していません。"
            "対処: 店舗と注文番号を確認してください。"
        )
    return numbers


def one_number_of(typed: str, shop_id: str) -> str:
    """Return the one order number that was entered.

    Raises:
        NumbersRefused: none or several, or another shop's.

    """
    numbers = numbers_of(typed, shop_id)
    if len(numbers) > 1:
        raise NumbersRefused(
            f"注文番号が{len(numbers)}件あります。何も変更していません。"
            "対処: 1件だけを入力してください。"
        )
    return numbers[0]
