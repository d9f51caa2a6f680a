"""What cells become, why rows are set aside (docs/order-files.md §3, §4.1)."""

import pickle
from datetime import date

import pytest

from connectors.order_files import CsvRefused
from tests.order_files.read.one_row import one_row
from tests.support.mall_csv import rakuten_bytes, rakuten_row


def value(read, field, **cells):
    seen = read(rakuten_bytes([rakuten_row(**cells)]))
    assert not seen.rejects.height, seen.rejects
    assert not seen.warnings.height, seen.warnings
    return seen.column(field)[0]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("1980", 1980),
        ("0", 0),
        ("-500", -500),
        ("1,980", 1980),
        ("\\1,980", 1980),
        ("￥1,980", 1980),
        ("1980円", 1980),
        ("1980.00", 1980),
        (" 1980 ", 1980),
        ("１９８０", 1980),
        ("￥１，９８０．００", 1980),
        ("－５００", -500),
        ("−500", -500),
        ("▲500", -500),
        ("(1,980)", -1980),
        ("（１，９８０）", -1980),
        ("", None),
        ("-9999", None),
        ("-99999", None),
        ("999999999", 999_999_999),
    ],
)
def test_yen(read, written, read_as):
    assert value(read, "goods_total", 商品合計金額=written) == read_as


UNREADABLE = [
    ("商品合計金額", "千円", "goods_total", "unreadable"),
    ("商品合計金額", "19.80", "goods_total", "unreadable"),
    ("商品合計金額", "1000000000", "goods_total", "unreadable"),
    ("商品合計金額", "99999999999999999999", "goods_total", "unreadable"),
    ("商品合計金額", "NaN", "goods_total", "unreadable"),
    ("注文日時", "2026-02-30 00:00:00", "ordered_at", "unreadable"),
    ("注文日時", "きのう", "ordered_at", "unreadable"),
    ("注文日時", "0026-01-01 00:00:00", "ordered_at", "unreadable"),
    ("お届け日指定", "46000", "delivery_on", "unreadable"),
    ("お届け日指定", "最短", "delivery_on", "unreadable"),
    ("お届け日指定", "未定", "delivery_on", "unreadable"),
    ("お届け日指定", "2026/12", "delivery_on", "unreadable"),
    ("お届け日指定", "202612", "delivery_on", "unreadable"),
    ("お届け日指定", "2026124", "delivery_on", "unreadable"),
    ("お届け日指定", "2026年124日", "delivery_on", "unreadable"),
    ("商品税率", "inf", "tax_rate", "unreadable"),
    ("商品税率", "-0.1", "tax_rate", "unreadable"),
    ("ギフト配送希望", "2", "is_gift", "unreadable"),
    ("注文種別", "x", "order_type", "unreadable"),
    ("SKU管理番号", "4.9E+12", "variant_id", "excel-damage"),
    ("商品管理番号", "1E+5", "manage_number", "excel-damage"),
    ("商品番号", "1月2日", "item_number", "excel-damage"),
    ("システム連携用SKU番号", "2026/1/2", "sku", "excel-damage"),
    ("SKU管理番号", "2-Jan", "variant_id", "excel-damage"),
    ("SKU管理番号", "Mar-04", "variant_id", "excel-damage"),
    ("注文者電話番号1", "90", "orderer_phone", "phone-without-zero"),
    ("送付先電話番号1", "3", "recipient_phone", "phone-without-zero"),
]


@pytest.mark.parametrize(("column", "written", "field", "kind"), UNREADABLE)
def test_an_unreadable_cell_is_blank_and_told_and_its_row_stays(
    read, column, written, field, kind
):
    cells = {column: written}
    if "電話" in column:  # Excel takes the zeros of every part
        cells |= {column[:-1] + "2": "1234", column[:-1] + "3": "5678"}

    seen = read(rakuten_bytes([rakuten_row(**cells)]))

    assert not seen.rejects.height
    assert seen.column(field) == [None]
    (warned,) = seen.warnings.to_dicts()
    assert warned["column_name"].startswith(column)
    assert (warned["row_number"], warned["kind"]) == (2, kind)
    assert warned["order_number"] == rakuten_row()["注文番号"]
    assert written not in warned["reason"].replace("1月2日", "")


@pytest.mark.parametrize(
    ("column", "written", "field", "read_as"),
    [
        ("個数", "２", "quantity", 2),
        ("個数", "－２", "quantity", -2),
        ("注文種別", "１", "order_type", 1),
        ("ギフト配送希望", "１", "is_gift", True),
    ],
)
def test_numbers_in_full_width_are_numbers(read, column, written, field, read_as):
    assert value(read, field, **{column: written}) == read_as


@pytest.mark.parametrize("nothing", ["－", "-", "なし", "設定なし", "指定なし"])
@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("お届け日指定", "delivery_on"),
        ("発送完了報告日時", "shipped_at"),
        ("代引料合計", "cod_fee"),
        ("商品番号", "item_number"),
        ("購入時配送会社", "default_carrier_code"),
        ("注文者電話番号1", "orderer_phone"),
    ],
)
def test_a_malls_word_for_nothing_is_null_without_a_warning(
    read, column, field, nothing
):
    rest = dict.fromkeys(("注文者電話番号1", "注文者電話番号2", "注文者電話番号3"), "")

    assert value(read, field, **rest | {column: nothing}) is None


@pytest.mark.parametrize(
    ("folder", "first", "second", "field"),
    [
        ("qoo10", "受取人携帯電話番号", "受取人電話番号", "recipient_phone"),
        ("qoo10", "購入者携帯電話番号", "購入者電話番号", "orderer_phone"),
        ("futureshop", "電話番号（メイン）", "携帯電話番号", "orderer_phone"),
    ],
)
@pytest.mark.parametrize("nothing", ["-", "－"])
def test_a_word_for_nothing_hides_no_number_beside_it(
    read, folder, first, second, field, nothing
):
    """Qoo10 has a dash for who has no mobile phone: its label lacked the other one."""
    seen = read(
        one_row(folder, **{first: nothing, second: "03-0000-0001"}), mall=folder
    )

    assert seen.column(field) == ["0300000001"]
    assert seen.warned() == []


@pytest.mark.parametrize("folder", ["qoo10", "futureshop"])
def test_a_dash_is_no_tracking_number(read, folder):
    """An order with one counts as sent, and gets no label."""
    seen = read(one_row(folder, 送り状番号="－"), mall=folder)

    assert seen.column("tracking_number") == [None]
    assert seen.warned() == []


@pytest.mark.parametrize("code", ["1-2", "MAR-04", "2026/01", "2月", "なし1", "JAN-4"])
def test_a_code_that_only_looks_like_a_date_stays(read, code):
    assert value(read, "item_number", 商品番号=code) == code


@pytest.mark.parametrize("written", ["", "-"])
def test_a_blank_quantity_is_told_and_left_to_the_warehouse(read, written):
    seen = read(rakuten_bytes([rakuten_row(個数=written)]))

    assert seen.warned() == [(2, "個数", "blank")]
    assert seen.column("quantity") == [None]


@pytest.mark.parametrize(
    ("written", "sku"),
    [
        (("2026/1/2", "Item", "v1", "N1"), None),
        (("", "Item", "1月2日", "N1"), None),
        (("", "", "", "3月4日"), None),
        (("", "Item", "v1", "3月4日"), "item/v1"),
        (("S1", "Item", "1月2日", "N1"), "S1"),
    ],
)
def test_no_sku_is_guessed_from_a_lesser_code_than_the_damaged_one(read, written, sku):
    names = ("システム連携用SKU番号", "商品管理番号", "SKU管理番号", "商品番号")
    cells = dict(zip(names, written, strict=True))

    assert read(rakuten_bytes([rakuten_row(**cells)])).column("sku") == [sku]


@pytest.mark.parametrize(
    ("column", "written"),
    [
        ("個数", "1.5"),
        ("個数", "x"),
        ("個数", "1000000"),
        ("送付先ID", ""),
        ("商品明細ID", ""),
        ("注文番号", ""),
        ("注文番号", "x'); drop table orders; --"),
        ("注文番号", "１２３"),
        ("注文番号", "架空花子 090-0000-9173"),
    ],
)
def test_an_unreadable_cell_sets_its_row_aside_without_its_value(read, column, written):
    good = rakuten_row(注文番号="123456-1-1")

    seen = read(rakuten_bytes([rakuten_row(**{column: written}), good]))

    assert [(row, name) for row, name, _ in seen.reasons()] == [(2, column)]
    assert seen.column("order_number") == ["123456-1-1"]
    assert not written or written not in seen.rejects["reason"][0]


def test_a_remark_cut_by_a_line_break_tells_of_its_buyer_nowhere(read):
    """What follows a break that nobody quoted stands where orders' numbers do."""
    row = rakuten_row(コメント="午前中に")
    cells = ",".join("" if "\n" in cell else cell for cell in row.values())
    cut = cells.replace("午前中に", "午前中に\n架空花子 090-0000-9173").encode("cp932")
    too_long = f"架空花子 090-0000-9173{',' * 400}x\r\n".encode("cp932")

    seen = read(rakuten_bytes([])[:-2] + b"\r\n" + cut + b"\r\n" + too_long)

    assert {row for row, _, number in seen.reasons() if number is None} >= {3, 4}
    told = f"{seen.rejects.to_dicts()} {seen.warnings.to_dicts()}"
    assert "架空" not in told
    assert "9173" not in told
    assert "架空花子 090-0000-9173" not in seen.column("order_number")


def test_two_unreadable_cells_of_a_row_are_two_rejects(read):
    seen = read(rakuten_bytes([rakuten_row(注文番号="*", 個数="y")]))

    assert sorted(name for _, name, _ in seen.reasons()) == ["個数", "注文番号"]
    assert not seen.rows.height


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-24 08:15:03",
        "2026/11/24 08:15:03",
        "2026/11/24 8:15:03",
        "2026-11-24T08:15:03+09:00",
        "2026-11-23T23:15:03Z",
        "2026-11-23T23:15:03.000+0000",
        "2026-11-23 18:15:03 -0500",
        "2026-11-23T17:45:03-05:30",
        "11/24/2026 8:15:03",
        "11/24/2026 8:15:03 AM",
        "2026/11/24 午前 8:15:03",
        "2026年11月24日 8時15分03秒",
    ],
)
def test_instants_in_any_form_are_one_instant(read, written):
    moment = value(read, "ordered_at", 注文日時=written)

    assert moment.isoformat() == "2026-11-24T08:15:03+09:00"


@pytest.mark.parametrize(
    ("written", "hour"),
    [("午後 1:05", 13), ("PM 12:05", 12), ("午前0:05", 0), ("午前12:05", 0)],
)
def test_an_hour_of_half_a_day_is_one_of_the_whole_day(read, written, hour):
    moment = value(read, "ordered_at", 注文日時=f"2026/11/24 {written}", 注文時間="")

    assert (moment.day, moment.hour, moment.minute) == (24, hour, 5)


@pytest.mark.parametrize(
    "written",
    [
        "2026-12-04",
        "2026/12/04",
        "2026/12/4",
        "20261204",
        "2026年12月4日(金)",
        "２０２６／１２／４",
        "２０２６年１２月４日（金）",
    ],
)
def test_days_in_any_form_are_one_day(read, written):
    assert value(read, "delivery_on", お届け日指定=written) == date(2026, 12, 4)


@pytest.mark.parametrize("written", ["", "0000-00-00", "0000/00/00"])
def test_no_day_is_null(read, written):
    assert value(read, "delivery_on", お届け日指定=written) is None


@pytest.mark.parametrize(
    ("cut", "clock", "read_as"),
    [
        ("2026/11/24 8:15", "8:15:03", "08:15:03"),
        ("2026-11-24 08:15", "08:15:03", "08:15:03"),
        ("2026/11/24 18:15", "8:15:03", "18:15:00"),
        ("2026/11/24 8:15", "10:20:30", "08:15:00"),
        ("2026/11/24 8:15", "", "08:15:00"),
    ],
)
def test_seconds_that_a_spreadsheet_dropped_come_from_the_same_minute(
    read, cut, clock, read_as
):
    cells = {"注文日時": cut, "注文日": "2026/11/24", "注文時間": clock}
    moment = value(read, "ordered_at", **cells)

    assert moment.isoformat() == f"2026-11-24T{read_as}+09:00"


def test_the_time_of_order_may_stand_in_two_columns(read):
    cells = {"注文日時": "", "注文日": "2026/11/24", "注文時間": "08:15:03"}

    assert value(read, "ordered_at", **cells).isoformat() == "2026-11-24T08:15:03+09:00"


@pytest.mark.parametrize(
    ("parts", "read_as"),
    [
        (("001", "0123"), "0010123"),
        (("1", "123"), "0010123"),
        (("００１", "０１２３"), "0010123"),
        (("００１－０１２３", ""), "0010123"),
        (("", ""), None),
    ],
)
def test_a_zip_keeps_or_regains_its_zeros(read, parts, read_as):
    cells = {"送付先郵便番号1": parts[0], "送付先郵便番号2": parts[1]}

    assert value(read, "recipient_zip", **cells) == read_as


@pytest.mark.parametrize("parts", [("100", ""), ("1", ""), ("", "0001")])
def test_half_a_zip_is_none_and_told(read, parts):
    """With zeros in front of it the parcel went to another town, or to none."""
    cells = {"送付先郵便番号1": parts[0], "送付先郵便番号2": parts[1]}

    seen = read(rakuten_bytes([rakuten_row(**cells)]))

    assert seen.column("recipient_zip") == [None]
    assert seen.warned() == [(2, "送付先郵便番号1・送付先郵便番号2", "unreadable")]


@pytest.mark.parametrize(
    ("parts", "read_as"),
    [
        (("090", "0000", "0001"), "09000000001"),
        (("", "09000000001", ""), "09000000001"),
        (("090-0000", "0001", ""), "09000000001"),
        (("０９０－００００－０００１", "", ""), "09000000001"),
        (("（０３）００００", "０００１", ""), "0300000001"),
        (("＋８１　９０－００００－０００１", "", ""), "09000000001"),
        (("なし", "", ""), None),
    ],
)
def test_a_phone_number_is_its_digits(read, parts, read_as):
    cells = {f"注文者電話番号{n + 1}": part for n, part in enumerate(parts)}

    assert value(read, "orderer_phone", **cells) == read_as


def with_phone(read, written):
    parts = {"注文者電話番号1": written, "注文者電話番号2": "", "注文者電話番号3": ""}
    return read(rakuten_bytes([rakuten_row(**parts)]))


@pytest.mark.parametrize(
    "written",
    [
        "03-0000-5678（内線12）",
        "03-0000-5678 内線 ３４",
        "090-0000-1234 / 03-0000-5678",
        "０９０－００００－１２３４、０３－００００－５６７８",
        "+81-90-0000-1234 / +81-3-0000-5678",
        "+1 212 555 0100 / +1 212 555 0101",
        "090-0000",
        "0000-5678",
        "0",
    ],
)
def test_what_is_not_one_whole_phone_number_is_none_and_told(read, written):
    seen = with_phone(read, written)

    assert seen.column("orderer_phone") == [None]
    (warned,) = seen.warnings.to_dicts()
    assert (warned["kind"], warned["row_number"]) == ("unreadable", 2)
    assert "先頭の0" not in warned["reason"]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("0120-000-123", "0120000123"),
        ("+81-3-0000-5678", "0300005678"),
        ("'+81 (0)90 0000 1234", "09000001234"),
        ("+1 212 555 0100", "12125550100"),
        ("＋８６－１０－００００－５６７８", "861000005678"),
    ],
)
def test_a_whole_number_of_japan_or_abroad_stays(read, written, read_as):
    seen = with_phone(read, written)

    assert seen.column("orderer_phone") == [read_as]
    assert not seen.warnings.height


@pytest.mark.parametrize("written", ["9000001234", "300005678", "9E+09", "8.19E+11"])
def test_a_number_without_its_zero_is_told_as_excel_s_work(read, written):
    seen = with_phone(read, written)

    assert seen.column("orderer_phone") == [None]
    assert [kind for _, _, kind in seen.warned()] == ["phone-without-zero"]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("0.1", 0.1), ("10", 0.1), ("8%", 0.08), ("0", 0.0), ("１０％", 0.1)],
)
def test_tax_rates_are_shares(read, written, read_as):
    assert value(read, "tax_rate", 商品税率=written) == pytest.approx(read_as)


def test_leading_zeros_stay(read):
    assert value(read, "item_id", 商品ID="001234567") == "001234567"
    assert value(read, "basket_id", 送付先ID="0000000001") == "0000000001"


@pytest.mark.parametrize(
    ("written", "sku"),
    [
        (("S1", "Item", "v1", "N1"), "S1"),
        (("", "Item", "v1", "N1"), "item/v1"),
        (("", "Item", "", "N1"), "N1"),
        (("", "Item", "", ""), "item"),
        (("", "", "", ""), None),
    ],
)
def test_the_sku_in_its_order_of_precedence(read, written, sku):
    names = ("システム連携用SKU番号", "商品管理番号", "SKU管理番号", "商品番号")

    assert value(read, "sku", **dict(zip(names, written, strict=True))) == sku


def test_an_open_amount_marks_its_row(read):
    assert value(read, "amounts_fixed", 請求金額="-9999") is False
    assert value(read, "amounts_fixed", 請求金額="100") is True


@pytest.mark.parametrize(("status", "cancelled"), [("900", True), ("300", False)])
def test_cancelled_follows_the_malls_status(read, status, cancelled):
    assert value(read, "cancelled", ステータス=status) is cancelled


@pytest.mark.parametrize(
    ("number", "shop"), [("123456-1-1", "123456"), ("0042-1-1", "0042"), ("55", None)]
)
def test_the_shop_stands_before_the_first_hyphen(read, number, shop):
    assert value(read, "shop_id", 注文番号=number) == shop


@pytest.mark.parametrize("column", ["注文番号", "送付先ID", "商品明細ID"])
@pytest.mark.parametrize("damage", ["1.23E+10", "1E+11"])
def test_a_key_that_excel_damaged_refuses_the_file(read, column, damage):
    rows = [rakuten_row(), rakuten_row(**{column: damage})]

    with pytest.raises(CsvRefused, match="Excel") as refused:
        read(rakuten_bytes(rows))

    assert refused.value.code == "damaged-key"
    assert (refused.value.position.row, refused.value.position.column) == (3, column)


@pytest.mark.parametrize("column", ["送付先ID", "商品明細ID"])
def test_a_key_that_became_a_decimal_refuses_the_file(read, column):
    """It would be another line than the one without the point, stored beside it."""
    with pytest.raises(CsvRefused, match="小数") as refused:
        read(rakuten_bytes([rakuten_row(), rakuten_row(**{column: " 11.0"})]))

    assert refused.value.code == "damaged-key"
    assert (refused.value.position.row, refused.value.position.column) == (3, column)


@pytest.mark.parametrize("number", ["123456-1.0-1", "A1.0", "1.05"])
def test_a_key_with_a_point_is_none(read, number):
    assert value(read, "order_number", 注文番号=number) == number


def test_a_refusal_survives_the_way_to_another_process(read):
    with pytest.raises(CsvRefused) as refused:
        read(rakuten_bytes([rakuten_row(注文番号="1.2E+9")]))

    again = pickle.loads(pickle.dumps(refused.value))  # noqa: S301 - our own bytes
    assert (str(again), again.position) == (str(refused.value), refused.value.position)


def test_the_text_of_a_refusal_says_what_is_wrong_where_and_what_to_do(read):
    with pytest.raises(CsvRefused) as refused:
        read(rakuten_bytes([rakuten_row(注文番号="1.2E+9")]))

    assert str(refused.value) == (
        "2 行目の「注文番号」: Excelで開いて保存したため、番号が壊れています"
        "(1.23E+10 の形)。 対処: モールの管理画面からもう一度ダウンロードし、"
        "Excelで開かずにそのまま取り込んでください。"
    )
