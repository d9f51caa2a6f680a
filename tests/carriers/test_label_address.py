"""Long addresses and names, phones, and days, as each carrier's program takes them."""

from datetime import date

import pytest

from connectors.carriers import write_b2_labels, write_ehiden3_labels
from connectors.carriers.labels.area import split_area
from connectors.carriers.labels.text import phone_number, plain_text
from data.model.shipping.day import NeverOpen, next_working_day
from data.model.shipping.label import (
    Cool,
    LabelFault,
    ParcelOrder,
    cool_of,
    letterbox_of,
    parcel_of,
)
from data.model.shipping.order_file_label import FilePackage, file_parcel, slot_of
from tests.carriers.parcels_to_label import SENDER, both, parcel, rows
from tests.support.orders import a_person, an_order

WORKDAYS = "月火水木金"
FRIDAY = date(2026, 11, 27)


def b2(**cells):
    made = write_b2_labels([parcel(**cells)], SENDER)
    return rows(made)[0] if made.written else made.refused[0]


def ehiden3(**cells):
    made = write_ehiden3_labels([parcel(**cells)], SENDER)
    return rows(made)[0] if made.written else made.refused[0]


def test_b2_measures_town_and_house_number_by_themselves():
    """19 characters of 町・番地: the whole address would have fitted into 32."""
    street = "表町一丁目字見本台架空団地 見本ハイツ"
    row = b2(prefecture="架空県", city="見本市", street=street)

    assert row["お届け先住所"] == "架空県見本市表町一丁目字見本台架空団地"
    assert row["お届け先住所（アパートマンション名）"] == "見本ハイツ"


def test_b2_takes_twelve_characters_of_city_beside_a_full_street():
    street = "あいうえおかきくけこさしすせそた"
    full = b2(prefecture="架空県", city="見本郡架空村大字表字裏字", street=street)
    over = b2(prefecture="架空県", city="見本郡架空村大字表字裏字奥", street=street)

    assert full["お届け先住所"] == f"架空県見本郡架空村大字表字裏字{street}"
    assert full["お届け先住所（アパートマンション名）"] == ""
    assert over["お届け先住所"] == "架空県見本郡架空村大字表字裏字奥あいうえおかきくけ"
    assert over["お届け先住所（アパートマンション名）"] == "こさしすせそた"


def test_an_address_in_one_field_is_measured_by_its_own_municipality():
    assert split_area("架空県見本市表町1-2", "", "") == ("架空県見本市", "表町1-2")
    assert split_area("東京都見本区表町1", "東京都", "") == ("東京都見本区", "表町1")
    assert split_area("北海道見本郡架空町1", "", "") == ("北海道見本郡架空町", "1")
    assert split_area("どこでもない", "", "") == ("", "どこでもない")


def test_a_company_s_long_name_stands_in_b2_s_fields_for_companies():
    row = b2(
        recipient_name="株式会社見本商事ホールディングス 営業本部第二営業課 見本花子"
    )

    assert row["お届け先会社・部門名１"] == "株式会社見本商事ホールディングス"
    assert row["お届け先会社・部門名２"] == ""
    assert row["お届け先名"] == "営業本部第二営業課 見本花子"


def test_a_long_name_without_a_space_is_refused_not_cut():
    assert b2(recipient_name="見" * 17).column_name == "お届け先名"


def test_ehiden_counts_characters_whatever_their_width():
    row = ehiden3(
        prefecture="架空県", city="見本市", street="表町1-2-3 MIHON Bldg. 1012"
    )

    assert [row[f"お届け先住所{n}"] for n in "１２３"] == [
        "架空県見本市表町1-2-3",
        "MIHON Bldg. 1012",
        "",
    ]
    assert ehiden3(recipient_name="A" * 33).column_name == "お届け先名称１"
    assert ehiden3(recipient_name="A" * 32)["お届け先名称２"] == "A" * 16


@pytest.mark.parametrize(
    ("write", "street"),
    [
        (write_b2_labels, "あ" * 15 + "12-34" + "い" * 14),
        (write_ehiden3_labels, "あ" * 14 + "12-34" + "い" * 29),
    ],
    ids=["b2", "ehiden3"],
)
def test_a_house_number_is_not_cut_where_that_alone_would_make_it_fit(write, street):
    """It was: 12-34 came as 1 at the end of a cell and 2-34 in the next one."""
    made = write([parcel(prefecture="", city="", street=street)], SENDER)

    assert made.written == ()
    assert "番地の途中" in made.refused[0].reason


def test_ehiden_is_told_the_shipping_date_without_slashes():
    assert ehiden3()["出荷日"] == "20261124"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+81 90-1234-5678", "090-1234-5678"),
        ("'+81 90 1234 5678", "090-1234-5678"),
        ("+81 (0)90 1234 5678", "090-1234-5678"),
        ("(090)1234-5678", "090-1234-5678"),
        ("03（1234）5678", "03-1234-5678"),
        ("090 1234 5678", "090-1234-5678"),
        ("090‐1234‐5678", "090-1234-5678"),
        ("090ー1234ー5678", "090-1234-5678"),
        ("０９０−１２３４−５６７８", "090-1234-5678"),
        ("\u200b09012345678", "09012345678"),
        ("0312345678", "0312345678"),
        ("電話なし", "電話なし"),
    ],
)
def test_a_phone_number_in_any_usual_form_is_the_same_number(typed, number):
    assert phone_number(typed) == number


@both
def test_a_phone_typed_abroad_makes_a_label(write):
    assert write([parcel(phone="+81 90-1234-5678")], SENDER).refused == ()


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("辻󠄀", "辻"),
        ("葛\ufe00飾", "葛飾"),
        ("見\u200b本\ufeff", "見本"),
        ("見\u00ad本\u2060", "見本"),
    ],
)
def test_selectors_and_signs_of_no_width_are_left_out(typed, plain):
    assert plain_text(typed) == plain


@pytest.mark.parametrize(
    ("method", "cool"),
    [
        (None, Cool.NONE),
        ("宅配便", Cool.NONE),
        ("クール便", Cool.CHILLED),
        ("クール宅急便(冷蔵)", Cool.CHILLED),
        ("クール便（冷凍）", Cool.FROZEN),
        ("ｸｰﾙ便", Cool.CHILLED),
        ("チルド便", Cool.CHILLED),
    ],
)
def test_how_cold_a_parcel_travels_is_read_in_its_delivery_method(method, cool):
    assert cool_of(method) is cool


@pytest.mark.parametrize("method", ["ネコポス", "ﾒｰﾙ便(追跡可)", "ゆうパケット"])
def test_a_method_for_the_letter_box_is_known_by_its_name(method):
    assert (letterbox_of(method), letterbox_of("宅配便")) == (method, None)


@pytest.mark.parametrize(
    ("delivery_class", "method", "cool"),
    [
        (3, "クール便", Cool.FROZEN),
        (2, "宅配便", Cool.CHILLED),
        (1, "クール便", Cool.CHILLED),
        (0, "宅配便", Cool.NONE),
        (4, "クール便（冷凍）", Cool.FROZEN),
    ],
)
def test_the_class_of_rms_counts_before_the_name(delivery_class, method, cool):
    assert cool_of(method, delivery_class) is cool


@pytest.mark.parametrize(
    ("wished", "on_label", "missed"),
    [
        (None, None, None),
        (date(2026, 11, 26), None, date(2026, 11, 26)),
        (FRIDAY, FRIDAY, None),
        (date(2026, 11, 28), date(2026, 11, 28), None),
    ],
)
def test_a_wished_day_before_the_shipping_date_is_not_printed(wished, on_label, missed):
    order = an_order().model_copy(update={"delivery_on": wished})
    made = parcel_of(order, "1", "茶", FRIDAY)

    assert isinstance(made, ParcelOrder)
    assert (made.delivery_on, made.missed_wish) == (on_label, missed)


@pytest.mark.parametrize(
    ("words", "slot"),
    [
        (None, 0),
        ("指定なし", 0),
        ("希望なし", 0),
        ("－", 0),
        ("時間指定なし", 0),
        ("お届け時間帯の希望なし", 0),
        ("午前中", 1),
        ("午前中(8時〜12時)", 1),
        ("09:00-12:00", 1),
        ("14:00-16:00", 1416),
        ("14時〜16時", 1416),
        ("１８～２０時", 1820),
        ("夕方", None),
        ("1416", 1416),
        ("0812", 1),
        ("1", 1),
        ("2", None),
        ("16-14", None),
        ("8:00～12:00(午前中)", 1),
        ("12:00:00-14:00:00", 1214),
        ("午前10時〜午後2時", None),
        ("午前中以外", None),
        ("18:30-20:30", None),
    ],
)
def test_a_mall_s_words_for_the_hours_are_one_code(words, slot):
    assert slot_of(words) == slot


@pytest.mark.parametrize(
    ("city", "street", "printed"),
    [
        ("見本市表町1-1", "", ("", "見本市表町1-1")),
        ("見本市表町１－１", "203", ("", "見本市表町１－１ 203")),
        ("見本市表町二丁目", "見本荘", ("", "見本市表町二丁目 見本荘")),
        ("見本市", "表町1-1", ("見本市", "表町1-1")),
        ("東京都見本市", "表町1-1", ("見本市", "表町1-1")),
        ("", "東京都見本市表町1-1", ("", "見本市表町1-1")),
        ("見本市", "", (LabelFault.NO_STREET_IN_FILE,)),
    ],
)
def test_an_address_in_the_cell_of_the_city_is_whole_without_a_street(
    city, street, printed
):
    """BASE has it all in 住所, and 住所2 for the building: a house got no label."""
    made = file_parcel(a_package(city=city, street=street), "皿", FRIDAY)

    assert printed == (
        (made.city, made.street) if isinstance(made, ParcelOrder) else made
    )


def test_a_house_number_in_rakutens_city_is_apart_from_the_building():
    """The label said 2-1203, another house."""
    person = a_person("1").model_copy(
        update={"city": "札幌市中央区北一条西2-1", "street": "203"}
    )
    made = parcel_of(an_order(people=[person]), "1", "茶", FRIDAY)
    assert isinstance(made, ParcelOrder)
    (yamato,) = rows(write_b2_labels([made], SENDER))
    (sagawa,) = rows(write_ehiden3_labels([made], SENDER))

    assert yamato["お届け先住所"] == "北海道札幌市中央区北一条西2-1 203"
    assert sagawa["お届け先住所１"] == "北海道札幌市中央区北一条西2-1"
    assert sagawa["お届け先住所２"] == "203"


@pytest.mark.parametrize(
    ("paid_by", "total", "collected"),
    [
        ("代金引き換え", 1000, 1000),
        ("宅急便コレクト", 1000, 1000),
        ("宅急便ｺﾚｸﾄ", 1000, 1000),
        ("e-コレクト", 1000, 1000),
        ("佐川急便 e-collect", 1000, 1000),
        ("ＣＯＤ", 1000, 1000),
        ("cash_on_delivery", 1000, 1000),
        ("代引", 0, None),
        ("銀行振込", 1000, None),
        ("クロネコwebコレクト", 1000, None),
        ("クレジットカード(クロネコ Ｗｅｂ　コレクト)", 1000, None),
        ("クロネコウェブ・コレクト", 1000, None),
    ],
)
def test_a_parcel_is_not_handed_over_without_what_is_owed(paid_by, total, collected):
    """Points had paid all of one, and another's words for COD were not known.

    クロネコwebコレクト is a card: who had paid with it was asked for the money again.
    """
    package = a_package(payment_method=paid_by, request_total=total)
    made = file_parcel(package, "皿", FRIDAY)

    assert isinstance(made, ParcelOrder)
    assert made.cod_total == collected


@pytest.mark.parametrize(
    ("method", "made"),
    [
        ("店頭受取", (LabelFault.PICK_UP,)),
        ("ｺﾝﾋﾞﾆ受取", (LabelFault.PICK_UP,)),
        ("店舗での受け取り", (LabelFault.PICK_UP,)),
        ("郵便局留め", (LabelFault.PICK_UP,)),
        ("発送不要", (LabelFault.NOTHING_SENT,)),
        ("店舗配送", ParcelOrder),
        ("ヤマト運輸", ParcelOrder),
    ],
)
def test_what_the_buyer_picks_up_gets_no_label_by_itself(method, made):
    found = file_parcel(a_package(delivery_method=method), "皿", FRIDAY)

    assert found == made if isinstance(made, tuple) else isinstance(found, made)


def a_package(**cells):
    known = FilePackage(
        mall="base",
        shop_id="mihon",
        order_number="A",
        basket_id="1",
        packages=1,
        recipient_name="見本 花子",
        zip="1000001",
        prefecture="東京都",
        city="見本市",
        street="表町1-1",
        phone="09000000007",
        delivery_on=None,
        delivery_slot=None,
        delivery_slot_name=None,
        delivery_method=None,
        payment_method=None,
        request_total=1000,
        tax_total=None,
        amounts_fixed=True,
        is_held=False,
    )
    return known.model_copy(update=cells)


@pytest.mark.parametrize(
    ("today", "after", "closed", "leaves"),
    [
        (date(2026, 11, 26), 1, (), FRIDAY),
        (FRIDAY, 1, (), date(2026, 11, 30)),
        (FRIDAY, 0, (), FRIDAY),
        (date(2026, 11, 28), 0, (), date(2026, 11, 30)),
        (date(2026, 11, 28), 1, (), date(2026, 11, 30)),
        (FRIDAY, 2, (), date(2026, 12, 1)),
        (FRIDAY, 1, (date(2026, 11, 30),), date(2026, 12, 1)),
    ],
)
def test_a_parcel_leaves_on_the_next_working_day(today, after, closed, leaves):
    day = next_working_day(today, weekdays=WORKDAYS, closed=closed, after=after)

    assert day == leaves


def test_a_shop_that_is_never_open_is_told_so():
    days = [date.fromordinal(FRIDAY.toordinal() + n) for n in range(400)]
    with pytest.raises(NeverOpen):
        next_working_day(FRIDAY, weekdays=WORKDAYS, closed=days, after=1)
