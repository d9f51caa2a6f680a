"""Encodings and damaged bytes (docs/order-files.md §2, §3)."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.csv_file.decoding import RUBBISH
from connectors.order_files import CsvRefused
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


def test_an_undecodable_byte_is_refused_with_its_place(read):
    content = one(**{NAME: "見本"})
    at = content.rindex("見本".encode("cp932"))
    broken = content[:at] + b"\x81\x20" + content[at + 2 :]

    with pytest.raises(CsvRefused) as refused:
        read(broken)

    assert refused.value.code == "undecodable"
    assert refused.value.position.byte == at


def test_the_position_counts_over_chunks(read):
    rows = [rakuten_row(商品明細ID=f"{n:010d}") for n in range(1500)]
    content = rakuten_bytes(rows)
    at = content.rindex("見本".encode("cp932"))
    assert at > 1 << 20

    with pytest.raises(CsvRefused) as refused:
        read(content[:at] + b"\xfc\xff" + content[at + 2 :])

    assert refused.value.position.byte == at


def test_a_damaged_utf8_file_is_not_taken_for_cp932(read):
    content = rakuten_bytes([rakuten_row()], Shape(encoding="utf-8"))
    at = content.rindex("見本".encode())

    with pytest.raises(CsvRefused) as refused:
        read(content[:at] + b"\xff" + content[at + 1 :])

    assert (refused.value.code, refused.value.position.byte) == ("undecodable", at)
    assert "UTF-8" in refused.value.reason


def test_halfwidth_kana_that_also_are_utf8_do_not_mislead(read):
    """An ASCII header, then ﾃｱ (a valid UTF-8 pair by chance), then real CP932."""
    header = "Name,Email,Financial Status\n"
    content = header.encode() + "ﾃｱ,能,x\n".encode("cp932")

    with pytest.raises(CsvRefused) as refused:
        read(content, mall="shopify")

    assert refused.value.code == "missing-columns"


@pytest.mark.parametrize(
    ("kana", "code"),
    [(1, "missing-columns"), (2, "missing-columns"), (3, "undecodable")],
)
def test_three_kana_prove_utf8_and_two_may_be_chance(read, kana, code):
    """縺ｱ in CP932 has the bytes of ぱ in UTF-8; 能 in CP932 is no UTF-8."""
    assert "縺ｱ".encode("cp932") == "ぱ".encode()
    header = "Name,Email,Financial Status\n"
    content = header.encode() + ("縺ｱ" * kana + ",能,x\n").encode("cp932")

    with pytest.raises(CsvRefused) as refused:
        read(content, mall="shopify")

    assert refused.value.code == code


def test_a_cut_in_mid_character_is_named(read):
    content = one().removesuffix(b'"\r\n') + "能".encode("cp932")[:1]

    with pytest.raises(CsvRefused) as refused:
        read(content)

    assert refused.value.code == "cut"
    assert refused.value.position.byte == len(content) - 1


@pytest.mark.parametrize(
    "bytes_", [b"\x80", b"\xa0", b"\xfd", b"\xfe", b"\xff", b"\xf0\x40", b"\xf9\xfc"]
)
def test_bytes_that_cp932_turns_into_rubbish_set_the_row_aside(read, bytes_):
    content = rakuten_bytes(
        [rakuten_row(**{NAME: "XX"}), rakuten_row(注文番号="123456-20261124-2")]
    )

    seen = read(content.replace(b'"XX"', b'"' + bytes_ + b'"'))

    assert seen.reasons() == [(2, NAME, "123456-20261124-0000000001")]
    assert seen.column("order_number") == ["123456-20261124-2"]


@pytest.mark.parametrize("char", ["\x85", "\ue000", "\uf8ff"])
def test_rubbish_in_utf8_sets_the_row_aside(read, char):
    content = rakuten_bytes([rakuten_row(**{NAME: char})], Shape(encoding="utf-8"))

    assert read(content).reasons() == [(2, NAME, "123456-20261124-0000000001")]


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
