"""Records of a file whose every cell is quoted: what Rakuten's download looks like.

It is split where a closing quote, a line end and an opening quote meet. A piece that
holds exactly width - 1 times `","` and no other quote is a whole record, because each
of its quotes stands where a cell begins or ends: two counts vouch for it. If a split
fell within a cell, the pieces on both its sides hold a quote too many, so are odd.
"""

from collections.abc import Iterator
from itertools import accumulate

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
    pieces = text[1:].split(between)
    end = len(text) - len(pieces.pop()) - 1
    cells, quotes = header.width - 1, 2 * (header.width - 1)
    odd = {
        at
        for at, piece in enumerate(pieces)
        if piece.count(b'","') != cells or piece.count(b'"') != quotes
    }
    odd |= _suspects(pieces, header, judge, rubbish=rubbish)
    if not rubbish:
        odd = {at for at in odd if not judge.vouches_for(b'"' + pieces[at] + b'"')}
    if not odd:
        return [], len(pieces), end
    step = len(between)
    starts = list(accumulate((len(piece) + step for piece in pieces), initial=0))
    found = [(at, starts[at], starts[at + 1]) for at in sorted(odd)]
    return found, len(pieces), end


def _suspects(
    pieces: list[bytes], header: Header, judge: Judge, *, rubbish: bool
) -> set[int]:
    """Pieces with the right quotes that are yet to be looked at."""
    more: set[int] = set()
    if rubbish:
        more |= {at for at, s in enumerate(pieces) if RUBBISH.search(s.decode())}
    blank = 3 * (header.width - 1)  # nothing but quotes and delimiters
    if min(map(len, pieces), default=blank + 1) <= blank:
        more |= {at for at, s in enumerate(pieces) if len(s) <= blank}
    if max(map(len, pieces), default=0) >= judge.longest_cell:
        more |= {at for at, s in enumerate(pieces) if len(s) >= judge.longest_cell}
    again = judge.header_forms[0]
    if again in pieces:
        more |= {at for at, s in enumerate(pieces) if s == again}
    return more


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
