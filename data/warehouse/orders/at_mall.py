"""Orders by where they stand at the mall.

Waiting to be confirmed, with amounts open, at an unknown status, or not shown at all.
"""

from collections.abc import Sequence
from typing import Final

from data.model.order import RMS_STATUS, Mall
from data.warehouse.session import Connection
from data.warehouse.statements import SQL

PAST_CONFIRMING: Final = RMS_STATUS.keys() - {"100", "400", "800", "900"}
"""Where an order stands that was confirmed for certain (docs/rms/order-api.md §4.1)."""


def numbers_to_confirm(con: Connection, shop_id: str) -> list[str]:
    """Return the orders that wait for 注文確認 and whose amounts are fixed."""
    return SQL.column(con, "list_numbers_to_confirm", {"shop_id": shop_id})


def confirmed_orders(con: Connection, shop_id: str, numbers: Sequence[str]) -> set[str]:
    """Return those of the orders that the mall shows as confirmed and not cancelled."""
    given = {
        "shop_id": shop_id,
        "numbers": list(numbers),
        "past_confirming": sorted(PAST_CONFIRMING),
    }
    return set(SQL.column(con, "list_confirmed", given))


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
