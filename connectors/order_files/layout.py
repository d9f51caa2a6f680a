"""The terms a layout is written in: which columns of a mall make which of our cells.

A layout is data. How to add one stands in `layouts/__init__.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

import polars as pl

from data.model.order import ORDER_NUMBER, Mall
from data.model.order_file import SumCheck

HELD: Final = (
    "^(?:発送前)?(?:ご?入金|お?支払い?|決済|振込)(?:確認)?待|^未(?:入金|払|決済)|"
    "与信待|審査(?:中|待|保留|NG|$)|^保留|^新規予約|^予約(?:中|$)|"
    "(?:一部|部分).?キャンセル|"
    "キャンセル.*(?:受付中|申請|依頼|希望|要請|要求|待ち|確認中|処理中|"
    "却下|拒否|不可|取消|取り消し)"
)
"""A mall's words for an order that must not be sent yet; a cancellation that is asked
for, was refused, or is of a part, is none."""

SCRATCH: Final = "_"
"""Cells whose field starts with this serve a layout's own rules only."""

DOWNLOAD_AGAIN: Final = (
    "モールの管理画面からもう一度ダウンロードし、"
    "Excelで開かずにそのまま取り込んでください。"
)
"""What staff should do about a damaged file, of whatever mall."""


class How(StrEnum):
    """How several columns make one cell."""

    ONE = "one"
    JOINED = "joined"
    FIRST = "first"
    SUM = "sum"
    MOMENT = "moment"


def is_over(name: str, over: str, held: str) -> pl.Expr:
    """Return whether a status matches `over`, and not `held` if that is given."""
    status = pl.col(name).str
    words = status.contains(over)
    if held:
        words &= ~status.contains(held)
    return words.fill_null(value=False)


@dataclass(frozen=True)
class Cell:
    """One of our cells and the mall's columns it is made of.

    `needed`: without the column the file is refused. `nth` selects among columns of
    equal name, counting from 1.
    """

    field: str
    columns: tuple[str, ...]
    how: How = How.ONE
    between: str = ""
    needed: bool = True
    nth: int = 1


def cell(name: str, column: str) -> Cell:
    """Return a needed cell that is one column of the mall."""
    return Cell(name, (column,))


def maybe(name: str, column: str, *, nth: int = 1) -> Cell:
    """Return a cell whose column not every file of this layout has."""
    return Cell(name, (column,), nth=nth, needed=False)


def joined(name: str, *columns: str, between: str = "", needed: bool = True) -> Cell:
    """Return a cell of several parts without the blank ones: a phone, an address."""
    return Cell(name, columns, How.JOINED, between, needed)


def first_of(name: str, *columns: str, needed: bool = True) -> Cell:
    """Return a cell that is the first column not blank; `needed`: all must be there."""
    return Cell(name, columns, How.FIRST, needed=needed)


def sum_of(name: str, *columns: str, needed: bool = True) -> Cell:
    """Return a cell that is the sum of amounts which the mall splits and we do not."""
    return Cell(name, columns, How.SUM, needed=needed)


def moment(name: str, column: str, *, date: str, time: str) -> Cell:
    """Return a cell that is a time in one column or, where that is blank, in two."""
    return Cell(name, (column, date, time), How.MOMENT)


@dataclass(frozen=True)
class Signature:
    """What tells this header from all others (docs/order-files.md §2)."""

    starts: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    has_any: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    tab: bool = False


@dataclass(frozen=True)
class Addition:
    """Columns that a mall added at the end at one time; a file has all or none."""

    width: int
    columns: tuple[str, ...]


Rule = Callable[[pl.DataFrame], pl.DataFrame]
"""Takes and returns a text frame of whole orders; never invents an order."""


@dataclass(frozen=True)
class Layout:
    """One kind of file of one mall, complete.

    title, where    for staff: the file's name, and where to download it anew
    sku             alternatives, each fields joined by "/"; the first whole one counts
    cancelled       mall_status matching this is a cancelled order; `cancelled_at` too
    held            mall_status matching this is an order that must not be sent yet: it
                    is not paid, under review, reserved, or asked to be cancelled; it
                    is not cancelled then
    refunded        mall_status matching this is an order paid back or void
    shipped         `shipped_from` matching this is an order that has left, whole
    shop            pattern whose group 1 is the shop in `shop_from`; '' = not visible
    lines           "id": the file has line ids. "id_in_package": one id may stand in
                    several packages. "position": it has none and lines are numbered
                    within their order, whose rows must stand together
    baskets         "id", "single" (one destination an order), or "address": numbered
                    within the order, a number for each address
    repeats         what identical rows mean: the same line again, or more units of it
    order_starts    a field that is filled on the first row of an order only
    number          pattern of an order's number; a cell of another form holds none
    number_digits   how many digits an order's number has; fewer have lost their zeros
    keeps           cells made of an order's rows, which a blank never clears: a file
                    may have a part of the rows
    adds_up         a rule adds up the rows of an order, which must stand together
    by_line         cells of the order that the mall tells by line: each row says its
                    own, and the order's are made of those of all its lines
    partner         the layout of the other file this one must come with (Yahoo)
    """

    name: str
    mall: Mall
    title: str
    where: str
    signature: Signature
    cells: tuple[Cell, ...]
    sku: tuple[tuple[str, ...], ...] = (("sku",),)
    cancelled: str = ""
    held: str = ""
    refunded: str = ""
    shipped: str = ""
    shipped_from: str = "mall_status"
    shop_from: str = "order_number"
    shop: str = ""
    lines: Literal["id", "id_in_package", "position"] = "id"
    baskets: Literal["id", "single", "address"] = "single"
    repeats: Literal["drop", "add_units"] = "drop"
    additions: tuple[Addition, ...] = ()
    rules: tuple[Rule, ...] = ()
    checks: tuple[SumCheck, ...] = ()
    instant_format: str = "%Y-%m-%d %H:%M:%S"
    partner: str = ""
    role: Literal["whole", "orders", "lines"] = "whole"
    order_starts: str = ""
    adds_up: bool = False
    keeps: tuple[str, ...] = ()
    number: str = ORDER_NUMBER
    number_digits: int = 0
    by_line: tuple[str, ...] = ()

    @property
    def keeps_orders_whole(self) -> bool:
        """Whether neighbouring rows of one order must stay in one frame."""
        is_numbered = self.lines == "position" or self.baskets == "address"
        return is_numbered or self.adds_up

    @property
    def order_number_column(self) -> str:
        """The mall's column of order numbers."""
        return next(
            made.columns[0] for made in self.cells if made.field == "order_number"
        )

    @property
    def has_amounts(self) -> bool:
        """Whether the file tells what an order costs."""
        return any(made.field == "request_total" for made in self.cells)

    def needed_columns(self) -> tuple[str, ...]:
        """Return the columns without which a file is refused, later additions aside."""
        names = [c for made in self.cells if made.needed for c in made.columns]
        return tuple(dict.fromkeys(names))
