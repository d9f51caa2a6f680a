"""Records of files with few quotes or none: Excel's, most malls', and Amazon's TSV.

A line without quotes and with the right number of delimiters is a record. A line with a
quote goes on to the line where the number of quotes is even, and is then read to the
letter; in TSV a quote is text.
"""

from connectors.mall_csv.decoding import RUBBISH
from connectors.mall_csv.header import Header
from connectors.mall_csv.verdict import Judge


def odd_lines(
    lines: list[bytes], text: bytes, header: Header, judge: Judge, *, rubbish: bool
) -> list[int]:
    """Which lines must be looked at, in order; the others are whole records."""
    delimiter, cells = header.delimiter, header.width - 1
    if header.tab or b'"' not in text:
        odd = [at for at, s in enumerate(lines) if s.count(delimiter) != cells]
    else:
        odd = [
            at
            for at, line in enumerate(lines)
            if line.count(delimiter) != cells or b'"' in line
        ]
    if text.count(b"\r") != text.count(b"\r\n"):
        bare = {at for at, line in enumerate(lines) if b"\r" in line[:-1]}
        odd = sorted(bare.union(odd))
    return sorted(_suspects(lines, header, judge, rubbish=rubbish).union(odd))


def whole_record(lines: list[bytes], at: int, *, tab: bool) -> tuple[bytes, int | None]:
    """The record that begins at this line, and the line after it, if known."""
    if tab:
        return lines[at], at + 1
    last, quotes = at, lines[at].count(b'"')
    while quotes % 2:
        last += 1
        if last == len(lines):
            return b"\n".join(lines[at:]), None
        quotes += lines[last].count(b'"')
    return b"\n".join(lines[at : last + 1]), last + 1


def _suspects(
    lines: list[bytes], header: Header, judge: Judge, *, rubbish: bool
) -> set[int]:
    """Lines that are well-formed and yet to be looked at."""
    more: set[int] = set()
    if rubbish:
        more |= {at for at, s in enumerate(lines) if RUBBISH.search(s.decode())}
    blank = header.width  # nothing but delimiters, and perhaps a CR
    if min(map(len, lines), default=0) <= blank:
        more |= {at for at, s in enumerate(lines) if len(s) <= blank}
    if max(map(len, lines), default=0) > judge.longest_cell:
        more |= {at for at, s in enumerate(lines) if len(s) > judge.longest_cell}
    for form in judge.header_forms[1:]:
        if form in lines:
            more |= {at for at, s in enumerate(lines) if s == form}
    return more
