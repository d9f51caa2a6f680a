"""Numbers as people and spreadsheets write them: in full width, with ￥, 円 and commas.

CP932 has the yen sign at byte 5C, which is read as a backslash. Whatever reads an
amount, a cell of its own or a part of a sum, goes by the same list.
"""

from typing import Final

import polars as pl

_HALF_WIDTH: Final = {
    **dict(zip("０１２３４５６７８９", "0123456789", strict=True)),
    "＋": "+",
    "－": "-",
    "−": "-",
    "，": ",",
    "．": ".",
    "／": "/",
    "：": ":",
    "％": "%",
}
_SPACES: Final = [sign for sign in map(chr, range(0x3001)) if sign.isspace()]
_BARE: Final = (
    _HALF_WIDTH
    | dict.fromkeys([*"¥￥\\,，円", *_SPACES], "")
    | {"▲": "-", "△": "-", "（": "(", "）": ")"}
)
"""What a number loses beside its width: its currency, its commas, its blanks. ▲ and
brackets are the minus sign of bookkeepers, as a spreadsheet writes it."""


def half_width(text: pl.Expr) -> pl.Expr:
    """Return the text with the digits and signs of a number in half width."""
    return text.str.replace_many(_HALF_WIDTH)


def bare_number(text: pl.Expr) -> pl.Expr:
    """Return the digits of an amount with their sign and point, without all else."""
    return text.str.replace_many(_BARE).str.replace(r"^\((\d[\d.]*)\)$", "-$1")
