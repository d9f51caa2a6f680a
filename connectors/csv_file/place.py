"""In which row of a file a byte stands, counted without reading what the cells mean."""

from collections.abc import Iterable
from typing import Final

TABS: Final = 10
"""More tabs than this in the first line: the file is TSV and its quotes are text."""


def is_of_tabs(text: bytes) -> bool:
    """Return whether tabs part the cells; `text` begins with the file's first line."""
    return text.count(b"\t", 0, text.find(b"\n") + 1) > TABS


def row_of_byte(chunks: Iterable[bytes], at: int) -> int:
    """Return the number of the row in which a byte stands; the first row is 1.

    A line end within quotes ends no row, but in a file of tabs, which knows no quotes.
    No character of CP932 or UTF-8 has a quote or a line end for its second byte.
    """
    row, left, in_quotes, has_tabs = 1, at, False, False
    for nth, chunk in enumerate(chunks):
        if nth == 0:
            has_tabs = is_of_tabs(chunk)
        before = chunk[:left]
        parts = [before] if has_tabs else before.split(b'"')
        row += sum(part.count(b"\n") for part in parts[in_quotes::2])
        in_quotes ^= len(parts) % 2 == 0
        left -= len(before)
        if not left:
            break
    return row
