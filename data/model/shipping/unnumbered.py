"""Parcels without a tracking number: how staff write them, and what RMS is told.

RMS has a code for every company (docs/rms/order-api.md §4.3) and none for a shop's own
van or counter: those are その他. No cell of a shipping row is required by its book, but
nothing says when the night job closes an order whose row has no number (§4.2), so an
order that stays open is reported like any other.
"""

import re
from enum import StrEnum
from typing import Final

from data.model.shipping.shipment import JAPAN_POST, SAGAWA, YAMATO
from data.model.shipping.tracking_number import as_written

OTHER_COMPANY: Final = "1000"
ALWAYS_NUMBERED: Final = frozenset({YAMATO, SAGAWA})
"""Companies that number every parcel: one without was only not written yet."""


class UnnumberedWay(StrEnum):
    """How goods leave without a tracking number; the value is the form's choice."""

    POST = "定形外郵便"
    OWN_DELIVERY = "自社配送"
    PICKUP = "店頭受取"
    NOTHING_SENT = "発送なし"
    """Downloads, services: RMS's delivery method 発送を伴わない."""

    @property
    def company(self) -> str:
        """RMS's code of the delivery company."""
        return JAPAN_POST if self is UnnumberedWay.POST else OTHER_COMPANY


_ALSO: Final = {
    UnnumberedWay.POST: (
        "定形外 定形 定形郵便 定形郵便物 定形外郵便物 普通郵便 第一種郵便 "
        "スマートレター ミニレター"
    ),
    UnnumberedWay.OWN_DELIVERY: "自社便 自社配達 自社 店舗配送 直接配達 直接配送",
    UnnumberedWay.PICKUP: (
        "店頭渡し 店舗受取 店頭受け取り 店舗受け取り 店頭引取 来店受取"
    ),
    UnnumberedWay.NOTHING_SENT: "発送を伴わない 発送不要 配送なし 配送不要",
}
_BY_NAME: Final = {
    name: way for way, names in _ALSO.items() for name in (way.value, *names.split())
}
_NO_NUMBER: Final = re.compile(
    r"(?:(?:お荷物)?(?:伝票)?番号|送り状(?:番号)?|追跡(?:番号)?)?(?:なし|無し|無)"
)


def unnumbered_way(company: str) -> UnnumberedWay | None:
    """Return the way that a cell for the delivery company names; None if none."""
    return _BY_NAME.get(re.sub(r"\s", "", as_written(company)))


def says_no_number(cell: str) -> bool:
    """Return whether a cell says in words that the parcel has no number.

    A blank cell is rather a label that was not printed yet.
    """
    return _NO_NUMBER.fullmatch(re.sub(r"\s", "", as_written(cell))) is not None
