"""A notice (event notification): Rakuten's message that an order is new or has changed.

Its content is never used as data: it carries no signature, so the order is always read
with our own key (docs/rms/event-notification.md §1).
"""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Annotated

from pydantic import StringConstraints

from data.model.order import Frozen, Instant, OrderNumber, RefusedOrder
from data.model.shops.shop import ShopId

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(minutes=30)
GIVE_UP_AFTER = timedelta(hours=24)
"""After a day without an answer on its order a notice is left to a person."""

UNREADABLE = "UNREADABLE"
"""Code of an order that the mall returned but whose fields juchu cannot parse."""
NOT_ANSWERED = "NOT_ANSWERED"
"""Code of an order at which the mall fails each time, without a code of its own."""


class NoticeKind(StrEnum):
    """What a notice is about; all but OTHER carry an order number."""

    ORDER = "order"
    CHANGED = "changed"
    SCREENING = "screening"
    CAUTION = "caution"
    OTHER = "other"


class NoticeReason(StrEnum):
    """How a notice was settled: its order is stored, or why not."""

    STORED = "stored"
    KNOWN = "known"
    BEFORE_START = "before_start"
    NO_ORDER = "no_order"
    REFUSED = "refused"
    EXHAUSTED = "exhausted"


class Notice(Frozen):
    """One notice as it was received, without personal data and without keys."""

    notice_key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    shop_id: ShopId
    order_number: OrderNumber | None
    kind: NoticeKind
    subject: str | None = None
    """The pair serviceId:functionId of a system notice, e.g. 4000:1100."""
    received_at: Instant


def notice_key(shop_id: str, kind: NoticeKind, *marks: str) -> str:
    """Compute the key by which a repeated notice is recognised, whenever it arrives.

    The marks are Rakuten's own numbers for it: order number and seqId, or requestId.
    """
    return sha256("\n".join((shop_id, kind, *marks)).encode()).hexdigest()


def is_handed_out(refused: RefusedOrder) -> bool:
    """Return whether the mall returned the order and juchu could not parse it.

    Reading it again helps only where the mall did not return it. Unknown codes count as
    not returned: a read too many costs less than one too few (docs/rms/order-api.md
    §1.7).
    """
    return refused.code == UNREADABLE


def next_look(received_at: datetime, now: datetime, looks: int) -> datetime | None:
    """Compute the next retry time after `looks` failed attempts; None = give up.

    The waits double from one minute up to half an hour; after a day there are no more.
    """
    if now - received_at >= GIVE_UP_AFTER:
        return None
    doublings = min(max(looks - 1, 0), 5)
    return now + min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
