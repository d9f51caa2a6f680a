"""The plan for one file: which of its columns become which of our cells.

It is made once, from the layout and the file's header.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import polars as pl

from connectors.csv_file.header import Header
from connectors.order_files.conversion import is_nothing
from connectors.order_files.layout import SCRATCH, Cell, How, Layout
from data.model.order_file import BY_NAME, CellKind

PART: Final = "#"
"""Stands between a summed field's name and the number of a part."""


@dataclass(frozen=True)
class Planned:
    """One cell to make: its field, its kind, the mall's name for it, and its text."""

    field: str
    kind: CellKind
    column: str
    text: pl.Expr


@dataclass(frozen=True)
class Plan:
    """The columns to take from the file, and the cells to make of them."""

    indices: tuple[int, ...]
    cells: tuple[Planned, ...]

    @property
    def typed(self) -> tuple[Planned, ...]:
        """The cells to convert: all but scratch."""
        return tuple(one for one in self.cells if not one.field.startswith(SCRATCH))

    def column_of(self, field: str) -> str:
        """Return the mall's name for a cell that the file has."""
        return next(one.column for one in self.cells if one.field == field)


def plan(layout: Layout, header: Header) -> Plan:
    """Plan the layout's cells; one whose columns are all absent is left out."""
    cells: list[Planned] = []
    indices: set[int] = set()
    for made in layout.cells:
        places = [header.index(name, made.nth) for name in made.columns]
        present = [
            (name, at)
            for name, at in zip(made.columns, places, strict=True)
            if at is not None
        ]
        if present:
            indices.update(at for _, at in present)
            cells.extend(_planned(made, present))
    return Plan(tuple(sorted(indices)), tuple(cells))


def column_name(index: int) -> str:
    """Return the name of a parsed column by its place in the file, from 0."""
    return f"column_{index}"


def _column(index: int) -> pl.Expr:
    return pl.col(column_name(index))


def _planned(made: Cell, present: list[tuple[str, int]]) -> Iterator[Planned]:
    kind = CellKind.TEXT if made.field.startswith(SCRATCH) else BY_NAME[made.field].kind
    columns = [_column(at) for _, at in present]
    shown = present[0][0]
    match made.how:
        case How.SUM:
            for number, (name, at) in enumerate(present):
                yield Planned(f"{made.field}{PART}{number}", kind, name, _column(at))
            return
        case How.ONE:
            text = columns[0]
        case How.FIRST:
            text = pl.coalesce(*_telling(kind, present), *columns)
        case How.JOINED:
            text = _joined(columns, made.between, kind)
            shown = "・".join(name for name, _ in present)
        case How.MOMENT:
            written = pl.concat_str(
                columns[1], columns[2].fill_null("00:00:00"), separator=" "
            )
            # A spreadsheet drops the seconds of the first, never those of the third.
            is_cut = columns[0].str.contains(r"^[^:]*[ T]\d{1,2}:\d\d$")
            minute = columns[0].str.tail(5).str.replace("^[ T]", "0")
            is_same = minute == columns[2].str.zfill(8).str.head(5)
            text = pl.when(is_cut & is_same).then(written)
            text = pl.coalesce(text, columns[0], written)
    yield Planned(made.field, kind, shown, text)


def _telling(kind: CellKind, present: list[tuple[str, int]]) -> Iterator[pl.Expr]:
    """Yield the columns without a mall's word for nothing; a text may be any word.

    Qoo10 has a dash for the mobile number of who has none, and the other one beside it.
    """
    if kind is not CellKind.TEXT:
        for _, at in present:
            is_told = ~is_nothing(kind, column_name(at))
            yield pl.when(is_told).then(_column(at))


def _joined(columns: list[pl.Expr], between: str, kind: CellKind) -> pl.Expr:
    if kind is CellKind.ZIP and len(columns) == 2:  # Excel took the zeros of each part
        columns = [columns[0].str.zfill(3), columns[1].str.zfill(4)]
        between = ""
    text = pl.concat_str(columns, separator=between, ignore_nulls=True)
    return pl.when(text != "").then(text)
