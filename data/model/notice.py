"""A notice: Rakuten's word that there is a reason to look at an order.

It is never the news itself: the order is always read back with our own key
(rms/event-notification.md §1).
"""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Annotated

from pydantic import StringConstraints

from data.model.order import Frozen, Instant, OrderNumber, RefusedOrder

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=30)
GIVE_UP_AFTER = timedelta(hours=24)
"""An order still unreadable a day after its notice is a matter for a person."""

UNREADABLE = "UNREADABLE"
"""Code of an order that the mall hands out and whose fields juchu cannot read."""


class NoticeKind(StrEnum):
    """What a notice is about; all but the last name an order to look at."""

    ORDER = "order"
    CHANGED = "changed"
    SCREENING = "screening"
    CAUTION = "caution"
    OTHER = "other"


class NoticeReason(StrEnum):
    """How a notice ended: the order stands at what it announced, or why not."""

    STORED = "stored"
    KNOWN = "known"
    BEFORE_START = "before_start"
    NO_ORDER = "no_order"
    REFUSED = "refused"
    EXHAUSTED = "exhausted"


class Notice(Frozen):
    """One notice as it was received; free of personal data and of keys."""

    notice_key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    shop_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,32}$")]
    order_number: OrderNumber | None
    kind: NoticeKind
    subject: str | None = None
    """The pair serviceId:functionId of a system notice."""
    received_at: Instant


def notice_key(shop_id: str, kind: NoticeKind, *marks: str) -> str:
    """Name a notice so that a repeat of it, whenever it comes, has the same name.

    The marks are what Rakuten numbers it by: order number and seqId, or requestId.
    """
    return sha256("\n".join((shop_id, kind, *marks)).encode()).hexdigest()


def is_handed_out(refused: RefusedOrder) -> bool:
    """Tell an order the mall shows but juchu cannot read from one it does not show.

    Looking again helps the second only. Codes nobody knows yet count as the second,
    because a look too many costs less than one too few (rms/order-api.md §1.7).
    """
    return refused.code == UNREADABLE


def next_look(received_at: datetime, now: datetime, looks: int) -> datetime | None:
    """Say when to look again after `looks` looks in vain, or None: give up.

    Waits double from one minute up to half an hour.
    """
    if now - received_at >= GIVE_UP_AFTER:
        return None
    doublings = min(max(looks - 1, 0), 5)
    return now + min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
