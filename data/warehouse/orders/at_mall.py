"""Orders by where they stand at the mall.

Waiting to be confirmed, with amounts open, at an unknown status, or not shown at all.
"""

from collections.abc import Sequence

from data.model.order import RMS_STATUS, Mall
from data.warehouse.session import Connection
from data.warehouse.statements import SQL


def numbers_to_confirm(con: Connection, shop_id: str) -> list[str]:
    """Return the orders that wait for 注文確認 and whose amounts are fixed."""
    return SQL.column(con, "list_numbers_to_confirm", {"shop_id": shop_id})


def open_amounts(con: Connection, shop_id: str) -> list[str]:
    """Return the orders whose amounts the mall has not fixed yet (−9999)."""
    return SQL.column(con, "list_open_amounts", {"shop_id": shop_id})


def unknown_status(con: Connection, shop_id: str) -> list[str]:
    """Return the orders at an unknown status code of RMS; they are on hold."""
    given = {"shop_id": shop_id, "known": list(RMS_STATUS)}
    return SQL.column(con, "list_unknown_status", given)


def orders_not_at_mall(
    con: Connection, shop_id: str, numbers: Sequence[str]
) -> set[str]:
    """Return those of the orders that only a CSV knows and RMS did not show."""
    given = {
        "mall": Mall.RAKUTEN.value,
        "shop_id": shop_id,
        "numbers": list(numbers),
    }
    return set(SQL.column(con, "list_not_at_mall", given))
