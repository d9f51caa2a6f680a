"""Orders created by CSV: which lines wait for a person, and what the person books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl
from duckdb import DuckDBPyConnection

from data.model.stock import Adjustment
from data.warehouse.statements import SQL, show

_ADJUSTMENTS = pl.Schema(
    {
        "position": pl.Int64(),
        "mall": pl.String(),
        "shop_id": pl.String(),
        "order_number": pl.String(),
        "line_id": pl.String(),
        "units": pl.Int64(),
        "is_done": pl.Boolean(),
    }
)
REASONS = {
    "unknown": "調整を待つ明細が見つかりません(すでに調整済みか、指定が違います)。"
    "対処: もう一度 adjust-stock を実行して、一覧を確認してください。",
    "auto": "APIで取り込んだ注文なので、在庫は自動で動きます。"
    "対処: 手動の調整は不要です。",
    "adjusted": "すでに調整済みです。対処: 何もする必要はありません。",
    "over": "注文がキャンセル・発送済み・返金済みのいずれかのため、"
    "調整を待っていません。対処: 棚の数と違う場合は、棚卸を取り込んでください。",
    "repeated": "同じ明細が2回指定されています。対処: 1回だけ指定してください。",
    "no-sku": "明細にSKUがなく、どの在庫かわかりません。"
    "対処: 在庫を別の方法で直し、「調整済み」を選んでください。",
    "changed": "表示した後で、個数・SKU・キャンセルの状態が変わりました。"
    "対処: 「在庫調整」の画面を開き直すか、adjust-stock をもう一度実行して、"
    "確認してください。",
}
"""Why a line was left alone, in words for the shop."""


@dataclass(frozen=True)
class WaitingLine:
    """A line of an order created by CSV for which nobody has adjusted stock yet.

    level   of its SKU now; None if it never moved or the line tells no SKU
    booked  units adjusted before for this SKU by lines that the order no longer has:
            another file or the mall named the line anew, so look before booking again
    is_counted_since  its SKU was counted after the order was placed: perhaps without
            its pieces
    """

    mall: str
    shop_id: str
    order_number: str
    line_id: str
    sku: str
    item_name: str | None
    quantity: int
    level: int | None
    booked: int
    is_cancelled: bool
    imported_at: datetime
    ordered_at: datetime | None = None
    is_counted_since: bool = False

    @property
    def placed_at(self) -> datetime:
        """When its order was placed; where the file does not say so, when it came."""
        return self.ordered_at or self.imported_at

    def adjustment(
        self, *, quantity: int | None = None, is_done: bool = False
    ) -> Adjustment:
        """Return a decision on the line; without `quantity` it books the line's own."""
        return Adjustment(
            mall=self.mall,
            shop_id=self.shop_id,
            order_number=self.order_number,
            line_id=self.line_id,
            quantity=quantity,
            is_done=is_done,
        )


@dataclass(frozen=True)
class BookedLine:
    """A line that was booked, and the pieces it moved: 0 if adjusted before.

    level  of its SKU after all that was booked with it; None if it never moved
    """

    mall: str
    shop_id: str
    order_number: str
    line_id: str
    sku: str
    quantity: int
    level: int | None


@dataclass(frozen=True)
class NotBooked:
    """A line that was not booked; `code` is one of REASONS."""

    mall: str
    shop_id: str
    order_number: str
    line_id: str
    code: str

    @property
    def reason(self) -> str:
        """Why, and what to do, in Japanese."""
        return REASONS[self.code]


@dataclass(frozen=True)
class Adjusted:
    """The adjustments that were booked and those that were not."""

    booked: tuple[BookedLine, ...]
    refused: tuple[NotBooked, ...]


def waiting_adjustments(con: DuckDBPyConnection, shop_id: str) -> list[WaitingLine]:
    """Return a shop's waiting lines, of whatever mall, oldest first."""
    rows = SQL.run(con, "list_stock_waiting", {"shop_id": shop_id}).fetchall()
    return [WaitingLine(*row) for row in rows]


def adjust_stock(  # noqa: PLR0913
    con: DuckDBPyConnection,
    adjustments: Sequence[Adjustment],
    *,
    adjustment_id: str,
    who: str,
    note: str,
    at: datetime,
) -> Adjusted:
    """Book a person's adjustments, in the caller's transaction; the lines wait no more.

    A line is booked at most once, however often it is named; what no longer waits is
    refused with a reason, and the others are booked. `who` and `note` stay in the
    ledger, also for lines that were adjusted elsewhere (a movement of 0). Raises
    ValueError without them: an adjustment nobody signed explains nothing.
    """
    if not who.strip() or not note.strip():
        raise ValueError("an adjustment needs who and note")
    if not adjustments:
        return Adjusted((), ())
    given = {"adjustment_id": adjustment_id, "who": who, "note": note, "at": at}
    show(con, "stock_adjustments", _frame(adjustments))
    SQL.run(con, "judge_stock_adjustments", given)
    con.unregister("stock_adjustments")
    SQL.run(con, "learn_stock_adjusted_skus", given)
    SQL.run(con, "plan_stock_adjustments", given)
    SQL.run(con, "insert_stock_moves")
    SQL.run(con, "correct_stock_counts")
    SQL.run(con, "mark_stock_adjusted_lines", given)
    booked = SQL.run(con, "list_stock_adjusted").fetchall()
    refused = SQL.run(con, "list_stock_not_adjusted").fetchall()
    return Adjusted(
        tuple(BookedLine(*row) for row in booked),
        tuple(NotBooked(*row) for row in refused),
    )


def _frame(adjustments: Sequence[Adjustment]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (
                position,
                one.mall,
                one.shop_id,
                one.order_number,
                one.line_id,
                one.quantity,
                one.is_done,
            )
            for position, one in enumerate(adjustments)
        ],
        schema=_ADJUSTMENTS,
        orient="row",
    )


@dataclass(frozen=True)
class LongWait:
    """One shop's lines that waited too long, and since when."""

    mall: str
    shop_id: str
    lines: int
    since: datetime


def long_waits(con: DuckDBPyConnection, before: datetime) -> list[LongWait]:
    """Return the shops with lines imported before this time that nobody adjusted.

    Reads only; any error is a duckdb.Error.
    """
    rows = SQL.run(con, "list_stock_waiting_long", {"before": before}).fetchall()
    return [LongWait(*row) for row in rows]
