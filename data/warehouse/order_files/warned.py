"""What a person should know of an imported order file, told without personal data."""

from collections import Counter
from collections.abc import Iterable
from typing import Final, NamedTuple

import polars as pl

from data.model.shipping.order_file_label import COD, NO_WISH
from data.warehouse.order_files.queries import Queries
from data.warehouse.shipping.packages import make_cold, make_door
from data.warehouse.statements import show

SHOWN: Final = 50
COUNT_AGAIN: Final = "対処: 棚の数と違う場合は、棚卸を取り込んでください。"
"""What to do for a line that is adjusted: adjust-stock takes each line once."""
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
        "在庫は動かしていません。" + COUNT_AGAIN
    ),
    "sku-after-adjustment": (
        "在庫調整の済んだ明細 {lines:,} 件のSKUが変わりました。"
        "在庫は前のSKUで調整したままです。" + COUNT_AGAIN
    ),
    "step-back": (
        "登録済みの注文は、このファイルのステータスより先に進んでいます"
        "(発送済み・返金・キャンセル)。古いファイルとみなし、ステータスは変更して"
        "いません。対処: モールの管理画面で注文を確認してください。"
    ),
    "cancelled-after-adjustment": (
        "在庫調整の済んだ明細 {lines:,} 件の注文がキャンセルまたは返金されました。"
        "在庫は動かしていません。" + COUNT_AGAIN
    ),
    "label-outdated": (
        "送り状を出力した送付先 {lines:,} 件で、その後にお届け先・お届け希望日時・冷蔵"
        "冷凍の区分・代引の金額のいずれかが変わったか、送付先がなくなりました。"
        "対処: 印刷済みの送り状は破棄し、"
        "「もう一度出力する」で出力した中から必要な分だけを印刷してください。"
        "出荷済みの場合は、配送会社に連絡してください。"
    ),
    "total-missing": (
        "合計金額が登録されていません。売上の集計に入りません。"
        "対処: 合計金額の入ったファイルを、もう一度取り込んでください。"
    ),
    "sum-differs": (
        "金額が合いません。対処: モールの管理画面で金額を確認してください。"
    ),
}
"""What a warning about an order says; it has at most one of a kind but sums."""


OrderWarnings = list[tuple[str, str, int]]
"""Each (kind, order_number, number of lines)."""


class Warned(NamedTuple):
    """One warning about one order; None = about the file, or a row without number."""

    kind: str
    order_number: str | None
    text: str


class WarningCount(NamedTuple):
    """How many warnings of a kind there are in all."""

    kind: str
    times: int


class Warnings:
    """Every warning of an import: of cells, then of orders."""

    def __init__(self, of_cells: pl.DataFrame) -> None:
        self._of_cells = of_cells
        self._of_orders: list[tuple[str, str, str]] = []

    def add(self, found: Iterable[tuple[str, str, int]]) -> None:
        """Add warnings about orders, each (kind, order_number, number of lines)."""
        self._of_orders += [
            (kind, TEXTS[kind].format(lines=lines), order_number)
            for kind, order_number, lines in found
        ]

    @property
    def rows(self) -> pl.DataFrame:
        """All of them, as rows of csv_warnings; only an order's own name no row."""
        of_orders = pl.DataFrame(
            self._of_orders,
            schema=dict.fromkeys(("kind", "reason", "order_number"), pl.String()),
            orient="row",
        )
        return pl.concat([self._of_cells, of_orders], how="diagonal")

    @property
    def first(self) -> tuple[Warned, ...]:
        """The first fifty."""
        shown = self.rows.head(SHOWN).select(
            "kind", "order_number", "row_number", "column_name", "reason"
        )
        return tuple(
            Warned(kind, number, _place(row, column) + reason)
            for kind, number, row, column, reason in shown.iter_rows()
        )

    @property
    def counts(self) -> tuple[WarningCount, ...]:
        """All of them by kind."""
        counts = Counter(self.rows["kind"].to_list())
        return tuple(WarningCount(*one) for one in sorted(counts.items()))


def _place(row: int | None, column: str | None) -> str:
    if row is None:
        return ""
    return f"{row:,} 行目" + (f"「{column}」" if column else "") + ": "


def of_cells(queries: Queries, cells: pl.DataFrame) -> pl.DataFrame:
    """Return the warnings about cells of what is stored, and about the file."""
    show(queries.con, "csv_warned", cells)
    return queries.frame("list_csv_warned").cast({"row_number": pl.UInt32()})


def of_rows(queries: Queries) -> OrderWarnings:
    """Return the orders whose rows differ, as judged over the whole file."""
    return queries.rows("list_csv_warnings")


def of_changes(queries: Queries, changed: int, back: list[str]) -> OrderWarnings:
    """Return what is to be said of the part's known orders before they are written.

    `back` are those of which the file is older in a line.
    """
    found = queries.rows("list_csv_steps_back", back=back)
    if changed:
        found += queries.rows("list_csv_adjusted")
        make_door(queries.con)
        make_cold(queries.con)
        queries.rows(
            "find_csv_outdated_labels", cod=COD.pattern, no_wish=NO_WISH.pattern
        )
        found += queries.rows("list_csv_outdated_labels")
    return found


def of_totals(queries: Queries, part: int) -> OrderWarnings:
    """Return the part's orders that are stored without a total."""
    return queries.rows("list_csv_without_total", part=part)
