"""Orders that are to be paid before they are sent, and are not paid yet.

Many malls tell it beside a status that goes on: in a cell of the payment, or by a blank
day of it. Whoever sends such an order may never see its money.
"""

from typing import Final

import polars as pl

from connectors.order_files.conversion import is_nothing
from data.model.order_file import CellKind

WAITS: Final = "_waits"
"""Scratch cell: whether an order must wait, whatever its status says. Null where the
file cannot tell it: then an order that waits goes on waiting."""

UNTOLD: Final = pl.lit(None, dtype=pl.Boolean)
"""What a file says of a wait for which it has no column."""

_BEFORE: Final = (
    r"(?i)振り?[込替]|コンビニ|konbini|ペイジー|pay-?easy|bank ?(?:transfer|deposit)"
)
_AFTER: Final = (
    r"(?i)後払|あと払|翌月|掛け|掛払|請求書|代引|代金引|paidy|ペイディ|atone|アトネ"
)
"""Ways to pay by name: at a bank or shop before the goods leave, or once they came."""


def is_prepaid(rows: pl.DataFrame) -> pl.Expr:
    """Return whether an order's way of paying has the buyer pay first, by hand.

    A card is none of these: who charges it knows when, and a blank day says nothing.
    Null where the file does not tell the way.
    """
    if "payment_method" not in rows.columns:
        return UNTOLD
    way = pl.col("payment_method").str.normalize("NFKC").str  # ｺﾝﾋﾞﾆ
    return way.contains(_BEFORE) & ~way.contains(_AFTER)


def has_no_day(name: str) -> pl.Expr:
    """Return whether a cell for a day is blank, or has a mall's word for nothing."""
    return pl.col(name).is_null() | is_nothing(CellKind.DAY, name)


def hold_unpaid(rows: pl.DataFrame) -> pl.DataFrame:
    """Hold an order to be paid first that has no day of its payment."""
    unpaid = has_no_day("paid_at") if "paid_at" in rows.columns else UNTOLD
    return rows.with_columns((is_prepaid(rows) & unpaid).alias(WAITS))
