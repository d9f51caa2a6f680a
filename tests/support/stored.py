"""What stands in the warehouse, as tests read it."""

from typing import NamedTuple

from data.model.notice import NoticeReason
from data.model.order import Mall, RefusedOrder
from data.warehouse.session import Connection
from tests.support.orders import SHOP_ID


class NoticeCounts(NamedTuple):
    """A shop's notices: how many wait, and how the others were settled."""

    waiting: int
    settled: dict[NoticeReason, int]


def count_notices(con: Connection, shop_id: str = SHOP_ID) -> NoticeCounts:
    found = con.execute(
        "SELECT reason, count(*) FROM notices WHERE shop_id = ? GROUP BY reason",
        [shop_id],
    )
    counts = dict(found.fetchall())
    waiting = counts.pop(None, 0)
    return NoticeCounts(waiting, {NoticeReason(one): n for one, n in counts.items()})


def orders_by_status(con: Connection, shop_id: str = SHOP_ID) -> dict[str, int]:
    found = con.execute(
        "SELECT status, count(*) FROM orders WHERE shop_id = ? GROUP BY status",
        [shop_id],
    )
    return dict(found.fetchall())


def open_refusals(con: Connection) -> list[RefusedOrder]:
    """The orders that could not be taken yet, the longest waiting first."""
    found = con.execute(
        "SELECT mall, shop_id, order_number, code, reason FROM order_refusals"
        " WHERE settled_at IS NULL ORDER BY first_seen_at, order_number"
    )
    return [
        RefusedOrder(
            mall=Mall(mall),
            shop_id=shop_id,
            order_number=number,
            code=code,
            reason=reason,
        )
        for mall, shop_id, number, code, reason in found.fetchall()
    ]
