"""The count CSV: read whole and strictly, as the shop and Excel write it."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.sandbox.selling.goods import SHELF
from connectors.stock_files import KNOWN, read_stock_file
from data.model.stock import Counted
from tests.stock.count_files import HEADER, WIDE
from tests.support.effort import examples

SAMPLE = Path(__file__).parents[2] / "data" / "samples" / "stock_count.csv"


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
    file = read_stock_file(SAMPLE)

    counted = {(row.manage_number, row.variant_id) for row in file.counts}
    on_sale = {(g.manage_number, v.variant_id) for g in SHELF for v in g.variants}
    assert counted == on_sale


def test_the_sample_names_the_skus_that_the_sandboxs_orders_show():
    file = read_stock_file(SAMPLE)

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


def test_a_broken_byte_in_a_column_nobody_reads_is_told_alone(read):
    file = read("tea,100g,10,\ue000", header=f"{HEADER},棚番")

    assert file.counts[0].quantity == 10
    assert any("使用できない文字" in notice for notice in file.notices)


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

    assert len(read_stock_file(tmp_path / "count.zip").counts) == 1


def test_the_variant_is_told_apart_by_its_case(read):
    assert len(read("tea,a,1", "tea,A,1").counts) == 2


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
@examples(15, derandomize=True)
def test_what_was_written_is_what_is_read(read, rows, encoding, end):
    lines = [",".join(KNOWN)]
    for row in rows:
        safety = "" if row.safety is None else row.safety
        lines.append(f"{row.manage_number},{row.variant_id},{row.quantity},,{safety}")
    text = end.join([*lines, ""]).encode(encoding)

    assert read(text=text).counts == tuple(rows)
