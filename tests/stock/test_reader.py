"""The count CSV: read whole and strictly, or refused with every fault in Japanese."""

import threading
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.mall_csv import CsvRefused
from connectors.sandbox.selling.goods import SHELF
from connectors.stock_count_rows import KNOWN
from connectors.stock_counts import SHOWN, read_stock_counts
from data.model.stock import Counted

SAMPLE = Path(__file__).parents[2] / "data" / "samples" / "stock_count.csv"
HEADER = "商品管理番号,SKU管理番号,数量"
WIDE = f"{HEADER},自社SKU,安全在庫"


@pytest.fixture
def read(tmp_path):
    """Write a file's text, or its bytes, and read it."""

    def write_and_read(*rows, header=HEADER, encoding="utf-8", text=None):
        path = tmp_path / "count.csv"
        content = text if text is not None else "\r\n".join([header, *rows, ""])
        raw = content if isinstance(content, bytes) else content.encode(encoding)
        path.write_bytes(raw)
        return read_stock_counts(path)

    return write_and_read


@pytest.fixture
def refused(read):
    """Read a file that must be refused; give the refusal."""

    def read_and_fail(*rows, **more):
        with pytest.raises(CsvRefused) as caught:
            read(*rows, **more)
        return caught.value

    return read_and_fail


def test_a_row_is_a_count(read):
    file = read("Tea,100g,10,お茶-1,2", header=WIDE)

    assert file.counts == (
        Counted(
            manage_number="tea",
            variant_id="100g",
            quantity=10,
            own_sku="お茶-1",
            safety=2,
        ),
    )


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8(BOM付き)"),
        ("cp932", "CP932(Shift_JIS)"),
    ],
)
def test_what_excel_saves_is_read(read, encoding, said):
    file = read("tea,100g,10,髙﨑①", header=f"{HEADER},自社SKU", encoding=encoding)

    assert (file.encoding, file.counts[0].own_sku) == (said, "髙﨑①")


def test_the_sample_counts_every_sku_of_the_sandboxs_shelf():
    file = read_stock_counts(SAMPLE)

    counted = {(row.manage_number, row.variant_id) for row in file.counts}
    on_sale = {(g.manage_number, v.variant_id) for g in SHELF for v in g.variants}
    assert counted == on_sale


def test_the_sample_names_the_skus_that_the_sandboxs_orders_show():
    file = read_stock_counts(SAMPLE)

    named = {(row.manage_number, row.variant_id): row.own_sku for row in file.counts}
    shown = {
        (g.manage_number, v.variant_id): v.merchant_sku
        for g in SHELF
        for v in g.variants
    }
    assert named == shown


def test_a_blank_own_sku_and_safety_say_nothing(read):
    file = read("tea,100g,10,,", header=WIDE)

    assert (file.counts[0].own_sku, file.counts[0].safety) == (None, None)


def test_columns_are_found_by_name_and_others_are_named(read):
    file = read("x,10,100g,tea", header="棚番,数量,SKU管理番号,商品管理番号")

    assert file.counts[0].quantity == 10
    assert "「棚番」" in file.notices[0]


def test_quoted_cells_and_blank_rows_are_fine(read):
    file = read('"tea","100g","10"', ",,", "")

    assert len(file.counts) == 1
    assert any("空の行" in notice for notice in file.notices)


def test_the_same_bytes_have_the_same_hash(read):
    assert read("tea,100g,10").sha256 == read("tea,100g,10").sha256
    assert read("tea,100g,10").sha256 != read("tea,100g,11").sha256


def test_a_zip_with_the_file_in_it_is_read(tmp_path):
    with zipfile.ZipFile(tmp_path / "count.zip", "w") as archive:
        archive.writestr("count.csv", f"{HEADER}\r\ntea,100g,10\r\n")

    assert len(read_stock_counts(tmp_path / "count.zip").counts) == 1


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
        (f"tea,100g,10,{'a' * 97}", "自社SKU"),
        ("tea,100g,10,,x", "安全在庫"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named_by_row_and_column(refused, row, column):
    cells = row.split(",")
    whole = ",".join([*cells, *[""] * (5 - len(cells))])
    refusal = refused("tea,ok,1,,", whole, header=WIDE)

    assert (refusal.position.row, refusal.position.column) == (3, column)
    assert f"3 行目の「{column}」" in str(refusal)


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


def test_the_variant_is_told_apart_by_its_case(read):
    assert len(read("tea,a,1", "tea,A,1").counts) == 2


def test_one_own_sku_counted_differently_is_refused(refused):
    refusal = refused("tea,a,10,T,", "mug,b,9,T,", header=WIDE)

    assert "数量が違います" in str(refusal)


@pytest.mark.parametrize("missing", HEADER.split(","))
def test_a_missing_column_is_named(refused, missing):
    header = ",".join(name for name in HEADER.split(",") if name != missing)

    assert f"「{missing}」" in str(refused("a,b", header=header))


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
        (f"{HEADER}\r\ntea,100g,1\r\n".encode() + b"\xff\xfe", "undecodable"),
    ],
)
def test_a_broken_file_is_refused(refused, text, code):
    assert refused(text=text).code == code


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(CsvRefused, match="not a regular file"):
        read_stock_counts(tmp_path / "none.csv")


def test_a_refusal_leaves_no_thread_behind(refused):
    refusal = refused("a,b", header="x,y")

    assert refusal.__traceback__ is not None
    assert [t for t in threading.enumerate() if t.name.startswith("mall-csv")] == []


@pytest.mark.parametrize("text", [b"", f"{HEADER}\r\ntea,100g,x\r\n", b"a,b\r\n"])
def test_every_refusal_points_to_the_template(refused, text):
    assert "対処: data/samples/stock_count.csv" in str(refused(text=text))


@given(
    rows=st.lists(
        st.builds(
            Counted,
            manage_number=st.from_regex(r"[a-z0-9_-]{1,32}", fullmatch=True),
            variant_id=st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True),
            quantity=st.integers(0, 99_999),
            own_sku=st.none(),
            safety=st.none() | st.integers(0, 99_999),
        ),
        min_size=1,
        max_size=8,
        unique_by=lambda row: row.listing,
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp932"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_was_written_is_what_is_read(read, rows, encoding, end):
    lines = [",".join(KNOWN)]
    for row in rows:
        safety = "" if row.safety is None else row.safety
        lines.append(f"{row.manage_number},{row.variant_id},{row.quantity},,{safety}")
    text = end.join([*lines, ""]).encode(encoding)

    assert read(text=text).counts == tuple(rows)


@given(raw=st.binary(max_size=200), at=st.integers(0, 60))
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_bytes_are_read_or_refused(read, raw, at):
    whole = f"{HEADER}\r\ntea,100g,10\r\n".encode()
    try:
        outcome = repr(read(text=whole[:at] + raw + whole[at:]).counts)
    except CsvRefused as refusal:
        outcome = str(refusal)

    assert "対処" in outcome or "Counted(" in outcome
