"""Rows as people read them: a table, or one column a line where that is too wide."""

import unicodedata
from typing import Final

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from data.warehouse.query import QueryAnswer

NULL: Final = "NULL"
UNSEEN: Final = ("Cc", "Cf", "Cs")
"""Unicode's classes of signs that a terminal would obey, or show as nothing."""


def fitted_table(answer: QueryAnswer, width: int) -> str:
    """Return the rows as a table of at most that width, or else a column a line."""
    table = Table(box=box.SQUARE)
    for name, is_number in zip(answer.columns, answer.are_numbers, strict=True):
        table.add_column(
            Text(visible(name)), justify="right" if is_number else "left", no_wrap=True
        )
    for row in answer.rows:
        table.add_row(*(Text(visible(cell)) for cell in row))
    console = Console(width=width, color_system=None, force_terminal=False)
    whole = console.options.update(width=10**6)
    if Measurement.get(console, whole, table).maximum > width:
        return "".join(one_under_another(answer))
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def one_under_another(answer: QueryAnswer) -> list[str]:
    """Return each row as a block of lines, `column │ value`, as psql can show it."""
    names = [visible(name) for name in answer.columns]
    widest = max(map(cell_len, names))
    lines = []
    for nth, row in enumerate(answer.rows, 1):
        lines.append(f"─[ {nth} ]".ljust(widest + 3, "─") + "\n")
        for name, cell in zip(names, row, strict=True):
            pad = " " * (widest - cell_len(name))
            first, *more = visible(cell).split("\n")
            lines.append(f"{name}{pad} │ {first}\n")
            lines += [f"{' ' * widest} │ {line}\n" for line in more]
    return lines


def visible(text: str | None) -> str:
    """Return a text in which every sign that a terminal would obey is escaped."""
    if text is None:
        return NULL
    return "".join(
        sign.encode("unicode_escape").decode()
        if sign != "\n" and unicodedata.category(sign) in UNSEEN
        else sign
        for sign in text
    )
