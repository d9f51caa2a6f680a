"""The import file for Yamato's B2クラウド: 97 columns, those of its 発行済データ.

Widths and codes are those of Yamato's 送り状発行データレイアウト in public copies:
address 64 bytes (都道府県 8, 市区郡町村 24, 町・番地 32) and building 32, 会社・部門名
50 each, names 32, 品名 50, クール 1 frozen / 2 chilled, COD up to 300,000 yen. Compare
them with the manual of the B2クラウド in use.
"""

import re
from collections.abc import Iterable
from typing import Final

from connectors.carriers.labels.area import split_area
from connectors.carriers.labels.file import (
    Cells,
    LabelFile,
    Unwritable,
    checked,
    not_collected,
    too_long,
    written,
)
from connectors.carriers.labels.text import cut, plain_text, width
from connectors.carriers.layouts.yamato_b2 import COLUMNS
from data.model.shipping.label import Cool, ParcelOrder, Sender

MOST_COD: Final = 300_000
_ADDRESS: Final = 64
_STREET: Final = 32
_BUILDING: Final = 32
_OFFICE: Final = 50
_OFFICES: Final = ("お届け先会社・部門名１", "お届け先会社・部門名２")
_NAME: Final = 32
_CONTENTS: Final = 50
_PHONE: Final = 15
_COOL: Final = {Cool.NONE: "0", Cool.FROZEN: "1", Cool.CHILLED: "2"}
_SLOTS: Final = {
    None: "",
    0: "",
    1: "0812",
    812: "0812",
    912: "0812",
    1416: "1416",
    1618: "1618",
    1820: "1820",
    1921: "1921",
}
"""RMS's shippingTerm to 配達時間帯; Yamato takes no other wish."""
_SET: Final = (
    "対処: .env の JUCHU_SENDER_{} にヤマト運輸との契約の番号を設定して、"
    "もう一度実行してください。"
)


def write_b2_labels(orders: Iterable[ParcelOrder], sender: Sender) -> LabelFile:
    """Return the file that B2クラウド imports; an order it cannot hold is refused.

    The short key is お客様管理番号, so that the issued data lead back to the package.
    """

    def fill(cells: Cells, order: ParcelOrder) -> None:
        _parcel(cells, order)
        _recipient(cells, order)
        _sender(cells, sender)

    return written(COLUMNS, orders, fill)


def _parcel(cells: Cells, order: ParcelOrder) -> None:
    cells.text("お客様管理番号", order.short_key, 20, needed=True)
    cells.code("送り状種類", "0" if order.cod_total is None else "2")
    cells.code("クール区分", _COOL[order.cool])
    cells.code("出荷予定日", f"{order.shipping_date:%Y/%m/%d}")
    if order.delivery_on is not None:
        cells.code("お届け予定（指定）日", f"{order.delivery_on:%Y/%m/%d}")
    if order.delivery_slot not in _SLOTS:
        raise Unwritable(
            "配達時間帯",
            "ヤマト運輸では指定できない時間帯です。送り状は手作業で作成してください。",
        )
    cells.code("配達時間帯", _SLOTS[order.delivery_slot])
    cells.text("品名１", order.contents, _CONTENTS, needed=True)
    if order.cod_total is not None:
        if not 0 < order.cod_total <= MOST_COD:
            raise Unwritable("コレクト代金引換額（税込）", not_collected(MOST_COD))
        cells.code("コレクト代金引換額（税込）", str(order.cod_total))
        cells.code("コレクト内消費税額等", str(order.collected_tax))


def _recipient(cells: Cells, order: ParcelOrder) -> None:
    cells.phone("お届け先電話番号", order.phone, _PHONE)
    cells.zip("お届け先郵便番号", order.zip)
    offices, name = _names(checked("お届け先名", order.recipient_name))
    cells.text("お届け先名", name, _NAME, needed=True)
    free = len(_OFFICES) - len(offices)
    area, lines = _address(order, free)
    cells.text("お届け先住所", area + lines[0], _ADDRESS, needed=True)
    cells.text("お届け先住所（アパートマンション名）", lines[1], _BUILDING)
    spilt = [line for line in lines[2:] if line]
    for column, line in zip(_OFFICES, [*spilt, *offices], strict=False):
        cells.text(column, line, _OFFICE)
    cells.code("敬称", "様")


def _address(order: ParcelOrder, free: int) -> tuple[str, list[str]]:
    """Return prefecture and municipality, and the lines of what follows them.

    B2 measures 都道府県, 市区郡町村 and 町・番地 each by itself, although they stand in
    one cell. What the building's cell cannot hold goes into `free` cells of
    会社・部門名, which the label prints below.
    """
    column = "お届け先住所"
    whole = checked(column, f"{order.prefecture}{order.city}{order.street}")
    area, rest = split_area(whole, plain_text(order.prefecture), plain_text(order.city))
    lines = cut(rest, (_STREET, _BUILDING)) or _spilt(rest, free)
    if lines is None or not rest:
        found = width(area + rest)
        raise Unwritable(column, too_long(found, width(area) + _STREET + _BUILDING))
    return area, lines


def _spilt(text: str, free: int) -> list[str] | None:
    """Return the lines of a text whose last words stand in `free` more cells, if any.

    It goes on there at a space only: a building's name, never half a house number.
    """
    words = _words(text)
    for at in range(len(words) - 1, 0, -1):
        lines = cut(" ".join(words[:at]), (_STREET, _BUILDING))
        more = cut(" ".join(words[at:]), [_OFFICE] * free)
        if lines is not None and more is not None:
            return lines + more
    return None


def _words(text: str) -> list[str]:
    return [word for word in re.split("[ \u3000]", text) if word]


def _names(name: str) -> tuple[list[str], str]:
    """Return what of a long name stands in 会社・部門名, and what in お届け先名.

    A long name is a company's with its department and a person at the end, so the last
    words that fit are the name. One that cannot be parted so comes back whole.
    """
    words = _words(name)
    for at in range(1 if width(name) > _NAME else len(words), len(words)):
        last = " ".join(words[at:])
        offices = cut(" ".join(words[:at]), [_OFFICE] * len(_OFFICES))
        if width(last) <= _NAME and offices is not None:
            return [line for line in offices if line], last
    return [], name


def _sender(cells: Cells, sender: Sender) -> None:
    cells.phone("ご依頼主電話番号", sender.phone, _PHONE)
    cells.zip("ご依頼主郵便番号", sender.zip)
    cells.text("ご依頼主住所", sender.address, _ADDRESS, needed=True)
    cells.text("ご依頼主住所（アパートマンション名）", sender.building, _BUILDING)
    cells.text("ご依頼主名", sender.name, _NAME, needed=True)
    _number(cells, "ご請求先顧客コード", sender.billing_code, 12, "BILLING_CODE")
    cells.text("ご請求先分類コード", sender.billing_class, 3)
    _number(cells, "運賃管理番号", sender.freight_code, 2, "FREIGHT_CODE")


def _number(cells: Cells, column: str, value: str, most: int, setting: str) -> None:
    """Fill in a number that Yamato gave the shop; a refusal names its setting."""
    cells.text(column, value, most, needed=True, advice=_SET.format(setting))
