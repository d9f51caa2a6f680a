"""The refusal of a whole file, in words that shop staff can act on."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

from data.model.csv_file import RowRemark

SHOWN: Final = 10
"""Faults that a refusal lists; it counts the others."""


@dataclass(frozen=True)
class Position:
    """A place in a file; None = unknown. Row 1 is the header if the file has one."""

    byte: int | None = None
    row: int | None = None
    column: str | None = None


class CsvRefused(Exception):
    """The file is not imported, not even in part; `str()` shows no cell's content.

    code    our own word for the reason, the same in every release
            (docs/order-files.md §11)
    reason  Japanese: what is wrong, in which row and column
    advice  Japanese: what staff can do about it
    """

    def __init__(
        self, code: str, reason: str, *, advice: str, position: Position | None = None
    ) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason
        self.advice = advice
        self.position = position or Position()

    def __str__(self) -> str:
        return f"{self.reason} 対処: {self.advice}"

    def __reduce__(self) -> tuple[object, ...]:
        """Survive pickling: Prefect carries exceptions between processes."""
        again = partial(type(self), advice=self.advice, position=self.position)
        return again, (self.code, self.reason)


def names_joined(names: Iterable[str]) -> str:
    """Return column names as Japanese text: 「数量」、「単価」."""
    return "、".join(f"「{name}」" for name in names)


def faulty_rows(faults: list[RowRemark], advice: str) -> CsvRefused:
    """Return the refusal of a file that is taken whole or not at all."""
    faults = sorted(faults, key=lambda fault: fault.row_number)
    shown = " ".join(
        f"{fault.row_number:,} 行目"
        + (f"の「{fault.column_name}」: " if fault.column_name else ": ")
        + fault.reason
        for fault in faults[:SHOWN]
    )
    more = f" ほか {len(faults) - SHOWN:,} か所。" if len(faults) > SHOWN else ""
    return CsvRefused(
        "faulty-rows",
        f"修正が必要なところが {len(faults):,} か所あります。{shown}{more}",
        advice=advice,
        position=Position(row=faults[0].row_number, column=faults[0].column_name),
    )
