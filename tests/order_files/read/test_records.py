"""Rows, quotes, line ends: kept, set aside or refused (docs/order-files.md §3)."""

import codecs

import pytest

from connectors.order_files import CsvRefused
from tests.support.mall_csv import HEADER, Shape, rakuten_bytes, rakuten_row

REMARKS = "コメント"
LINE_BREAKS = ("項目・選択肢", "ひとことメモ", "コメント", "SKU情報")
SHAPES = {
    "quoted-crlf": Shape(),
    "quoted-lf": Shape(line_end="\n"),
    "bare-crlf": Shape(quoted=False),
    "bare-lf": Shape(quoted=False, line_end="\n"),
}


def row(number, **cells):
    return rakuten_row(注文番号=f"123456-20261124-{number:010d}", **cells)


@pytest.fixture(params=SHAPES)
def shape(request):
    return SHAPES[request.param]


@pytest.mark.parametrize(
    "text",
    [
        'a "quoted" word',
        '"',
        '""',
        '","',
        '"\r\n"',
        '"\n"',
        "a\nb\r\nc\rd",
        'end"\n',
        "comma, comma",
        " spaces ",
        "=1+1",
        "ソ\\,表",
    ],
)
def test_a_cell_comes_back_as_it_was_written(read, shape, text):
    rows = [row(1), row(2, **{REMARKS: text}), row(3, **{REMARKS: text}), row(4)]

    seen = read(rakuten_bytes(rows, shape))

    assert seen.column("orderer_remarks")[1:3] == [text, text]
    assert seen.column("row_number") == [2, 3, 4, 5]
    assert not seen.rejects.height


@pytest.mark.parametrize("last", ['"', '"\r\n"', 'x"'])
def test_quotes_in_the_last_cell_do_not_join_rows(read, shape, last):
    rows = [row(1, SKU情報=last), row(2, SKU情報=last), row(3)]

    seen = read(rakuten_bytes(rows, shape))

    assert seen.column("sku_info")[:2] == [last, last]
    assert seen.rows.height == 3


def test_a_repeated_header_is_dropped_with_a_notice(read, shape):
    content = rakuten_bytes([row(1)], shape)

    seen = read(content + content)

    assert seen.column("row_number") == [2, 4]
    assert "見出し" in seen.file.notices[0]


def test_a_mark_of_utf8_before_each_of_two_joined_files_is_no_text(read):
    content = codecs.BOM_UTF8 + rakuten_bytes([row(1)], Shape(encoding="utf-8"))

    seen = read(content + content)

    assert seen.column("row_number") == [2, 4]
    assert seen.file.encoding == "utf-8-sig"


def test_a_repeated_header_written_otherwise_is_dropped_too(read):
    first = rakuten_bytes([row(1)], SHAPES["quoted-crlf"])
    second = rakuten_bytes([row(2)], SHAPES["bare-lf"])

    assert read(first + second).rows.height == 2


def test_a_header_of_another_kind_refuses_the_file(read):
    first = rakuten_bytes([row(1)])
    old = [{name: one for name, one in row(2).items() if name in HEADER[:107]}]

    with pytest.raises(CsvRefused) as refused:
        read(first + rakuten_bytes(old))

    assert (refused.value.code, refused.value.position.row) == ("second-header", 3)


def test_a_header_of_the_same_width_but_another_order_refuses_the_file(read):
    swapped = dict(reversed(row(2).items()))

    with pytest.raises(CsvRefused):
        read(rakuten_bytes([row(1)]) + rakuten_bytes([swapped]))


def with_row_of(width, shape):
    cells = [*row(2).values(), *["x"] * 50][:width]
    odd = {f"{n}": cell for n, cell in enumerate(cells)}
    line = rakuten_bytes([odd], shape).split(shape.line_end.encode(), 1)[1]
    return rakuten_bytes([row(1)], shape) + line + rakuten_bytes([row(3)], shape)


@pytest.mark.parametrize("width", [159, 200])
def test_a_row_of_too_many_cells_is_set_aside(read, shape, width):
    seen = read(with_row_of(width, shape))

    assert seen.reasons() == [(3, None, "123456-20261124-0000000002")]
    assert seen.column("row_number") == [2, 5]


@pytest.mark.parametrize("width", [100, 157])
def test_a_short_rows_missing_cells_are_blank_with_one_warning(read, shape, width):
    twice = with_row_of(width, shape) * 2

    seen = read(twice)

    assert seen.column("row_number") == [2, 3, 5, 7, 8, 10]
    assert not seen.rejects.height
    assert [one for one in seen.warned() if one[2] == "short-rows"] == [
        (3, None, "short-rows")
    ]
    assert "2 行" in seen.warnings.filter(kind="short-rows")["reason"][0]
    whole = rakuten_bytes([row(2, **dict.fromkeys(HEADER[width:], ""))], shape)
    assert (
        seen.rows[1]
        .drop("row_number")
        .equals(read(whole).rows[0].drop("row_number"), null_equal=True)
    )


def test_empty_columns_that_excel_added_are_no_columns(read):
    lines = rakuten_bytes([row(1), row(2)], SHAPES["bare-lf"]).split(b"\n")
    header, rest = lines[0], b"\n".join(lines[1:])
    flat = rakuten_bytes([row(1, **dict.fromkeys(LINE_BREAKS, ""))], SHAPES["bare-lf"])

    assert read(header + b",,\n" + rest.rstrip(b"\n") + b"\n").rows.height == 2
    assert read(flat.replace(b"\n", b",,,\n")).rows.height == 1


def test_blank_lines_are_counted_and_left_out(read, shape):
    end = shape.line_end.encode()
    content = rakuten_bytes([row(1)], shape) + end + b"," * 157 + end
    body = rakuten_bytes([row(2)], shape).split(end, 1)[1]

    assert read(content + body + end + end).column("row_number") == [2, 5]


def test_the_last_row_needs_no_line_end(read, shape):
    content = rakuten_bytes([row(1), row(2)], shape)

    assert read(content.removesuffix(shape.line_end.encode())).rows.height == 2


def test_the_end_mark_of_old_programs_is_no_row(read, shape):
    assert read(rakuten_bytes([row(1)], shape) + b"\x1a").rows.height == 1


@pytest.mark.parametrize("share", [0.55, 0.7, 0.9, 0.99])
def test_a_cut_file_is_refused(read, shape, share):
    content = rakuten_bytes([row(1), row(2)], shape)
    header = content.index(shape.line_end.encode()) + 2
    cut = content[: header + int((len(content) - header) * share)]

    with pytest.raises(CsvRefused) as refused:
        read(cut)

    assert refused.value.code in {"cut", "malformed"}


@pytest.mark.parametrize(
    "damage",
    [
        (b'"300"', b'"300'),
        (b'"300"', b'300"'),
        (b'"300"', b'"3"00"'),
        (b'"300"', b'3"00'),
    ],
    ids=["close", "open", "junk", "stray"],
)
def test_a_lost_or_stray_quote_refuses_the_file(read, damage):
    content = rakuten_bytes([row(1), row(2, ステータス="300"), row(3)])

    with pytest.raises(CsvRefused) as refused:
        read(content.replace(*damage))

    assert refused.value.code == "malformed"
    assert refused.value.position.row in {3, 4}


def test_a_file_of_bare_cr_is_refused(read):
    content = rakuten_bytes([row(1)], Shape(line_end="\r"))

    with pytest.raises(CsvRefused) as refused:
        read(content)

    assert refused.value.code == "bare-cr"


def test_a_header_that_lost_its_last_quote_is_called_malformed(read):
    content = rakuten_bytes([]).replace(
        '"SKU情報"'.encode("cp932"), '"SKU情報'.encode("cp932")
    )

    with pytest.raises(CsvRefused) as refused:
        read(content)

    assert (refused.value.code, refused.value.position.row) == ("malformed", 1)


def test_a_bare_cr_between_rows_is_refused(read):
    flat = row(1, **dict.fromkeys(LINE_BREAKS, ""))
    content = rakuten_bytes([flat, flat], SHAPES["bare-crlf"])

    with pytest.raises(CsvRefused) as refused:
        read(content.replace(b"\r\n", b"\r", 2).replace(b"\r", b"\r\n", 1))

    assert refused.value.code == "malformed"


def test_a_cell_of_the_longest_length_is_read(read, shape):
    content = rakuten_bytes([row(1, **{REMARKS: "表" * 131_072})], shape)

    assert read(content).rows.height == 1


def test_a_longer_cell_is_refused_with_its_place(read, shape):
    content = rakuten_bytes([row(1, **{REMARKS: "表" * 131_073})], shape)

    with pytest.raises(CsvRefused) as refused:
        read(content)

    assert refused.value.code == "cell-too-long"
    assert refused.value.position.column == REMARKS


def test_an_unclosed_quote_does_not_swallow_a_large_file(read):
    head, body = rakuten_bytes([row(1)]).split(b"\r\n", 1)
    open_cell = b'"123456-1","' + b"a,\r\n" * 3_000_000

    with pytest.raises(CsvRefused) as refused:
        read(head + b"\r\n" + body + open_cell)

    assert refused.value.code in {"malformed", "cut"}


def test_rows_quoted_only_where_needed_under_a_quoted_header(read):
    header = rakuten_bytes([])
    lines = rakuten_bytes([row(n) for n in range(1000)], SHAPES["bare-crlf"])
    body = lines.split(b"\r\n", 1)[1]
    assert len(body) > 1 << 20
    quoted_key = body.replace(b"123456-20261124-", b'"123456-20261124-')
    for status in (b",100,", b",300,", b",500,", b",900,"):
        quoted_key = quoted_key.replace(status, b'"' + status)

    seen = read(header + quoted_key)

    assert seen.rows.height == 1000


def test_the_same_rows_come_whatever_the_batch_size(read):
    content = rakuten_bytes(
        [
            row(n, 単価="x" if n % 5 == 0 else "1", 個数="x" if n % 7 == 0 else "1")
            for n in range(30)
        ]
    )

    small, large = read(content, size=1), read(content)

    assert small.rows.equals(large.rows)
    assert small.rejects.equals(large.rejects)
    assert small.warnings.equals(large.warnings)
