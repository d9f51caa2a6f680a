"""Notices to test with, invented; every argument is a thing some test varies."""

from data.model.notice import UNREADABLE, Notice, NoticeKind, notice_key
from data.model.order import RefusedOrder
from tests.support.orders import SHOP_ID, a_refusal, at, order_number


def a_notice(
    number: int | None = 1,
    minute: float = 5,
    kind: NoticeKind = NoticeKind.ORDER,
    shop_id: str = SHOP_ID,
) -> Notice:
    """The notice of this kind about an order at a minute, or about no order."""
    return Notice(
        notice_key=notice_key(shop_id, kind, str(number), str(minute)),
        shop_id=shop_id,
        order_number=None if number is None else order_number(number),
        kind=kind,
        subject=None if kind is NoticeKind.ORDER else "4000:1100",
        received_at=at(minute),
    )


def unreadable(number: int = 1) -> RefusedOrder:
    """What comes of an order that RMS hands out and we cannot read."""
    return a_refusal(number, UNREADABLE)


def not_handed_out(number: int = 1) -> RefusedOrder:
    """What comes of an order that RMS does not hand out."""
    return a_refusal(number, "ORDER_EXT_API_GET_ORDER_INFO_102")
