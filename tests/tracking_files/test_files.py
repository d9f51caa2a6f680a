"""Each mall's upload file, byte for byte, typed from docs/order-files.md."""

from datetime import date

import pytest

from connectors.tracking_files import layout_for, write_tracking_file
from connectors.tracking_files.file import NO_SIGN, ONE_NUMBER, UNNUMBERED
from connectors.tracking_files.layouts.yahoo import TWO_NUMBERS
from connectors.tracking_files.registry import all_layouts
from data.model.order import Mall
from data.model.shipping.shipment import NO_NUMBER
from tests.tracking_files.packages import a_line, a_number, a_package

SAGAWA = a_number("400000000013", "1002")


def content(mall, *packages):
    return write_tracking_file(mall, packages).content


def numbers(made):
    return [number.tracking_number for _, number in made.written]


def test_yahoo_takes_the_store_and_order_id_a_code_and_a_day_with_slashes():
    made = content(Mall.YAHOO, a_package("mihon-10000001", "1"))

    assert made == (
        b"OrderId,ShipCompanyCode,ShipInvoiceNumber1,ShipInvoiceNumber2,"
        b"ShipDate,ShipStatus\r\n"
        b"mihon-10000001,1001,400000000005,,2026/11/28,3\r\n"
    )


def test_yahoo_takes_a_second_number_of_one_company_beside_the_first():
    second = a_number("400000000016")
    made = content(Mall.YAHOO, a_package("mihon-1", "1", a_number(), second))

    assert made.splitlines()[1] == (
        b"mihon-1,1001,400000000005,400000000016,2026/11/28,3"
    )


def test_yahoo_is_told_the_first_number_again_when_a_second_comes_later():
    known, second = a_number(is_new=False), a_number("400000000016")
    made = write_tracking_file(Mall.YAHOO, [a_package("mihon-1", "1", known, second)])

    assert b"400000000005,400000000016" in made.content
    assert numbers(made) == ["400000000016"]


def test_yahoo_is_not_told_a_number_that_was_left_out_for_its_day():
    wrong = a_number(day=date(2099, 11, 28), is_new=False)
    package = a_package("mihon-1", "1", wrong, a_number("400000000016"))
    dated, left_out = package.dated(date(2026, 11, 28))
    made = content(Mall.YAHOO, dated)

    assert made.splitlines()[1] == b"mihon-1,1001,400000000016,,2026/11/28,3"
    assert left_out == []


def test_yahoo_has_no_room_for_a_third_number_or_another_company():
    others = (a_number("400000000016"), a_number("400000000020"), SAGAWA)
    made = write_tracking_file(Mall.YAHOO, [a_package("m-1", "1", a_number(), *others)])

    assert numbers(made) == ["400000000005", "400000000016"]
    assert [(one.number.tracking_number, one.reason) for one in made.left_out] == [
        ("400000000020", TWO_NUMBERS),
        ("400000000013", TWO_NUMBERS),
    ]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("1002", "1002"), ("1028", "1000"), ("1029", "1003"), ("1030", "1001")],
)
def test_yahoo_knows_companies_by_its_own_codes(ours, theirs):
    made = content(Mall.YAHOO, a_package("m-1", "1", a_number(carrier=ours)))

    assert made.splitlines()[1].split(b",")[1] == theirs.encode()


AMAZON_HEADER = (
    "TemplateType=OrderFulfillment\tVersion=2011.1102\t"
    "この行はAmazonが使用しますので変更や削除しないでください。\t\t\t\t\t\t\r\n"
    "注文番号\t注文商品番号\t出荷数\t出荷日\t配送業者コード\t配送業者名\t"
    "お問い合わせ伝票番号\t配送方法\t代金引換\r\n"
    "order-id\torder-item-id\tquantity\tship-date\tcarrier-code\tcarrier-name\t"
    "tracking-number\tship-method\tcod-collection-method\r\n"
)


def test_amazon_takes_a_row_for_each_line_under_three_lines_of_header():
    lines = [a_line("12345678901234", quantity=2), a_line("12345678901235")]
    made = content(
        Mall.AMAZON, a_package("250-0000001-0000001", "1", SAGAWA, lines=lines)
    )

    assert made.decode("cp932") == AMAZON_HEADER + (
        "250-0000001-0000001\t12345678901234\t2\t2026-11-28\tOther\t佐川急便\t"
        "400000000013\t\t\r\n"
        "250-0000001-0000001\t12345678901235\t1\t2026-11-28\tOther\t佐川急便\t"
        "400000000013\t\t\r\n"
    )


def test_amazon_confirms_the_whole_order_where_no_report_told_its_item_ids():
    package = a_package("250-0000001-0000001", "1", payment_method="COD")

    assert content(Mall.AMAZON, package).decode("cp932") == AMAZON_HEADER + (
        "250-0000001-0000001\t\t\t2026-11-28\tOther\tヤマト運輸\t"
        "400000000005\t\tDirectPayment\r\n"
    )


def test_qoo10_takes_the_short_list_with_a_row_for_each_line():
    lines = [
        a_line("700001", choices="色:青", variant_id="SOX-1-B", quantity=2),
        a_line("700002", item_name="靴下𠮷", manage_number=""),
    ]
    package = a_package(
        "300001", "1", lines=lines, mall_status="配送準備", payment_method="Qoo10"
    )

    assert content(Mall.QOO10, package).decode("cp932") == (
        "配送状態,注文番号,カート番号,配送会社,送り状番号,発送日,発送予定日,商品名,数量,"
        "オプション情報,オプションコード,受取人名,販売者商品コード,外部広告,決済サイト\r\n"
        "配送準備,700001,300001,ヤマト運輸,400000000005,2026/11/28,,靴下,2,色:青,"
        "SOX-1-B,,SOX-1,,Qoo10\r\n"
        "配送準備,700002,300001,ヤマト運輸,400000000005,2026/11/28,,,1,,,,,,Qoo10\r\n"
    )


@pytest.mark.parametrize("typed", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "＝1"])
def test_what_a_spreadsheet_would_run_of_a_buyers_words_stays_blank(typed):
    lines = [a_line("700001", choices=typed, item_name=typed)]
    package = a_package("300001", "1", lines=lines, mall_status="配送準備")

    assert content(Mall.QOO10, package).decode("cp932").splitlines()[1] == (
        "配送準備,700001,300001,ヤマト運輸,400000000005,2026/11/28,,,1,,,,SOX-1,,"
    )


def test_qoo10_is_told_no_number_for_a_line_that_was_cancelled():
    lines = [
        a_line("700001", quantity=0, line_status="キャンセル"),
        a_line("700002", line_status="配送要請"),
    ]
    package = a_package("300001", "1", lines=lines, mall_status="配送準備")
    rows = content(Mall.QOO10, package).decode("cp932").splitlines()[1:]

    assert [row.split(",")[:2] for row in rows] == [["配送要請", "700002"]]


def test_eccube_takes_the_shipment_id_with_lines_that_end_in_lf():
    made = content(Mall.ECCUBE, a_package("1001", "77"))

    assert made == (
        "出荷ID,お問い合わせ番号,出荷日\n77,400000000005,2026-11-28\n".encode("cp932")
    )


def test_colorme_takes_order_destination_and_number():
    made = content(Mall.COLORME, a_package("501", "5011"), a_package("501", "5012"))

    assert made == (
        "注文ID,配送先ID,配送伝票番号\r\n"
        "501,5011,400000000005\r\n501,5012,400000000005\r\n".encode("cp932")
    )


@pytest.mark.parametrize("mall", [Mall.AMAZON, Mall.QOO10, Mall.ECCUBE, Mall.COLORME])
def test_a_mall_with_room_for_one_number_keeps_the_first_and_the_rest_is_told(mall):
    both = write_tracking_file(mall, [a_package("1", "2", a_number(), SAGAWA)])
    known = a_package("1", "2", a_number(is_new=False), SAGAWA)
    later = write_tracking_file(mall, [known])

    assert numbers(both) == ["400000000005"]
    assert [one.reason for one in both.left_out] == [ONE_NUMBER]
    assert (numbers(later), [one.reason for one in later.left_out]) == (
        [],
        [ONE_NUMBER],
    )
    assert b"400000000013" not in both.content + later.content


def test_another_mall_gets_a_list_of_what_is_new_for_people():
    known = a_package("SHOP/1", "1", a_number(is_new=False), SAGAWA)
    made = write_tracking_file(Mall.SHOPIFY, [known])

    assert not made.layout.is_for_upload
    assert made.content == (
        "\ufeff注文番号,送付先ID,配送会社,送り状番号,発送日\r\n"
        "SHOP/1,1,佐川急便,400000000013,2026-11-28\r\n".encode()
    )


def test_an_order_number_outside_cp932_is_told_and_harms_no_other():
    made = write_tracking_file(
        Mall.COLORME, [a_package("𠮷1", "1"), a_package("502", "1")]
    )

    assert [one.reason for one in made.left_out] == [NO_SIGN]
    assert made.content.splitlines()[1:] == [b"502,1,400000000005"]


def test_what_is_known_already_makes_no_row():
    made = write_tracking_file(
        Mall.COLORME, [a_package("1", "2", a_number(is_new=False))]
    )

    assert (made.written, made.left_out) == ((), ())
    assert len(made.content.splitlines()) == 1


def test_five_malls_have_a_file_of_their_own_and_every_mall_gets_one():
    own = {one.mall for one in all_layouts()} - {None}

    assert own == {Mall.YAHOO, Mall.AMAZON, Mall.QOO10, Mall.ECCUBE, Mall.COLORME}
    assert all(layout_for(mall).where for mall in Mall)


@pytest.mark.parametrize("layout", all_layouts(), ids=lambda one: str(one.mall))
def test_a_parcel_without_a_number_is_in_a_list_only_and_hides_no_other(layout):
    none = a_number(NO_NUMBER, "1003")
    package = a_package("mihon-1", "1", none, a_number())
    made = write_tracking_file(layout.mall or Mall.SHOPIFY, [package])
    bare = write_tracking_file(
        layout.mall or Mall.SHOPIFY, [a_package("mihon-1", "1", none)]
    )

    if layout.is_for_upload:
        assert "なし" not in made.content.decode(layout.encoding)
        assert numbers(made) == ["400000000005"]
        assert [one.reason for one in (*made.left_out, *bare.left_out)] == [
            UNNUMBERED,
            UNNUMBERED,
        ]
        assert bare.written == ()
    else:
        assert numbers(made) == [NO_NUMBER, "400000000005"]
