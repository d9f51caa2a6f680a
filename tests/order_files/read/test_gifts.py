"""How goods are to be wrapped, and what a のし or a card is to say, at each mall."""

import pytest

from tests.order_files.read.one_row import one_row, read_one
from tests.support.effort import first

GIFTS = [
    (
        "yahoo",
        {"GiftWrapType": "赤いリボン", "GiftWrapMessage": "Happy Birthday"},
        "赤いリボン / Happy Birthday",
    ),
    ("futureshop", {"包装名": "化粧箱"}, "化粧箱"),
    ("futureshop", {"包装名": "－"}, None),
    (
        "colorme",
        {
            "配送先 ラッピング": "リボン",
            "配送先 メッセージカード種類": "誕生日",
            "配送先 メッセージカード内容": "おめでとう",
        },
        "リボン / 誕生日 / おめでとう",
    ),
    (
        "ponpare",
        {"ラッピング種類(包装紙)": "花柄", "ラッピング種類(リボン)": "金"},
        "花柄 / 金",
    ),
    ("creema", {"ギフトラッピング": "あり"}, "あり"),
    ("creema", {"ギフトラッピング": "なし"}, None),
    (
        "rakuten-legacy",
        {"ラッピング名(包装紙)": "花柄", "ラッピング名(リボン)": "金"},
        "花柄 / 金",
    ),
    (
        "amazon-orders",
        {"gift-wrap-type": "Blue", "gift-message-text": "お誕生日おめでとう"},
        "Blue / お誕生日おめでとう",
    ),
    (
        "amazon-orders",
        {"gift-wrap-type": "", "gift-message-text": ""},
        None,
    ),
]


@first(4)
@pytest.mark.parametrize(("folder", "cells", "expected"), GIFTS)
def test_the_wrapping_that_the_buyer_chose_is_kept(read, folder, cells, expected):
    """A gift was sent bare: only Rakuten's wrapping was read."""
    seen = read_one(read, folder, **cells)

    assert seen.column("gift_wrapping") == [expected]


@first()
def test_yahoo_tells_of_the_noshi_and_the_name_on_it(read):
    cells = {"GiftWrapPaperType": "御祝", "GiftWrapName": "見本 太郎"}

    seen = read_one(read, "yahoo", **cells)

    assert seen.column("noshi") == ["御祝 / 見本 太郎"]


@first()
@pytest.mark.parametrize(
    ("folder", "column"),
    [
        ("ponpare", "ギフト配送（0:希望なし/1:希望あり）"),
        ("rakuten-legacy", "ギフトチェック（0:なし/1:あり）"),
    ],
)
@pytest.mark.parametrize(("written", "expected"), [("1", True), ("0", False)])
def test_a_gift_is_told_as_one(read, folder, column, written, expected):
    seen = read_one(read, folder, **{column: written})

    assert seen.column("is_gift") == [expected]


@first()
def test_wrapping_of_the_old_rms_costs_what_its_two_columns_say(read):
    cells = {"ラッピング料金(包装紙)": "200", "ラッピング料金(リボン)": "100"}

    seen = read_one(read, "rakuten-legacy", **cells)

    assert seen.column("gift_fee") == [300]


@first()
@pytest.mark.parametrize(
    ("option", "inscription", "expected"),
    [
        (("色", "赤"), ("名入れ", "たろう"), "色:赤\n名入れ:たろう"),
        (("", ""), ("名入れ", "たろう"), "名入れ:たろう"),
        (("色", "赤"), ("名入れ", ""), "色:赤"),
        (("", ""), ("", ""), None),
    ],
)
def test_what_is_to_be_put_on_yahoo_s_goods_is_a_choice(
    read, option, inscription, expected
):
    """Goods were sent without the name that their buyer had ordered on them."""
    names = ("ItemOptionName", "ItemOptionValue", "InscriptionName", "InscriptionValue")
    cells = dict(zip(names, (*option, *inscription), strict=True))
    order = one_row("yahoo", "order.csv")

    seen = read(order, one_row("yahoo", "item.csv", **cells), mall="yahoo")

    assert seen.column("choices") == [expected]


@first()
@pytest.mark.parametrize(
    ("own", "of_packages", "expected"),
    [
        ("急ぎません", ("宅配ボックスへ", ""), "急ぎません\n宅配ボックスへ"),
        ("", ("宅配ボックスへ", "玄関前へ"), "宅配ボックスへ\n玄関前へ"),
        ("", ("玄関前へ", "玄関前へ"), "玄関前へ"),
        ("玄関前へ", ("玄関前へ", ""), "玄関前へ"),
        ("", ("", ""), None),
    ],
)
def test_what_is_remarked_of_a_destination_is_a_remark_at_colorme(
    read, own, of_packages, expected
):
    """Nobody read where the buyer of a カラーミー shop wanted the parcel to be left."""
    one = one_row("colorme", **{"備考": own, "配送先 備考": of_packages[0]})
    cells = {"備考": own, "配送先 備考": of_packages[1], "配送先ID": "5012"}
    other = one_row("colorme", **cells)

    seen = read(one + other.partition(b"\r\n")[2], mall="colorme")

    assert seen.column("orderer_remarks") == [expected] * 2
    assert not seen.warned()


@first()
def test_the_words_of_yahoo_s_variant_are_kept(read):
    lines = one_row("yahoo", "item.csv", SubCodeOption="サイズ:Ｌ")

    seen = read(one_row("yahoo", "order.csv"), lines, mall="yahoo")

    assert seen.column("sku_info") == ["サイズ:Ｌ"]


@first()
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("Red", "Blue"), "Red / Blue"),
        (("", "Blue"), "Blue"),
        (("Red", "Red"), "Red"),
        (("", ""), None),
    ],
)
def test_lines_that_are_wrapped_differently_are_no_contradiction(read, words, expected):
    none = {"gift-message-text": ""}
    one = one_row("amazon-orders", **none, **{"gift-wrap-type": words[0]})
    cells = {"gift-wrap-type": words[1], "order-item-id": "7099"}
    other = one_row("amazon-orders", **none, **cells)

    seen = read(one + other.partition(b"\r\n")[2], mall="amazon")

    assert seen.column("gift_wrapping") == [expected] * 2
    assert not seen.warned()
