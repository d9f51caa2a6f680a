"""Whatever is written comes back, and the fast path agrees with the slow one."""

import csv
import io
import itertools

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.csv_file.decoding import Decoded
from connectors.csv_file.header import split_header
from connectors.csv_file.records import Scanner
from connectors.csv_file.tokens import is_record, tokens
from tests.support.effort import examples
from tests.support.mall_csv import Shape, rakuten_bytes, rakuten_row

QUICK = examples(40)
CP932 = st.characters(
    codec="cp932",
    exclude_characters="\0¢£¬‖−〜\x80\uf8f0\uf8f1\uf8f2\uf8f3",
    exclude_categories=("Co",),
)
TRICKY = st.text(st.sampled_from(list('ab表",\r\n\t ')) | CP932, max_size=12)
BLANKS = "\t\n\v\f\r \u3000"
"""What CP932 has of white space, in Unicode's sense: Python's adds \\x1c to \\x1f."""
SHAPES = st.builds(
    Shape, line_end=st.sampled_from(["\r\n", "\n"]), quoted=st.booleans()
)


@QUICK
@given(cells=st.lists(st.tuples(TRICKY, TRICKY), min_size=1, max_size=6), shape=SHAPES)
def test_any_text_survives_the_round_trip(read, cells, shape):
    rows = [
        rakuten_row(注文番号=f"123456-1-{n}", コメント=a, SKU情報=b)
        for n, (a, b) in enumerate(cells)
    ]

    seen = read(rakuten_bytes(rows, shape))

    assert seen.rows.height == len(rows)
    told = [
        tuple(cell if cell.strip(BLANKS) else None for cell in row) for row in cells
    ]
    assert seen.column("orderer_remarks") == [a for a, _ in told]
    assert seen.column("sku_info") == [b for _, b in told]


def kept(header, chunks):
    """The records a scanner keeps of a file, as cells, and why others are not there."""
    text = iter([Decoded(chunk.encode(), rubbish=False) for chunk in (header, *chunks)])
    found, rest = split_header(text, "")
    scanner = Scanner(found, 0, "")
    blocks = list(scanner.blocks(iter([rest, *text])))
    whole = b"".join(part for block in blocks for part in block.text)
    return [record.cells for record in tokens(whole).records], [
        reject for block in blocks for reject in block.rejects
    ]


BLANK_ROWS = [[" ", "", ""], ["", "\t", "  "], ["", "", "\r\n"]]
"""Nothing but white space in some cells: blank rows, however long."""


@QUICK
@example(rows=BLANK_ROWS, quoting=csv.QUOTE_ALL, cuts=[])
@example(rows=BLANK_ROWS, quoting=csv.QUOTE_MINIMAL, cuts=[])
@given(
    rows=st.lists(st.lists(TRICKY, min_size=3, max_size=3), max_size=12),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    cuts=st.lists(st.integers(0, 400), max_size=6),
)
def test_the_scanner_keeps_what_pythons_csv_module_reads(rows, quoting, cuts):
    file = io.StringIO()
    csv.writer(file, quoting=quoting, lineterminator="\r\n").writerows(rows)
    text = file.getvalue()
    header = '"k","l","m"\r\n'
    places = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    chunks = [text[a:b] for a, b in itertools.pairwise(places)]

    records, rejects = kept(header, chunks)

    wanted = [row for row in rows if any(cell.strip() for cell in row)]
    assert [[cell.decode() for cell in record] for record in records] == wanted
    assert not rejects


@given(st.text(st.sampled_from('a,"\r\n'), min_size=1, max_size=14))
@examples(500)
def test_the_quick_look_at_a_record_agrees_with_the_letter(text):
    found = tokens(text.encode())
    is_one = found.broken_at is None and found.open_at is None
    is_one = is_one and len(found.records) == 1 and not text.endswith("\n")

    fitting = [width for width in range(1, 16) if is_record(text.encode(), width)]

    assert fitting == ([len(found.records[0].cells)] if is_one else [])


@QUICK
@given(widths=st.lists(st.integers(1, 5), max_size=10), quoting=st.booleans())
def test_only_records_not_wider_than_the_header_are_kept(widths, quoting):
    q = '"' if quoting else ""
    lines = [
        ",".join([f"{q}r{n}{q}", *[f"{q}x{q}"] * (width - 1)]) + "\r\n"
        for n, width in enumerate(widths)
    ]

    records, rejects = kept(f"{q}k{q},{q}l{q},{q}m{q}\r\n", lines)

    assert [record[0] for record in records] == [
        f"r{n}".encode() for n, width in enumerate(widths) if width <= 3
    ]
    assert {len(record) for record in records} <= {3}
    assert [reject.row_number for reject in rejects] == [
        n + 2 for n, width in enumerate(widths) if width > 3
    ]


@QUICK
@given(st.lists(st.integers(-(10**10), 10**10), min_size=1, max_size=8))
def test_every_yen_is_kept_or_blank_and_told(read, amounts):
    rows = [rakuten_row(商品合計金額=str(amount)) for amount in amounts]

    seen = read(rakuten_bytes(rows))

    fit = [a for a in amounts if abs(a) <= 999_999_999]
    open_ = (-9999, -99999)
    assert seen.column("goods_total") == [
        a if a in fit and a not in open_ else None for a in amounts
    ]
    assert seen.warnings.height == len(amounts) - len(fit)
    assert seen.rows.schema["goods_total"] == pl.Int64
