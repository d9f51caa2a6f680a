"""Which file is whose, and what refuses it whole."""

import logging
import zipfile

import pytest

from connectors.carriers.layouts.sagawa_ehiden3 import IMPORT_COLUMNS
from connectors.carriers.layouts.yamato_b2 import COLUMNS as B2
from connectors.csv_file.decoding import FEW
from data.model.shipping.shipment_file import ShipmentRow
from tests.carriers.made import (
    DAY,
    GOOD,
    KEY,
    ORDER,
    OTHER,
    RAKUTEN,
    TEMPLATE,
    ZEROS,
    b2,
    b2_file,
    csv_bytes,
    ehiden3,
    one_of_each,
    rakuten,
    template,
)
from tests.carriers.reading import numbers, refusal, set_aside

EACH = one_of_each()


@pytest.mark.parametrize("name", EACH)
def test_each_layout_is_found_by_its_header(read, name):
    carrier, content = EACH[name]

    file = read(content, carrier)

    assert file.layout == name
    assert len(file.rows) == 1
    assert file.rejects == file.warnings == ()


@pytest.mark.parametrize("name", EACH)
def test_a_file_of_another_carrier_than_picked_is_refused(read, name):
    carrier, content = EACH[name]
    picked = "sagawa" if carrier != "sagawa" else "yamato"

    assert refusal(read, content, picked).code == "other-carrier"


def test_a_carrier_nobody_knows_is_refused_with_the_ones_we_do(read):
    refused = refusal(read, b2_file(), "fedex")

    assert refused.code == "unknown-carrier"
    assert "yamato" in refused.advice


def test_a_parcel_in_our_words(read):
    assert read(b2_file()).rows == (ShipmentRow(2, KEY, None, "1001", GOOD, DAY),)


@pytest.mark.parametrize("width", [95, 96, 97])
@pytest.mark.parametrize("quoted", [True, False])
def test_a_b2_file_without_header_says_the_same(read, width, quoted):
    rows = [b2(), b2(伝票番号=OTHER), b2(伝票番号="")]
    bare = read(b2_file(*rows, headed=False, quoted=quoted, width=width))
    headed = read(b2_file(*rows))

    assert numbers(bare) == numbers(headed) == [GOOD, OTHER]
    assert [row.row_number for row in bare.rows] == [1, 2]
    assert set_aside(bare) == [(3, "伝票番号")]
    assert bare.rows_read == headed.rows_read == 3


def test_a_file_without_header_and_of_another_shape_is_refused(read):
    content = b2_file(b2(伝票番号="見本"), headed=False)
    refused = refusal(read, content)

    assert refused.code == "unknown-header"
    assert "髙﨑" not in str(refused)


@pytest.mark.parametrize(
    "name",
    [
        "お問い合わせ送り状番号",
        "お問合せ送り状No.",
        "お問い合せ送り状ＮＯ",
        "お問合せ・送り状 No．",
    ],
)
def test_the_carriers_many_spellings_are_one_name(read, name):
    header = [name, "出荷日時", "お客様管理番号"]
    row = {name: GOOD, "出荷日時": "2026/11/24", "お客様管理番号": KEY}

    assert numbers(read(csv_bytes(header, [row]), "sagawa")) == [GOOD]


def test_columns_go_by_name_not_by_place(read):
    header = list(reversed(B2))

    assert numbers(read(csv_bytes(header, [b2()]))) == [GOOD]


def test_missing_columns_are_all_named(read):
    header = [name for name in B2 if name not in {"出荷予定日", "伝票番号"}]
    refused = refusal(read, csv_bytes(header, [b2()]))

    assert refused.code == "missing-columns"
    assert "「伝票番号」" in refused.reason
    assert "「出荷予定日」" in refused.reason


def test_a_needed_column_twice_is_refused(read):
    content = csv_bytes([*TEMPLATE, "送り状番号"], [template()])

    assert refusal(read, content, "template").code == "doubled-columns"


def test_columns_missing_and_twice_are_named_together(read):
    header = ["送り状番号" if name == "発送日" else name for name in TEMPLATE]
    refused = refusal(read, csv_bytes(header, [template()]), "template")

    assert "必要な列がありません: 「発送日」。同じ列が2つ以上" in refused.reason
    assert "「送り状番号」" in refused.reason or "「伝票番号」" in refused.reason


def test_the_shop_may_keep_its_reference_in_another_column(read):
    content = b2_file(b2(お客様管理番号="") | {"荷扱い１": ORDER})

    assert read(content, key_column="荷扱い１").rows[0].order_ref == ORDER
    assert refusal(read, content, key_column="荷扱い９").code == "missing-columns"


def test_a_byte_that_is_not_cp932_costs_its_cell_and_many_refuse_the_file(read):
    name, undefined = "髙﨑".encode("cp932"), b"\x81\x39"
    parcel = read(b2_file().replace(name, undefined)).rows[0]
    content = b2_file().replace(name, undefined * (FEW + 1))
    refused = refusal(read, content)

    assert parcel == read(b2_file()).rows[0]
    assert refused.code == "undecodable"
    assert refused.position.byte == content.index(undefined) + FEW * len(undefined)
    assert "配送会社のシステム" in refused.advice


@pytest.mark.parametrize(
    ("cells", "carrier"),
    [
        ({"伝票番号": "4.43212E+11"}, "yamato"),
        ({"伝票番号": ZEROS.lstrip("0")}, "yamato"),
        ({"お客様管理番号": "1.23457E+14"}, "yamato"),
    ],
)
@pytest.mark.parametrize("headed", [True, False])
def test_digits_that_excel_lost_refuse_the_file(read, cells, carrier, headed):
    content = b2_file(b2(), b2(**cells), headed=headed)
    refused = refusal(read, content, carrier)

    assert refused.code == "damaged-number"
    assert refused.position.row == (3 if headed else 2)
    assert "Excel" in refused.advice


@pytest.mark.parametrize("column", ["送付先ID", "発送明細ID", "お荷物伝票番号"])
def test_any_damaged_id_of_rakutens_file_refuses_it(read, column):
    content = csv_bytes(RAKUTEN, [rakuten(**{column: "8.0E+11"})])

    assert refusal(read, content, "rakuten").code == "damaged-number"


def test_a_headerless_file_that_begins_with_damage_is_called_damaged(read):
    content = b2_file(b2(伝票番号="4.43E+11"), headed=False)

    assert refusal(read, content).code == "damaged-number"


def test_the_import_layout_of_ehiden3_is_read_by_name(read):
    content = csv_bytes(IMPORT_COLUMNS, [ehiden3()])

    assert numbers(read(content, "sagawa")) == [GOOD]


def test_joined_files_and_blank_rows_are_seen_through(read):
    content = b2_file() + b"\r\n" + b2_file(b2(伝票番号=OTHER))
    file = read(content)

    assert numbers(file) == [GOOD, OTHER]
    assert file.left_out == 2
    assert len(file.notices) == 2


def test_a_header_alone_is_a_file_of_no_parcels(read):
    content = b2_file().split(b"\r\n")[0] + b"\r\n"

    assert (read(content).rows, read(content).rows_read) == ((), 0)


def test_a_zip_of_one_file_is_read(tmp_path, read):
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("b2.csv", b2_file())

    assert numbers(read(path.read_bytes())) == [GOOD]


def test_nothing_personal_is_logged_or_shown(read, caplog):
    caplog.set_level(logging.DEBUG)
    file = read(b2_file(b2(), b2(伝票番号="x")))

    assert caplog.text == ""
    assert "髙﨑" not in repr(file)
    assert "見本市" not in repr(file)


def test_more_parcels_than_any_day_brings_refuse_the_file(read, monkeypatch):
    monkeypatch.setattr("connectors.carriers.reading.MOST_ROWS", 1)

    assert refusal(read, b2_file(b2(), b2(伝票番号=OTHER))).code == "too-many-rows"


def test_a_lost_quote_in_a_file_without_header_is_shown_in_its_own_row(read):
    content = b2_file(b2(), b2(伝票番号=OTHER), headed=False)
    broken = content.replace(f'"{OTHER}"'.encode(), f'"{OTHER}"x"'.encode())
    refused = refusal(read, broken)

    assert (refused.code, refused.position.row) == ("malformed", 2)
    assert refused.reason.startswith("2 行目")
