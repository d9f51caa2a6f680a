"""A golden file's first row with other cells, and with columns that it lacks."""

import csv
import io
from collections.abc import Callable, Collection
from typing import Any

from tests.order_files.read.test_golden import GOLDEN

_FILES = {"yahoo": ("order.csv", "item.csv")}


def one_row(
    folder: str, file: str = "in.csv", *, lacks: Collection[str] = (), **cells: str
) -> bytes:
    """Return the file with its first row alone, these cells in it, in UTF-8.

    A column that the file lacks is added at the end, as malls do; those in `lacks` are
    taken out of it.
    """
    content = (GOLDEN / folder / file).read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp932")
    form = "excel-tab" if "\t" in text else "excel"
    header, row, *_ = csv.reader(io.StringIO(text, newline=""), form)
    for name, cell in cells.items():
        if name in header:
            row[header.index(name)] = cell
        else:
            header.append(name)
            row.append(cell)
    kept = [at for at, name in enumerate(header) if name not in lacks]
    made = io.StringIO(newline="")
    csv.writer(made, form).writerows([one[at] for at in kept] for one in (header, row))
    return made.getvalue().encode()


def read_one(read: Callable[..., Any], folder: str, **cells: str) -> Any:
    """Read the file's first row with these cells; Yahoo!'s beside its first line."""
    file, *other = _FILES.get(folder, ("in.csv",))
    mall = folder.partition("-")[0].removesuffix("4")  # eccube4
    lines = [one_row(folder, name) for name in other]
    return read(one_row(folder, file, **cells), *lines, mall=mall)
