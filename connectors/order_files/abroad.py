"""What looks like ours and is not: addresses in other countries, and other money.

A five-digit code of another country would be taken for a Japanese one that lost its
zeros, and 20.00 dollars for 20 yen.
"""

from collections.abc import Sequence
from typing import Final

import polars as pl

from data.model.order_file import BY_NAME, CellKind

JAPAN: Final = ("jp", "jpn", "japan", "日本", "日本国")
YEN: Final = ("jpy", "yen", "円", "¥", "￥")
CURRENCY: Final = "_currency"
COUNTRIES: Final = {
    "orderer": "_orderer_country",
    "recipient": "_recipient_country",
}
"""Scratch cells of the layouts whose files tell a country or a currency."""


def name_abroad(rows: pl.DataFrame) -> pl.DataFrame:
    """Write the country beside a code and a street abroad, and a currency beside money.

    So the code is kept as it is, and the amount is no yen: blank, with a warning.
    """
    for who, country in COUNTRIES.items():
        if country in rows.columns:
            rows = _beside(rows, country, JAPAN, (f"{who}_zip", f"{who}_street"))
    if CURRENCY in rows.columns:
        yen = [one for one in rows.columns if one in BY_NAME and _is_yen(one)]
        rows = _beside(rows, CURRENCY, YEN, yen)
    return rows


def _is_yen(name: str) -> bool:
    return BY_NAME[name].kind is CellKind.YEN


def _beside(
    rows: pl.DataFrame, name: str, ours: tuple[str, ...], cells: Sequence[str]
) -> pl.DataFrame:
    """Write a word that is none of ours beside what these cells hold."""
    word = pl.col(name).str.strip_chars()
    is_other = ~word.str.to_lowercase().is_in(ours)
    if not rows.select(is_other.any()).item():
        return rows
    return rows.with_columns(
        pl.when(is_other)
        .then(pl.concat_str(one, word, separator=" "))
        .otherwise(one)
        .alias(one)
        for one in cells
        if one in rows.columns
    )
