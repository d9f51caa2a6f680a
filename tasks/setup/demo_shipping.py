"""The demo's parcels: a file as B2クラウド exports it, of orders safe to pack."""

import csv
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from connectors.carriers.layouts.yamato_b2 import COLUMNS
from data.model.japan_time import in_japan
from data.model.shipment import why_not_pack
from data.model.short_key import PackageRef, short_key
from data.model.tracking import check_digit
from data.warehouse.labels import label_orders
from data.warehouse.session import warehouse
from data.warehouse.stored_orders import stored_orders

PARCELS: Final = 20
FIRST_NUMBER: Final = 40000000000
"""Eleven digits; the check digit makes them a number of Yamato's."""


def safe_packages(path: Path, shop_id: str) -> list[PackageRef]:
    """Name the shop's first packages that could be packed now."""
    with warehouse(path) as con:
        numbers = label_orders(con, shop_id, again=False)
        orders = stored_orders(con, shop_id, numbers)
    safe = (
        PackageRef(order.mall, shop_id, number, package.basket_id)
        for number, order in sorted(orders.items())
        for package in order.packages
        if not why_not_pack(order, package.basket_id)
    )
    return list(islice(safe, PARCELS))


def parcel_file(path: Path, packages: list[PackageRef], at: datetime) -> Path:
    """Write the B2 file of these packages, one parcel each, leaving at `at`."""
    with path.open("w", encoding="cp932", newline="") as file:
        rows = csv.DictWriter(file, COLUMNS, restval="", quoting=csv.QUOTE_ALL)
        rows.writeheader()
        for nth, package in enumerate(packages):
            number = f"{FIRST_NUMBER + nth}"
            rows.writerow(
                {
                    "お客様管理番号": short_key(package),
                    "伝票番号": f"{number}{check_digit(number)}",
                    "出荷予定日": f"{in_japan(at):%Y/%m/%d}",
                }
            )
    return path
