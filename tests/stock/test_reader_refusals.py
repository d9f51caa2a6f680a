"""A count CSV with a fault: refused whole, with every fault in Japanese."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.csv_file.refusal import SHOWN
from connectors.order_files import CsvRefused
from connectors.stock_files import read_stock_file
from tests.stock.count_files import HEADER, WIDE
from tests.support.effort import examples


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",100g,10", "商品管理番号"),
        ("お茶,100g,10", "商品管理番号"),
        ("1.23E+10,100g,10", "商品管理番号"),
        (f"{'a' * 33},100g,10", "商品管理番号"),
        ("tea,,10", "SKU管理番号"),
        ("tea,100 g,10", "SKU管理番号"),
        ("tea,1E+05,10", "SKU管理番号"),
        ("tea,100g,", "数量"),
        ("tea,100g,-1", "数量"),
        ("tea,100g,1.0", "数量"),
        ("tea,100g,１０", "数量"),
        ("tea,100g,100000", "数量"),
        ("tea,100g,+5", "数量"),
        ("tea,100g,10,1.23E+10", "自社SKU"),
        ("tea,100g,10,1月2日", "自社SKU"),
        ("tea,100g,10,2026/1/2", "自社SKU"),
        ("tea,100g,10,2026年1月", "自社SKU"),
        ("tea,100g,10,2-Jan", "自社SKU"),
        ("tea,100g,10,Jan-02", "自社SKU"),
        ("tea,2-Jan,10", "SKU管理番号"),
        ("Jan-02,100g,10", "商品管理番号"),
        (f"tea,100g,10,{'a' * 97}", "自社SKU"),
        ("tea,100g,10,TEA-100\u200b", "自社SKU"),  # pasted from a page
        ("tea,100g,10,\u2060TEA-100", "自社SKU"),
        ("tea,100g,10,,x", "安全在庫"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named_by_row_and_column(refused, row, column):
    cells = row.split(",")
    whole = ",".join([*cells, *[""] * (5 - len(cells))])
    refusal = refused("tea,ok,1,,", whole, header=WIDE)

    assert (refusal.position.row, refusal.position.column) == (3, column)
    assert f"3 行目の「{column}」" in str(refusal)


@pytest.mark.parametrize("column", WIDE.split(","))
def test_a_cell_with_a_broken_byte_refuses_the_file(refused, column):
    """With 自社SKU read as blank the pieces of another SKU were counted."""
    cells = dict(zip(WIDE.split(","), ["tea", "100g", "10", "T", "1"], strict=True))
    row = ",".join((cells | {column: "XX"}).values())
    text = f"{WIDE}\r\ntea,ok,1,,\r\n{row}\r\n".encode("cp932")

    refusal = refused(text=text.replace(b"XX", b"\xfd"))

    assert (refusal.position.row, refusal.position.column) == (3, column)
    assert "1 か所あります" in refusal.reason
    assert f"「{column}」: 使用できない文字" in refusal.reason


@pytest.mark.parametrize("row", ["tea,100g", "tea,100g,10,x"])
def test_a_row_of_another_width_is_refused(refused, row):
    assert refused(row).position.row == 2


def test_all_faults_are_counted_and_the_first_are_told(refused):
    refusal = refused(*[f"tea,v{n},x" for n in range(SHOWN + 5)])

    assert f"{SHOWN + 5} か所" in refusal.reason
    assert "ほか 5 か所" in refusal.reason


def test_a_fault_anywhere_refuses_the_whole_file(refused):
    rows = [f"tea,v{n},1" for n in range(2000)]

    assert refused(*rows, "tea,last,x").position.row == 2002


def test_a_listing_counted_twice_is_refused_with_both_rows(refused):
    refusal = refused("tea,100g,10", "mug,blue,1", "TEA,100g,10")

    assert "4 行目" in str(refusal)
    assert "2 行目と同じ" in str(refusal)


def test_one_own_sku_counted_differently_is_refused(refused):
    refusal = refused("tea,a,10,T,", "mug,b,9,T,", header=WIDE)

    assert "数量が違います" in str(refusal)


@pytest.mark.parametrize("missing", HEADER.split(","))
def test_a_missing_column_is_named(refused, missing):
    header = ",".join(name for name in HEADER.split(",") if name != missing)

    assert f"「{missing}」" in str(refused("a,b", header=header))


def test_a_renamed_column_is_named_as_well(refused):
    refusal = refused("a,b,1", header=HEADER.replace("数量", "個数"))

    assert "対応していない列があります: 「個数」。" in str(refusal)


def test_of_a_file_without_a_header_no_cell_is_shown(refused):
    """A carrier's file was chosen: its first row was read as names of columns."""
    row = "J1,0,0,,090-0000-9173,0600001,架空町一丁目9番,,,架空花子"
    refusal = refused(row, header=row)

    assert refusal.code == "missing-columns"
    for told in ("0000-9173", "0600001", "架空"):
        assert told not in str(refusal)


def test_a_doubled_column_is_named(refused):
    assert "「数量」" in str(refused("tea,100g,1,1", header=f"{HEADER},数量"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"", "empty"),
        (f"{HEADER}\r\n", "no-rows"),
        (f"{HEADER}\r\ntea,100g,10".encode("utf-16"), "utf-16"),
        (f"{HEADER}\r\ntea,100g,1\x00".encode(), "nul"),
        (f'{HEADER}\r\n"tea,100g,10\r\n', "cut"),
        (f"{HEADER}\r\n".encode("cp932") + b"\x81", "cut"),
        (f"{HEADER}\r\ntea,100g,1\r\n".encode() + b"\xff\xfe", "cut"),
    ],
)
def test_a_broken_file_is_refused(refused, text, code):
    assert refused(text=text).code == code


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(CsvRefused, match="ファイルを開けません"):
        read_stock_file(tmp_path / "none.csv")


def test_a_refusal_leaves_no_thread_behind(refused):
    refusal = refused("a,b", header="x,y")

    assert refusal.__traceback__ is not None
    assert [t for t in threading.enumerate() if t.name.startswith("csv-file")] == []


@pytest.mark.parametrize("text", [b"", f"{HEADER}\r\ntea,100g,x\r\n", b"a,b\r\n"])
def test_every_refusal_points_to_the_template(refused, text):
    assert "対処: data/samples/stock_count.csv" in str(refused(text=text))


@given(raw=st.binary(max_size=200), at=st.integers(0, 60))
@examples(20, derandomize=True)
def test_any_bytes_are_read_or_refused(read, raw, at):
    whole = f"{HEADER}\r\ntea,100g,10\r\n".encode()
    try:
        outcome = repr(read(text=whole[:at] + raw + whole[at:]).counts)
    except CsvRefused as refusal:
        outcome = str(refusal)

    assert "対処" in outcome or "Counted(" in outcome
