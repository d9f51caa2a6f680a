"""The demo's parcels: in a file as B2クラウド exports it, of orders safe to pack."""

import csv
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final

from rich.console import Console

from connectors.carriers.layouts.yamato_b2 import COLUMNS
from data.model.japan_time import JST, in_japan
from data.model.shipment import why_not_pack
from data.model.short_key import PackageRef, short_key
from data.model.tracking import check_digit
from data.warehouse.ask import ask
from data.warehouse.labels import label_orders
from data.warehouse.session import warehouse
from data.warehouse.stored_orders import stored_orders
from tasks.setup.desk import Desk

PARCELS: Final = 20
FIRST_NUMBER: Final = 40000000000
"""Eleven digits; the check digit makes them a number of Yamato's."""
VERIFIED: Final = "SELECT count(*) FROM shipments WHERE state = 'verified'"


def ship_parcels(desk: Desk, console: Console) -> None:
    """Import a carrier's file for orders that are safe to pack, and tell the mall.

    Pushed twice, to show that the second time nothing is left to say; then one number
    turns out to be wrong, and the corrected file changes its row.
    """
    console.rule("shipping: import-shipments, push-tracking")
    packages = safe_packages(desk.warehouse, desk.sandbox.shops["demo"].shop_id)
    at = datetime.now(JST)
    path = parcel_file(desk.home / "b2.csv", packages, at)
    console.print(f"{path}: {len(packages)} parcels, as B2クラウド exports them")
    desk.run("import-shipments/manual", path=str(path), carrier="yamato")
    desk.run("push-tracking/0900")
    verified = ask(desk.warehouse, VERIFIED).item()
    console.print(f"{verified} of {len(packages)} parcels verified: RMS shows them")
    console.print("pushed again, there is nothing to say; a wrong number is corrected")
    desk.run("push-tracking/0900")
    wrong, right = (a_number(nth) for nth in (0, PARCELS))
    path = correction(desk.home / "correction.csv", packages[0], wrong, right, at)
    desk.run("import-shipments/manual", path=str(path), carrier="template")
    desk.run("push-tracking/0900")


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
    """Write our plain file that puts the right number where the wrong one stands."""
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
    """Make a tracking number of Yamato's with the right check digit."""
    number = f"{FIRST_NUMBER + nth}"
    return f"{number}{check_digit(number)}"
