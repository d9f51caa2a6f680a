"""Shops: what is known of each beside its keys, which never come here."""

from dataclasses import asdict, dataclass
from datetime import datetime

from data.model.japan_time import in_japan
from data.model.order import Mall
from data.model.shop import ShopHandle
from data.warehouse.session import Connection
from data.warehouse.statements import SQL


@dataclass(frozen=True)
class ShopState:
    """What one flow found out about a shop; None is what it does not know."""

    shop: ShopHandle
    mall: Mall
    shop_id: str
    stage: str | None = None
    connection_status: str | None = None
    checked_at: datetime | None = None
    license_expires_at: datetime | None = None
    notices_start_at: datetime | None = None


def record_shop(con: Connection, state: ShopState, updated_at: datetime) -> None:
    """Write the shop's row; what is None keeps what the row holds.

    Notices that wait from before a start told now are settled by it.
    """
    given = asdict(state) | {"mall": state.mall.value, "updated_at": updated_at}
    con.execute(SQL("upsert_shop"), given)
    con.execute(SQL("settle_unread_notices"), {"settled_at": updated_at})


def notices_start_at(con: Connection, shop: ShopHandle) -> datetime | None:
    """Give the moment from which the shop's notices are ingested; None: from any."""
    rows = con.execute(SQL("find_notices_start"), {"shop": shop}).fetchall()
    return in_japan(rows[0][0]) if rows else None
