"""What a person should know of an imported file, told without personal data."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import polars as pl

from data.model.csv_order import SumCheck

SHOWN: Final = 50
TEXTS: Final = {
    "line-differs": (
        "同じ明細が違う内容で {lines:,} 件くり返されています。後の行を取り込みました。"
    ),
    "order-differs": (
        "行によって注文の内容が違います。空欄でない最後の値を取り込みました。"
    ),
    "package-differs": (
        "行によって送付先の内容が違います。空欄でない最後の値を取り込みました。"
    ),
    "line-missing": (
        "登録済みの明細 {lines:,} 件がこのファイルにありません。消さずに残しました。"
        "対処: モールの管理画面で注文を確認してください。"
    ),
    "units-after-adjustment": (
        "在庫調整の済んだ明細 {lines:,} 件の個数が変わりました。"
        "対処: 差の分の在庫を手で調整してください。"
    ),
    "sum-differs": (
        "金額が合いません。対処: モールの管理画面で金額を確認してください。"
    ),
}
"""What each kind of warning says; an order has at most one of a kind but sums."""


class Warned(NamedTuple):
    """One warning about one order."""

    kind: str
    order_number: str
    text: str


class WarningCount(NamedTuple):
    """How many warnings of a kind there are in all."""

    kind: str
    orders: int


class Warnings:
    """Counts every warning and keeps the first few."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: list[Warned] = []

    def add(self, found: Iterable[tuple[str, str, int]]) -> None:
        """Take warnings as (kind, order_number, how many lines)."""
        for kind, order_number, lines in found:
            self._counts[kind] += 1
            if len(self._first) < SHOWN:
                text = TEXTS[kind].format(lines=lines)
                self._first.append(Warned(kind, order_number, text))

    @property
    def first(self) -> tuple[Warned, ...]:
        """The first fifty."""
        return tuple(self._first)

    @property
    def counts(self) -> tuple[WarningCount, ...]:
        """All of them by kind."""
        return tuple(WarningCount(*one) for one in sorted(self._counts.items()))


def wrong_sums(
    amounts: pl.DataFrame, checks: Sequence[SumCheck]
) -> list[tuple[str, str, int]]:
    """Name the orders of which a sum does not hold; a blank total says nothing."""
    if not checks:
        return []
    is_wrong = pl.any_horizontal(
        pl.col(check.total)
        != pl.sum_horizontal(
            *(pl.col(name).fill_null(0) * sign for name, sign in check.parts),
            *((pl.col(check.lines),) if check.lines else ()),
        )
        for check in checks
    )
    wrong = amounts.filter(is_wrong)["order_number"]
    return [("sum-differs", number, 1) for number in wrong]
