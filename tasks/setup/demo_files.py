"""The files that a clerk would have on the demo's day: a count, a carrier's export."""

import csv
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from connectors.carriers.layouts.yamato_b2 import COLUMNS
from data.model.japan_time import in_japan
from data.model.shipping.label import why_not_pack
from data.model.shipping.short_key import PackageRef, short_key
from data.model.shipping.tracking_number import check_digit
from data.warehouse.orders.read import stored_orders
from data.warehouse.session import warehouse
from data.warehouse.shipping.labels import label_orders

FIRST_NUMBER: Final = 40000000000
"""Eleven digits; the check digit makes them a number of Yamato's."""


def count_file(path: Path, stock: Iterable[Mapping[str, Any]], missing: int) -> Path:
    """Write a count of what RMS has on sale, and return its path.

    Of the first listing so many units are `missing` on the shelf.
    """
    counted = [row for row in stock if row["known"]]
    rows = [
        f"{row['manageNumber']},{row['variantId']},"
        f"{row['quantity'] - (0 if nth else missing)}"
        for nth, row in enumerate(counted)
    ]
    head = "商品管理番号,SKU管理番号,数量"
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return path


def safe_packages(path: Path, shop_id: str, most: int) -> list[PackageRef]:
    """Return the shop's first packages that could be packed now."""
    with warehouse(path) as con:
        numbers = label_orders(con, shop_id, again=False)
        orders = stored_orders(con, shop_id, numbers)
    safe = (
        PackageRef(order.mall, shop_id, number, package.basket_id)
        for number, order in sorted(orders.items())
        for package in order.packages
        if not why_not_pack(order, package.basket_id)
    )
    return list(islice(safe, most))


def parcel_file(path: Path, packages: list[PackageRef], at: datetime) -> Path:
    """Write the B2 file of these packages, one parcel each, shipped at `at`."""
    with path.open("w", encoding="cp932", newline="") as file:
        rows = csv.DictWriter(file, COLUMNS, restval="", quoting=csv.QUOTE_ALL)
        rows.writeheader()
        for nth, package in enumerate(packages):
            rows.writerow(
                {
                    "お客様管理番号": short_key(package),
                    "伝票番号": a_number(nth),
                    "出荷予定日": f"{in_japan(at):%Y/%m/%d}",
                }
            )
    return path


def correction(
    path: Path, package: PackageRef, wrong: str, right: str, at: datetime
) -> Path:
    """Write our template with the right number in place of the wrong one."""
    row = {
        "注文番号": short_key(package),
        "配送会社": "ヤマト運輸",
        "伝票番号": right,
        "発送日": f"{in_japan(at):%Y/%m/%d}",
        "訂正前の伝票番号": wrong,
    }
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, row)
        rows.writeheader()
        rows.writerow(row)
    return path


def a_number(nth: int) -> str:
    """Return a tracking number of Yamato's with the right check digit."""
    number = f"{FIRST_NUMBER + nth}"
    return f"{number}{check_digit(number)}"
