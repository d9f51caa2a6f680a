"""Label files: what stands on a label, and who gets none."""

import logging

import pytest

from connectors.carriers import (
    read_shipment_file,
    write_b2_labels,
    write_ehiden3_labels,
)
from connectors.carriers.layouts.sagawa_ehiden3 import IMPORT_COLUMNS
from connectors.carriers.layouts.yamato_b2 import COLUMNS as B2
from data.model.shipping.label import Cool
from tests.carriers.made import DAY, GOOD, KEY, ORDER
from tests.carriers.parcels_to_label import SENDER, both, parcel, refusals, rows


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
        "出荷日": "20261124",
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


@both
def test_a_label_collects_no_more_tax_than_money(write):
    """Points pay most of it, and the tax of RMS is from before them."""
    row = rows(write([parcel(cod_total=500, cod_tax=909)], SENDER))[0]

    assert {row.get("コレクト内消費税額等"), row.get("消費税")} == {"500", None}


@pytest.mark.parametrize("total", [0, -1, 300_001])
def test_an_amount_yamato_does_not_collect_is_refused(total):
    made = write_b2_labels([parcel(cod_total=total)], SENDER)

    assert refusals(made) == [(ORDER, "コレクト代金引換額（税込）")]


def test_cash_on_delivery_by_sagawa_tells_what_to_collect():
    row = rows(write_ehiden3_labels([parcel(cod_total=5_500, cod_tax=500)], SENDER))[0]
    paid = rows(write_ehiden3_labels([parcel()], SENDER))[0]

    assert (row["代引金額"], row["消費税"]) == ("5500", "500")
    assert (paid["代引金額"], paid["消費税"]) == ("", "")


@pytest.mark.parametrize("total", [0, -1, 10_000_000])
def test_an_amount_sagawa_does_not_collect_is_refused(total):
    made = write_ehiden3_labels([parcel(cod_total=total)], SENDER)

    assert refusals(made) == [(ORDER, "代引金額")]


@pytest.mark.parametrize(
    ("cool", "yamato", "sagawa"),
    [(Cool.NONE, "0", "001"), (Cool.CHILLED, "2", "002"), (Cool.FROZEN, "1", "003")],
)
def test_cold_parcels_travel_cold(cool, yamato, sagawa):
    order = parcel(cool=cool)

    assert rows(write_b2_labels([order], SENDER))[0]["クール区分"] == yamato
    assert rows(write_ehiden3_labels([order], SENDER))[0]["クール便指定"] == sagawa


@pytest.mark.parametrize("slot", [1, 812, 912])
def test_the_morning_by_its_hours_is_the_carriers_morning(slot):
    """RMS has a shop choose 午前中 or hours; those of the morning got no label."""
    order = parcel(delivery_slot=slot)
    (yamato,) = rows(write_b2_labels([order], SENDER))
    (sagawa,) = rows(write_ehiden3_labels([order], SENDER))

    assert yamato["配達時間帯"] == "0812"
    assert sagawa["配達指定時間帯"] == "01"


@both
@pytest.mark.parametrize("slot", [2, 9, 708])
def test_a_wish_the_carrier_does_not_take_is_refused_not_dropped(write, slot):
    assert len(write([parcel(delivery_slot=slot)], SENDER).refused) == 1


@both
def test_nothing_personal_is_logged_or_shown(write, caplog):
    caplog.set_level(logging.DEBUG)
    order = parcel()
    made = write([order, parcel(recipient_name="𠮷野")], SENDER)

    shown = f"{made!r}{made.refused!r}{order!r}{caplog.text}"

    assert not any(word in shown for word in ("髙﨑", "表町", "03-0000", "野", "100-0"))


def test_an_order_refused_leaves_the_header_alone():
    made = write_b2_labels([parcel(zip="x")], SENDER)

    assert rows(made) == []
    assert made.content.endswith(b"\r\n")


@pytest.mark.parametrize(
    ("field", "column"),
    [("billing_code", "ご請求先顧客コード"), ("freight_code", "運賃管理番号")],
)
def test_a_shop_without_its_number_at_yamato_gets_no_b2_label(field, column):
    bare = SENDER.model_copy(update={field: ""})
    (no,) = write_b2_labels([parcel()], bare).refused

    assert (no.order_number, no.column_name) == (ORDER, column)
    assert "対処" in no.reason
    assert f"JUCHU_SENDER_{field.upper()}" in no.reason
