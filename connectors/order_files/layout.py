"""The words a layout is written in: a mall's columns here, our fields there.

A layout is data. Adding a mall is adding a file under `layouts/` and golden samples.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

import polars as pl

from data.model.order import Mall
from data.model.order_file import SumCheck

SCRATCH: Final = "_"
"""Cells whose field starts with this serve a layout's own rules only."""


class How(StrEnum):
    """How several columns make one cell."""

    ONE = "one"
    JOINED = "joined"
    FIRST = "first"
    SUM = "sum"
    MOMENT = "moment"


@dataclass(frozen=True)
class Cell:
    """One of our cells and the mall's columns it is read from.

    `needed`: without the column the file is refused. `nth` picks among columns of equal
    name, counting from 1.
    """

    field: str
    columns: tuple[str, ...]
    how: How = How.ONE
    between: str = ""
    needed: bool = True
    nth: int = 1


def cell(name: str, column: str, *, nth: int = 1) -> Cell:
    """A needed cell that is one column of the mall."""
    return Cell(name, (column,), nth=nth)


def maybe(name: str, column: str, *, nth: int = 1) -> Cell:
    """A cell whose column not every file of this layout has."""
    return Cell(name, (column,), nth=nth, needed=False)


def joined(name: str, *columns: str, between: str = "", needed: bool = True) -> Cell:
    """Parts of one thing, blank parts left out: a phone number, an address."""
    return Cell(name, columns, How.JOINED, between, needed)


def first_of(name: str, *columns: str, needed: bool = True) -> Cell:
    """The first column that is not blank; with `needed` all must be there."""
    return Cell(name, columns, How.FIRST, needed=needed)


def sum_of(name: str, *columns: str, needed: bool = True) -> Cell:
    """Amounts the mall splits and we do not."""
    return Cell(name, columns, How.SUM, needed=needed)


def moment(name: str, column: str, *, date: str, time: str) -> Cell:
    """A time in one column, else in two."""
    return Cell(name, (column, date, time), How.MOMENT)


@dataclass(frozen=True)
class Signature:
    """What tells this header from all others (csv/formats.md §2)."""

    starts: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    has_any: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    tab: bool = False


@dataclass(frozen=True)
class Stage:
    """Columns a mall added at the end at one time; all come together or none."""

    width: int
    columns: tuple[str, ...]


Rule = Callable[[pl.DataFrame], pl.DataFrame]
"""Text frame of whole orders in, text frame out; a rule never invents an order."""


@dataclass(frozen=True)
class Layout:
    """One kind of file of one mall, complete.

    sku             alternatives, each fields joined by "/"; the first whole one wins
    cancelled       mall_status matching this is a cancelled order; `cancelled_at` too
    shop            pattern whose group 1 is the shop in `shop_from`; '' = not visible
    lines           "id": the file has line ids. "position": it has none and lines are
                    numbered within their order, whose rows must stand together
    baskets         "id", "single" (one destination an order) or "address" (hashed)
    repeats         what identical rows mean: the same line again, or more units of it
    order_starts    a field that is filled on the first row of an order only
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
    shop_from: str = "order_number"
    shop: str = ""
    lines: Literal["id", "position"] = "id"
    baskets: Literal["id", "single", "address"] = "single"
    repeats: Literal["drop", "add_units"] = "drop"
    stages: tuple[Stage, ...] = ()
    rules: tuple[Rule, ...] = ()
    checks: tuple[SumCheck, ...] = ()
    instant_format: str = "%Y-%m-%d %H:%M:%S"
    partner: str = ""
    role: Literal["whole", "orders", "lines"] = "whole"
    order_starts: str = ""

    @property
    def keeps_orders_whole(self) -> bool:
        """Whether neighbouring rows of one order must not be cut apart."""
        return self.lines == "position"

    def needed_columns(self) -> tuple[str, ...]:
        """Columns without which the file is refused, later stages aside."""
        names = [c for made in self.cells if made.needed for c in made.columns]
        return tuple(dict.fromkeys(names))
