"""Encodings and damaged bytes (docs/order-files.md §2, §3)."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.csv_file.decoding import RUBBISH
from connectors.csv_file.place import row_of_byte
from connectors.order_files import CsvRefused
from tests.order_files.read.one_row import one_row
from tests.order_files.read.test_orders import golden
from tests.support.effort import first
from tests.support.mall_csv import HEADER, Shape, rakuten_bytes, rakuten_row

NAME = "注文者姓"


def one(**cells):
    return rakuten_bytes([rakuten_row(**cells)])


@pytest.mark.parametrize(
    "name", ["髙﨑", "①㈱～", "－―ソ", "表能予十貼暴圭構申", "ﾃｱ", "繋鴎噛№唖"]
)
def test_characters_of_cp932_survive(read, name):
    assert read(one(**{NAME: name})).column("orderer_family_name") == [name]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_the_encoding_is_found(read, encoding):
    content = rakuten_bytes([rakuten_row()], Shape(encoding="utf-8"))
    content = content.decode().encode(encoding)

    assert read(content).file.encoding == encoding


def test_characters_outside_cp932_are_read_from_utf8(read):
    content = rakuten_bytes([rakuten_row(**{NAME: "𠮷😀é"})], Shape(encoding="utf-8"))

    assert read(content).column("orderer_family_name") == ["𠮷😀é"]


@first(2)
@pytest.mark.parametrize(
    "broken", [b"\xeb\x9f", b"\x81\x20", b"\xfc\xff", b"\xeb\x9f\x8c", b"\x85\x5c\x81"]
)
def test_an_undefined_byte_blanks_its_cell_and_no_other(read, broken):
    """In the first chunk and behind it; a lead byte swallows no quote."""
    rows = [
        rakuten_row(商品明細ID=f"{n:010d}", ひとことメモ="x" * 9) for n in range(1500)
    ]
    rows[0][NAME] = rows[-1][NAME] = "見本能"
    content = rakuten_bytes(rows).replace("見本能".encode("cp932"), broken)

    seen = read(content)

    last = len(rows) + 1
    assert seen.warned() == [(row, NAME, "unusable-character") for row in (2, last)]
    assert seen.column("orderer_family_name") == [
        None,
        *[row[NAME] for row in rows[1:-1]],
        None,
    ]
    assert seen.column("orderer_first_name") == [row["注文者名"] for row in rows]
    assert not seen.rejects.height


def test_a_header_with_an_undefined_byte_is_refused(read):
    content = one().replace("サブステータスID".encode("cp932"), b"\xeb\x9f", 1)

    with pytest.raises(CsvRefused) as refused:
        read(content)

    assert (refused.value.code, refused.value.position.row) == ("undecodable", 1)


def test_a_file_of_many_undefined_bytes_is_of_another_encoding(read):
    cells = [rakuten_row(**{NAME: "XX"}) for _ in range(30)]
    content = rakuten_bytes(cells).replace(b'"XX"', b'"' + b"\xeb\x9f" * 40 + b'"')

    with pytest.raises(CsvRefused) as refused:
        read(content)

    place = refused.value.position
    assert refused.value.code == "undecodable"
    assert content[place.byte :].startswith(b"\xeb\x9f")
    assert f"{place.row} 行目(先頭から {place.byte:,} バイト目)" in str(refused.value)


def test_a_damaged_utf8_file_is_not_taken_for_cp932(read):
    content = rakuten_bytes([rakuten_row(**{NAME: "見本能"})], Shape(encoding="utf-8"))
    at = content.rindex("見本能".encode())

    seen = read(content[:at] + b"\xff" + content[at + 1 :])

    assert seen.file.encoding == "utf-8"
    assert seen.warned() == [(2, NAME, "unusable-character")]
    assert seen.column("item_name") == [rakuten_row()["商品名"]]


def test_a_broken_byte_before_the_first_name_makes_no_cp932_of_utf8(read):
    """Shopify's header is English. Each name of the file would be stored as rubbish."""
    content = golden("shopify")
    at = next(place for place, byte in enumerate(content) if byte > 0x7F)
    before = read(content, mall="shopify")

    seen = read(content[:at] + b"\xff" + content[at:], mall="shopify")

    assert seen.file.encoding == "utf-8"
    assert seen.warned() == [
        (2, "Lineitem name", "unusable-character"),
        *before.warned(),
    ]
    assert seen.column("orderer_family_name") == before.column("orderer_family_name")


def test_halfwidth_kana_that_also_are_utf8_do_not_mislead(read):
    """An ASCII header, then ﾃｱ (a valid UTF-8 pair by chance), then real CP932."""
    header = "Name,Email,Financial Status\n"
    content = header.encode() + "ﾃｱ,能,x\n".encode("cp932")

    with pytest.raises(CsvRefused) as refused:
        read(content, mall="shopify")

    assert refused.value.code == "missing-columns"


@pytest.mark.parametrize(
    ("kana", "encoding"), [(1, "cp932"), (2, "cp932"), (3, "utf-8")]
)
def test_three_kana_prove_utf8_and_two_may_be_chance(read, kana, encoding):
    """縺ｱ in CP932 has the bytes of ぱ in UTF-8; 能 in CP932 is no UTF-8."""
    assert "縺ｱ".encode("cp932") == "ぱ".encode()
    header, first = golden("shopify").split(b"\n")[:2]
    cells = first.split(b",")
    wanted = {b"Lineitem name": "縺ｱ" * kana, b"Notes": "能"}
    for at, name in enumerate(header.split(b",")):
        ascii_only = cells[at] if cells[at].isascii() else b"x"
        cells[at] = wanted[name].encode("cp932") if name in wanted else ascii_only

    seen = read(header + b"\n" + b",".join(cells) + b"\n", mall="shopify")

    assert seen.file.encoding == encoding


def test_a_cut_in_mid_character_is_named(read):
    content = one().removesuffix(b'"\r\n') + "能".encode("cp932")[:1]

    with pytest.raises(CsvRefused) as refused:
        read(content)

    assert refused.value.code == "cut"
    assert refused.value.position.byte == len(content) - 1


@pytest.mark.parametrize(
    "bytes_", [b"\x80", b"\xa0", b"\xfd", b"\xfe", b"\xff", b"\xf0\x40", b"\xf9\xfc"]
)
def test_bytes_that_cp932_turns_into_rubbish_blank_their_cell(read, bytes_):
    content = rakuten_bytes(
        [rakuten_row(**{NAME: "XX"}), rakuten_row(注文番号="123456-20261124-2")]
    )

    seen = read(content.replace(b'"XX"', b'"' + bytes_ + b'"'))

    assert seen.warned() == [(2, NAME, "unusable-character")]
    assert seen.warnings["order_number"].to_list() == ["123456-20261124-0000000001"]
    assert seen.column("orderer_family_name") == [None, rakuten_row()[NAME]]


@pytest.mark.parametrize("char", ["\x85", "\ue000", "\uf8ff"])
def test_rubbish_in_utf8_blanks_its_cell(read, char):
    content = rakuten_bytes([rakuten_row(**{NAME: char})], Shape(encoding="utf-8"))

    assert read(content).warned() == [(2, NAME, "unusable-character")]


def test_an_order_number_with_rubbish_sets_its_row_aside(read):
    content = one(注文番号="XX").replace(b'"XX"', b'"123456-\xeb\x9f"')

    seen = read(content)

    assert seen.reasons() == [(2, "注文番号", None)]
    assert not seen.rows.height


@first()
@pytest.mark.parametrize(
    ("folder", "column"),
    [
        ("rakuten-158", "個数"),
        ("minne", "数量"),
        ("amazon-unshipped", "quantity-purchased"),
    ],
)
def test_a_quantity_with_an_undefined_byte_sets_its_row_aside(read, folder, column):
    """Read as a blank one, its known line kept the pieces of before."""
    content = one_row(folder, **{column: "XX"}).replace(b"XX", b"\xff")

    seen = read(content, mall=folder.partition("-")[0])

    assert [(row, name) for row, name, _ in seen.reasons()] == [(2, column)]
    assert not seen.rows.height


def test_no_sku_is_made_of_a_lesser_code_than_one_with_an_undefined_byte(read):
    codes = {"商品管理番号": "Item", "SKU管理番号": "v1", "商品番号": "N1"}
    content = one(システム連携用SKU番号="XX", **codes)

    seen = read(content.replace(b'"XX"', b'"\xeb\x9f"'))

    assert seen.column("sku") == [None]
    assert seen.column("variant_id") == ["v1"]
    assert seen.warned() == [(2, "システム連携用SKU番号", "unusable-character")]


@given(st.binary(min_size=1, max_size=2))
def test_what_cp932_makes_of_any_bytes_is_text_or_recognised_rubbish(bytes_):
    try:
        text = bytes_.decode("cp932")
    except UnicodeDecodeError:
        return

    fast = b"\xee" in text.encode() or any(
        c in text for c in "\x80\uf8f0\uf8f1\uf8f2\uf8f3"
    )

    assert fast == bool(RUBBISH.search(text))


@pytest.mark.parametrize("at", [0, 40, -1])
def test_a_nul_refuses_the_file(read, at):
    content = bytearray(one())
    content.insert(at, 0)

    with pytest.raises(CsvRefused) as refused:
        read(bytes(content))

    assert refused.value.code == "nul"


def test_the_row_of_a_byte_that_refuses_a_file_is_the_spreadsheets(read):
    """A line end within quotes ends no row, and a quote within quotes ends none."""
    rows = [rakuten_row(コメント='玄関に\r\n"置き配"\r\n希望')] * 2
    content = rakuten_bytes([*rows, rakuten_row(**{NAME: "見\0本"})])

    with pytest.raises(CsvRefused) as refused:
        read(content)

    assert refused.value.position.row == 4
    assert "4 行目(先頭から" in str(refused.value)


@pytest.mark.parametrize("size", [1, 5, 1000])
def test_rows_are_counted_over_the_ends_of_chunks(size):
    content = b'a,b\n"1\n""2""\n",x\n3,X\n'
    chunks = [content[at : at + size] for at in range(0, len(content), size)]

    assert row_of_byte(chunks, content.index(b"X")) == 3


def test_a_quote_in_a_file_of_tabs_is_text():
    content = b"\t" * 11 + b'\n1"\n2\n3X\n'

    assert row_of_byte([content], content.index(b"X")) == 4


def test_utf16_is_named(read):
    with pytest.raises(CsvRefused) as refused:
        read(",".join(HEADER).encode("utf-16"))

    assert refused.value.code in {"utf-16", "undecodable"}


def test_an_empty_file_is_refused_with_its_reason(read):
    with pytest.raises(CsvRefused, match="0バイト"):
        read(b"")


def test_a_header_alone_is_an_empty_file_of_orders(read):
    seen = read(rakuten_bytes([]))

    assert seen.rows.height == 0
    assert seen.file.rows_read == 0
    assert "order_number" in seen.file.columns_present


def test_the_hash_is_that_of_the_file(read):
    content = one()

    assert read(content).file.sha256 == hashlib.sha256(content).hexdigest()
