"""A golden file's first row with other cells, and with columns that it lacks."""

import csv
import io

from tests.order_files.read.test_golden import GOLDEN


def one_row(folder: str, file: str = "in.csv", **cells: str) -> bytes:
    """Return the file with its first row alone, these cells in it, in UTF-8.

    A column that the file lacks is added at the end, as malls do.
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
    made = io.StringIO(newline="")
    csv.writer(made, form).writerows([header, row])
    return made.getvalue().encode()
