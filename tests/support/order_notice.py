"""A notice of an order, as the receiver leaves it in the spool."""

from datetime import datetime

from data.model.notice import Notice, NoticeKind, notice_key
from tasks.machine import now


def order_notice(
    shop_id: str, number: str, seq: str = "1", at: datetime | None = None
) -> Notice:
    """Return the notice that this order has come, received now or at a time."""
    return Notice(
        notice_key=notice_key(shop_id, NoticeKind.ORDER, number, seq),
        shop_id=shop_id,
        order_number=number,
        kind=NoticeKind.ORDER,
        received_at=at or now(),
    )
