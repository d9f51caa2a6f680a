"""Label files: what the carriers' programs import, never a `?` in them."""

import csv
import io
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.carriers import (
    LabelFile,
    read_shipment_file,
    write_b2_labels,
    write_ehiden3_labels,
)
from connectors.carriers.labels.cp932 import (
    lacking,
    plain_text,
    starts_formula,
    width,
)
from connectors.carriers.labels.lines import cut
from connectors.carriers.layouts.sagawa_ehiden3 import IMPORT_COLUMNS
from connectors.carriers.layouts.yamato_b2 import COLUMNS as B2
from data.model.parcel import Cool, ParcelOrder, Sender
from tests.carriers.made import DAY, GOOD, KEY, ORDER

SENDER = Sender(
    name="見本商店",
    zip="1000001",
    address="架空県見本市表町1-2-3",
    building="見本ビル2階",
    phone="03-0000-0000",
    billing_code="000000000000",
)
WRITERS = {"b2": write_b2_labels, "ehiden3": write_ehiden3_labels}
EXPORTABLE = st.characters(
    codec="cp932",
    exclude_categories=("Cc", "Co", "Cs", "Zs"),
    exclude_characters="¢£¬‖−〜",
)
both = pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)


def parcel(**cells):
    known = {
        "order_number": ORDER,
        "short_key": KEY,
        "recipient_name": "髙﨑 予史",
        "zip": "100-0001",
        "prefecture": "架空県",
        "city": "見本市",
        "street": "表町①－２－３ ㈱見本ビル１０階",
        "phone": "03-0000-0000",
        "contents": "ソフト畳表",
        "shipping_date": DAY,
    }
    return ParcelOrder(**(known | cells))


def rows(made: LabelFile):
    text = made.content.decode("cp932")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def refusals(made: LabelFile):
    return [(one.order_number, one.column_name) for one in made.refused]


def test_b2_has_the_columns_of_its_own_export():
    made = write_b2_labels([parcel()], SENDER)

    assert made.content.split(b"\r\n")[0].decode("cp932") == ",".join(
        f'"{name}"' for name in B2
    )
    assert len(B2) == 97


def test_ehiden3_has_the_columns_of_its_import_template():
    made = write_ehiden3_labels([parcel()], SENDER)

    assert made.content.split(b"\r\n")[0].decode("cp932") == ",".join(
        f'"{name}"' for name in IMPORT_COLUMNS
    )
    assert len(IMPORT_COLUMNS) == 74


def test_what_stands_on_a_yamato_label():
    row = rows(write_b2_labels([parcel(delivery_on=DAY, delivery_slot=1)], SENDER))[0]
    filled = {name: cell for name, cell in row.items() if cell}

    assert filled == {
        "お客様管理番号": KEY,
        "送り状種類": "0",
        "クール区分": "0",
        "出荷予定日": "2026/11/24",
        "お届け予定（指定）日": "2026/11/24",
        "配達時間帯": "0812",
        "お届け先電話番号": "03-0000-0000",
        "お届け先郵便番号": "100-0001",
        "お届け先住所": "架空県見本市表町①－２－３ ㈱見本ビル１０階",
        "お届け先名": "髙﨑 予史",
        "敬称": "様",
        "ご依頼主電話番号": "03-0000-0000",
        "ご依頼主郵便番号": "100-0001",
        "ご依頼主住所": "架空県見本市表町1-2-3",
        "ご依頼主住所（アパートマンション名）": "見本ビル2階",
        "ご依頼主名": "見本商店",
        "品名１": "ソフト畳表",
        "ご請求先顧客コード": "000000000000",
        "運賃管理番号": "01",
    }


def test_what_stands_on_a_sagawa_label():
    order = parcel(delivery_on=DAY, delivery_slot=1214)
    row = rows(write_ehiden3_labels([order], SENDER))[0]
    filled = {name: cell for name, cell in row.items() if cell}

    assert filled == {
        "お届け先電話番号": "03-0000-0000",
        "お届け先郵便番号": "100-0001",
        "お届け先住所１": "架空県見本市表町①－２－３",
        "お届け先住所２": "㈱見本ビル１０階",
        "お届け先名称１": "髙﨑 予史",
        "お客様管理番号": KEY,
        "お客様コード": "000000000000",
        "ご依頼主電話番号": "03-0000-0000",
        "ご依頼主郵便番号": "100-0001",
        "ご依頼主住所１": "架空県見本市表町1-2-3",
        "ご依頼主住所２": "見本ビル2階",
        "ご依頼主名称１": "見本商店",
        "品名１": "ソフト畳表",
        "出荷個数": "1",
        "スピード指定": "000",
        "クール便指定": "001",
        "配達日": "20261124",
        "配達指定時間帯": "12",
        "元着区分": "1",
    }


def test_what_b2_issues_is_read_back_to_the_same_package(tmp_path):
    content = write_b2_labels([parcel()], SENDER).content.decode("cp932")
    issued = content.replace(f'"{KEY}","0","0",""', f'"{KEY}","0","0","{GOOD}"')
    (tmp_path / "issued.csv").write_bytes(issued.encode("cp932"))
    file = read_shipment_file(tmp_path / "issued.csv", "yamato")

    assert [(one.order_ref, one.tracking_number) for one in file.rows] == [(KEY, GOOD)]


def test_cash_on_delivery_is_a_collect_label():
    row = rows(write_b2_labels([parcel(cod_total=5_500, cod_tax=500)], SENDER))[0]

    assert row["送り状種類"] == "2"
    assert row["コレクト代金引換額（税込）"] == "5500"
    assert row["コレクト内消費税額等"] == "500"


@pytest.mark.parametrize("total", [0, -1, 300_001])
def test_an_amount_yamato_does_not_collect_is_refused(total):
    made = write_b2_labels([parcel(cod_total=total)], SENDER)

    assert refusals(made) == [(ORDER, "コレクト代金引換額（税込）")]


def test_cash_on_delivery_by_sagawa_is_refused():
    made = write_ehiden3_labels([parcel(cod_total=5_500)], SENDER)

    assert refusals(made) == [(ORDER, "代引金額")]


@pytest.mark.parametrize(
    ("cool", "yamato", "sagawa"),
    [(Cool.NONE, "0", "001"), (Cool.CHILLED, "2", "002"), (Cool.FROZEN, "1", "003")],
)
def test_cold_parcels_travel_cold(cool, yamato, sagawa):
    order = parcel(cool=cool)

    assert rows(write_b2_labels([order], SENDER))[0]["クール区分"] == yamato
    assert rows(write_ehiden3_labels([order], SENDER))[0]["クール便指定"] == sagawa


@both
@pytest.mark.parametrize("slot", [2, 9, 708])
def test_a_wish_the_carrier_does_not_take_is_refused_not_dropped(write, slot):
    assert len(write([parcel(delivery_slot=slot)], SENDER).refused) == 1


@both
@pytest.mark.parametrize(
    ("char", "written"),
    [("—", "―"), ("〜", "～"), ("−", "－"), ("–", "‐"), ("\xa0", " "), ("¥", "￥")],
)
def test_a_look_alike_stands_for_what_cp932_lacks(write, char, written):
    row = rows(write([parcel(recipient_name=f"見本{char}商会")], SENDER))[0]

    assert f"見本{written}商会" in row.values()


@both
@pytest.mark.parametrize(
    ("char", "code"),
    [
        ("𠮷", "U+20BB7"),
        ("🎁", "U+1F381"),
        ("é", "U+00E9"),
        ("\x80", "U+0080"),
        ("\ue000", "U+E000"),
        ("\uf8f0", "U+F8F0"),
        ("\u200d", "U+200D"),
    ],
)
@pytest.mark.parametrize("field", ["recipient_name", "street", "contents"])
def test_a_character_cp932_lacks_refuses_its_order_by_name(write, char, code, field):
    other = parcel(order_number="123456-20261124-0000000002")
    made = write([parcel(**{field: f"見本{char}野"}), other], SENDER)

    assert made.written == (other.order_number,)
    assert made.refused[0].order_number == ORDER
    assert code in made.refused[0].reason
    assert "野" not in made.refused[0].reason
    assert b"?" not in made.content


def test_a_voicing_mark_typed_apart_is_joined():
    row = rows(write_b2_labels([parcel(recipient_name="みか\u3099み")], SENDER))[0]

    assert row["お届け先名"] == "みがみ"


def test_a_line_break_becomes_a_space():
    row = rows(write_b2_labels([parcel(street="表町1\r\n見本荘")], SENDER))[0]

    assert row["お届け先住所"] == "架空県見本市表町1 見本荘"


@both
@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", " =", "\t@"]
)
def test_what_a_spreadsheet_would_run_is_refused_not_altered(write, sign):
    made = write([parcel(recipient_name=f"{sign}見本")], SENDER)

    assert made.written == ()
    assert "数式" in made.refused[0].reason


@both
@pytest.mark.parametrize(
    "cells",
    [
        {"recipient_name": "見" * 33},
        {"street": "町" * 60},
        {"contents": "品" * 33},
        {"short_key": "J" * 21},
        {"phone": "電話なし"},
        {"phone": "0" * 16},
        {"zip": "12345"},
        {"zip": "入力待ち"},
        {"recipient_name": " "},
        {"contents": " "},
    ],
)
def test_what_does_not_fit_its_field_is_refused(write, cells):
    made = write([parcel(**cells)], SENDER)

    assert made.written == ()
    assert len(made.refused) == 1


def test_a_long_address_goes_on_in_the_building_field():
    street = "表町一丁目字見本台架空団地前１２番地の３４ 見本ハイツ南棟１０２号室"
    row = rows(write_b2_labels([parcel(street=street)], SENDER))[0]

    assert row["お届け先住所"] == f"架空県見本市{street[:21]}"
    assert row["お届け先住所（アパートマンション名）"] == "見本ハイツ南棟１０２号室"


@both
def test_nothing_personal_is_logged_or_shown(write, caplog):
    caplog.set_level(logging.DEBUG)
    order = parcel()
    made = write([order, parcel(recipient_name="𠮷野")], SENDER)

    shown = f"{made!r}{made.refused!r}{order!r}{caplog.text}"

    assert not any(word in shown for word in ("髙﨑", "表町", "03-0000", "野", "100-0"))


@both
@given(name=st.text(max_size=10), street=st.text(max_size=40))
def test_whatever_an_order_says_no_sign_becomes_a_question_mark(write, name, street):
    order = parcel(recipient_name=f"見{name}", street=f"町{street}")
    made = write([order], SENDER)
    asked = plain_text(order.recipient_name + order.street).count("?")

    assert len(made.written) + len(made.refused) == 1
    assert made.content.decode("cp932").count("?") == asked * len(made.written)


@given(text=st.text(max_size=30))
def test_what_cp932_is_said_to_hold_comes_back_as_it_was(text):
    plain = plain_text(text)
    is_whole = lacking(plain) is None

    assert not is_whole or plain.encode("cp932").decode("cp932") == plain


lines = st.text(EXPORTABLE | st.sampled_from(" 　-－0９"), max_size=60)


@given(text=lines, widths=st.lists(st.integers(2, 40), min_size=1, max_size=3))
def test_lines_are_narrow_enough_and_leave_nothing_out(text, widths):
    made = cut(text, widths)
    kept = [line for line in made or [] if line]

    assert all(
        width(one) <= most for one, most in zip(made or [], widths, strict=False)
    )
    assert made is None or squeezed("".join(made)) == squeezed(text)
    assert not any(map(starts_formula, kept[1:]))


def squeezed(text):
    return text.replace(" ", "").replace("　", "")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("表町12-34 見本荘", ["表町12-34", "見本荘"]),
        ("大字見本字表12-345", ["大字見本字表", "12-345"]),
        ("あいうえおかきくけこ", ["あいうえおかき", "くけこ"]),
    ],
)
def test_an_address_is_cut_where_a_person_would(text, expected):
    assert cut(text, (14, 14)) == expected


def test_an_order_refused_leaves_the_header_alone():
    made = write_b2_labels([parcel(zip="x")], SENDER)

    assert rows(made) == []
    assert made.content.endswith(b"\r\n")


def test_a_shop_without_its_customer_code_gets_no_b2_label():
    bare = SENDER.model_copy(update={"billing_code": ""})

    assert refusals(write_b2_labels([parcel()], bare)) == [
        (ORDER, "ご請求先顧客コード")
    ]
