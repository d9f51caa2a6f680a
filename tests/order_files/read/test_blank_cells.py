"""A cell of white space is a blank cell, of whatever kind and mall."""

import csv
import io

import pytest

from tests.order_files.store.test_meaning import IN_UTF8, MALLS, ORDERS, given
from tests.support.mall_csv import HEADER, rakuten_bytes, rakuten_row

KEYS = {"注文番号", "送付先ID", "商品明細ID"}
BLANKS = (" ", "　", "\t", "\u3000 \u3000", "\n")


@pytest.mark.parametrize("blank", BLANKS)
def test_every_cell_of_a_blank_alone_is_null(read, blank):
    kept = {name: rakuten_row()[name] for name in HEADER if name in KEYS}
    empty = read(rakuten_bytes([dict.fromkeys(HEADER, "") | kept]))
    padded = read(rakuten_bytes([dict.fromkeys(HEADER, blank) | kept]))

    assert padded.rows.equals(empty.rows)
    assert padded.warned() == empty.warned()


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_key_of_a_blank_alone_sets_its_row_aside_as_blank(read, name):
    seen = read(rakuten_bytes([rakuten_row(**{name: "　"})]))

    assert [(row, column) for row, column, _ in seen.reasons()] == [(2, name)]
    assert "空欄" in seen.rejects["reason"][0]


@pytest.mark.parametrize("folder", ORDERS)
def test_the_blanks_of_every_mall_may_be_padded(read, tmp_path, folder):
    order, *lines = ORDERS[folder]
    (path,) = given(tmp_path, folder, order, *lines)
    mall = MALLS.get(folder, folder.split("-", 1)[0])
    encoding = "utf-8-sig" if folder in IN_UTF8 else "cp932"
    between = "\t" if folder.startswith("amazon") else ","
    text = path.read_bytes().decode(encoding)
    padded = io.StringIO()
    table = csv.writer(padded, delimiter=between, lineterminator="\r\n")
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=between):
        table.writerow(cell or " " for cell in row)

    found = read(padded.getvalue().encode(encoding), mall=mall)

    assert found.rows.equals(read(path.read_bytes(), mall=mall).rows)


def test_white_space_around_a_text_and_within_it_stays(read):
    name = "注文者住所それ以降の住所"
    rows = [rakuten_row(**{name: text}) for text in (" 架空1　2 ", "　架空")]

    assert read(rakuten_bytes(rows)).column("orderer_street") == [
        " 架空1　2 ",
        "　架空",
    ]
