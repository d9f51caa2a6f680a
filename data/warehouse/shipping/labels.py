"""Which packages need a label, and which had one exported."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

import polars as pl

from data.model.order import Mall, Order
from data.model.shipping.order_file_label import FilePackage
from data.model.shipping.short_key import KnownPackages, PackageRef, short_key
from data.warehouse.orders.read import stored_orders
from data.warehouse.session import Connection
from data.warehouse.shipping.packages import make_is_here
from data.warehouse.shipping.shipments import OLDEST, known_packages
from data.warehouse.statements import SQL, show

_PACKAGES: Final = pl.Schema(
    {"order_number": pl.String(), "basket_id": pl.String(), "short_key": pl.String()}
)


class ToPack(NamedTuple):
    """A package without label and shipment, in its order with its people."""

    order: Order
    basket_id: str
    is_read: bool
    """Whether RMS showed the order since the export began."""


def label_orders(con: Connection, shop_id: str, *, again: bool) -> list[str]:
    """Return the orders waiting for a label; `again` adds those that had one."""
    given = {"mall": Mall.RAKUTEN.value, "shop_id": shop_id, "again": again}
    return SQL.column(con, "list_label_orders", given)


def packages_to_pack(
    con: Connection,
    shop_id: str,
    numbers: Sequence[str],
    *,
    again: bool,
    read_since: datetime,
) -> list[ToPack]:
    """Return the packages of these orders that need a label, as RMS last showed them.

    One whose order was not read since then must not be packed: it may be cancelled.
    """
    given = {
        "mall": Mall.RAKUTEN.value,
        "shop_id": shop_id,
        "numbers": list(numbers),
        "again": again,
    }
    done = set(SQL.run(con, "list_label_done", given).fetchall())
    orders = stored_orders(con, shop_id, numbers, people=True)
    return [
        ToPack(order, package.basket_id, order.observed_at >= read_since)
        for number, order in sorted(orders.items())
        for package in order.packages
        if (number, package.basket_id) not in done
    ]


def file_packages_to_pack(
    con: Connection, mall: Mall, shop_id: str, *, again: bool, today: date
) -> list[FilePackage]:
    """Return the packages of orders from order files that need a label.

    Left out is what the mall's own word shows as shipped, returned or cancelled.
    """
    given = {"mall": mall.value, "shop_id": shop_id, "again": again, "today": today}
    make_is_here(con)
    found = SQL.run(con, "list_file_packages", given)
    names = [column[0] for column in found.description or ()]
    return [
        FilePackage.model_validate(dict(zip(names, row, strict=True)))
        for row in found.fetchall()
    ]


def shared_keys(
    con: Connection, shop_id: str, now: datetime, *, mall: Mall = Mall.RAKUTEN
) -> frozenset[str]:
    """Return the short keys that stand for two packages: neither may be printed."""
    known = known_packages(con, shop_id, mall=mall, since=now - OLDEST)
    return frozenset(KnownPackages(known).shared_keys)


def record_labels(
    con: Connection,
    packages: Sequence[PackageRef],
    carrier: str,
    exported_at: datetime,
) -> None:
    """Record that the labels of these packages, all of one shop, were exported."""
    if not packages:
        return
    shop = packages[0]
    rows = [(one.order_number, one.basket_id, short_key(one)) for one in packages]
    show(con, "label_packages", pl.DataFrame(rows, schema=_PACKAGES, orient="row"))
    given = {
        "mall": shop.mall,
        "shop_id": shop.shop_id,
        "carrier": carrier,
        "exported_at": exported_at,
    }
    SQL.run(con, "record_shipping_labels", given)
    con.unregister("label_packages")
