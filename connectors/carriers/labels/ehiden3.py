"""The import file for Sagawa's e飛伝III: the 74 columns of its import template.

Widths and codes are those of public copies of Sagawa's 出荷データ入力項目: three
address lines and two name lines of 16 characters, of whatever width, クール 002 chilled
/ 003 frozen, days as YYYYMMDD. We do not know the layout that e飛伝II imports.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from connectors.carriers.labels.file import (
    Cells,
    LabelFile,
    Unwritable,
    not_collected,
    written,
)
from connectors.carriers.layouts.sagawa_ehiden3 import IMPORT_COLUMNS
from data.model.shipping.label import Cool, ParcelOrder, Sender

MOST_COD: Final = 9_999_999
"""Yen: 代引金額 has seven digits."""
_LINE: Final = 16
"""Characters: e飛伝 counts a half-width one as a whole one."""
_PHONE: Final = 14
_COOL: Final = {Cool.NONE: "001", Cool.CHILLED: "002", Cool.FROZEN: "003"}
_SLOTS: Final = {
    None: "",
    0: "",
    1: "01",
    812: "01",
    912: "01",
    1214: "12",
    1416: "14",
    1618: "16",
    1820: "18",
    1821: "04",
    1921: "19",
}
"""RMS's shippingTerm to 配達指定時間帯."""


def write_ehiden3_labels(orders: Iterable[ParcelOrder], sender: Sender) -> LabelFile:
    """Return the file that e飛伝III imports; an order it cannot hold is refused.

    Cash on delivery has its amount and the tax in it. 決済種別 and the seals stay
    blank, which leaves them to the shop's setting in e飛伝III: their codes could not
    be confirmed, and staff check the first label (docs/shipping.md).
    """

    def fill(cells: Cells, order: ParcelOrder) -> None:
        _parcel(cells, order)
        _recipient(cells, order)
        _sender(cells, sender)

    return written(IMPORT_COLUMNS, orders, fill)


def _parcel(cells: Cells, order: ParcelOrder) -> None:
    if order.cod_total is not None:
        if not 0 < order.cod_total <= MOST_COD:
            raise Unwritable("代引金額", not_collected(MOST_COD))
        cells.code("代引金額", str(order.cod_total))
        cells.code("消費税", str(order.collected_tax))
    cells.text("お客様管理番号", order.short_key, 16, needed=True)
    _lines(cells, ("品名１", "品名２"), order.contents)
    cells.code("出荷個数", "1")
    cells.code("スピード指定", "000")
    cells.code("クール便指定", _COOL[order.cool])
    if order.delivery_on is not None:
        cells.code("配達日", f"{order.delivery_on:%Y%m%d}")
    if order.delivery_slot not in _SLOTS:
        raise Unwritable(
            "配達指定時間帯",
            "佐川急便では指定できない時間帯です。送り状は手作業で作成してください。",
        )
    cells.code("配達指定時間帯", _SLOTS[order.delivery_slot])
    cells.code("元着区分", "1")
    cells.code("出荷日", f"{order.shipping_date:%Y%m%d}")


def _recipient(cells: Cells, order: ParcelOrder) -> None:
    cells.phone("お届け先電話番号", order.phone, _PHONE)
    cells.zip("お届け先郵便番号", order.zip)
    _lines(
        cells,
        ("お届け先住所１", "お届け先住所２", "お届け先住所３"),
        f"{order.prefecture}{order.city}{order.street}",
    )
    _lines(cells, ("お届け先名称１", "お届け先名称２"), order.recipient_name)


def _sender(cells: Cells, sender: Sender) -> None:
    cells.text("お客様コード", sender.billing_code, 12)
    cells.phone("ご依頼主電話番号", sender.phone, _PHONE)
    cells.zip("ご依頼主郵便番号", sender.zip)
    _lines(
        cells,
        ("ご依頼主住所１", "ご依頼主住所２"),
        f"{sender.address} {sender.building}",
    )
    _lines(cells, ("ご依頼主名称１", "ご依頼主名称２"), sender.name)


def _lines(cells: Cells, columns: Sequence[str], value: str) -> None:
    cells.lines(columns, value, [_LINE] * len(columns), len)
