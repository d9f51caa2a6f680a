"""How goods are to be wrapped, and what a のし or a card is to say, at each mall."""

import pytest

from tests.order_files.read.one_row import one_row
from tests.support.effort import first

GIFTS = [
    (
        ("yahoo", "order.csv"),
        {"GiftWrapType": "赤いリボン", "GiftWrapMessage": "Happy Birthday"},
        "赤いリボン / Happy Birthday",
    ),
    (("futureshop", "in.csv"), {"包装名": "化粧箱"}, "化粧箱"),
    (("futureshop", "in.csv"), {"包装名": "－"}, None),
    (
        ("colorme", "in.csv"),
        {
            "配送先 ラッピング": "リボン",
            "配送先 メッセージカード種類": "誕生日",
            "配送先 メッセージカード内容": "おめでとう",
        },
        "リボン / 誕生日 / おめでとう",
    ),
    (
        ("ponpare", "in.csv"),
        {"ラッピング種類(包装紙)": "花柄", "ラッピング種類(リボン)": "金"},
        "花柄 / 金",
    ),
    (
        ("amazon-orders", "in.csv"),
        {"gift-wrap-type": "Blue", "gift-message-text": "お誕生日おめでとう"},
        "Blue / お誕生日おめでとう",
    ),
    (
        ("amazon-orders", "in.csv"),
        {"gift-wrap-type": "", "gift-message-text": ""},
        None,
    ),
]


def read_one(read, folder, file, **cells):
    other = [one_row("yahoo", "item.csv")] if folder == "yahoo" else []
    mall = folder.partition("-")[0]
    return read(one_row(folder, file, **cells), *other, mall=mall)


@first(4)
@pytest.mark.parametrize(("file", "cells", "expected"), GIFTS)
def test_the_wrapping_that_the_buyer_chose_is_kept(read, file, cells, expected):
    """A gift was sent bare: only Rakuten's wrapping was read."""
    seen = read_one(read, *file, **cells)

    assert seen.column("gift_wrapping") == [expected]


@first()
def test_yahoo_tells_of_the_noshi_and_the_name_on_it(read):
    cells = {"GiftWrapPaperType": "御祝", "GiftWrapName": "見本 太郎"}

    seen = read_one(read, "yahoo", "order.csv", **cells)

    assert seen.column("noshi") == ["御祝 / 見本 太郎"]


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
