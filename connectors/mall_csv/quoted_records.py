"""Records of a file whose every cell is quoted: what Rakuten's download looks like.

It is split where a closing quote, a line end and an opening quote meet. A piece that
holds exactly width - 1 times `","` and no other quote is a whole record, because each
of its quotes stands where a cell begins or ends: two counts vouch for it. If a split
fell within a cell, the pieces on both its sides hold a quote too many, so are odd.
"""

from collections.abc import Iterator

from connectors.mall_csv.decoding import RUBBISH
from connectors.mall_csv.header import Header
from connectors.mall_csv.verdict import Judge

Piece = tuple[int, int, int]
"""Which record, counted from 0; where it starts; where it stops."""


def odd_records(
    text: bytes, header: Header, judge: Judge, *, rubbish: bool
) -> tuple[list[Piece], int, int]:
    """Records to be read to the letter, how many there are in all, and where they end.

    The text begins with a record, and a piece is only relied on where the one before it
    ended as a record does; so a split within a cell comes out with the first odd piece.
    """
    between = b'"' + header.line_end + b'"'
    step, again = len(between) - 1, judge.header_forms[0]
    cells, longest = header.width - 1, judge.longest_cell
    blank = 3 * cells + 1
    find, count, quotes = text.find, text.count, 2 * cells
    odd: list[Piece] = []
    row = start = 0
    while (end := find(between, start + 1)) >= 0:
        is_odd = (
            count(b'"', start + 1, end) != quotes
            or count(b'","', start + 1, end) != cells
            or not blank < end - start <= longest
            or (end - start - 1 == len(again) and text.startswith(again, start + 1))
            or (rubbish and RUBBISH.search(text[start:end].decode()))
        )
        if is_odd and (rubbish or not judge.vouches_for(text[start : end + 1])):
            odd.append((row, start, end + step))
        row += 1
        start = end + step
    return odd, row, start


def runs(odd: list[Piece]) -> Iterator[tuple[int, int, int, int]]:
    """Neighbours in one piece, as (first, how many, start, stop)."""
    at = 0
    while at < len(odd):
        first, start, stop = odd[at]
        count = 1
        at += 1
        while at < len(odd) and odd[at][0] == first + count:
            stop = odd[at][2]
            count += 1
            at += 1
        yield first, count, start, stop
