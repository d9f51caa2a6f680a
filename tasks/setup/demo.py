"""`make demo`: a whole shop on this machine, from an empty folder to orders in DuckDB.

Everything it makes is in its own folder, which it empties at the start; a folder that
holds a real shop's warehouse is refused.

The demo's shop on its way: applied for, connected, approved, live at its start.

The demo's parcels: in a file as B2クラウド exports it, of orders safe to pack.

The demo's stock: counted, adjusted by hand for a CSV order, told to the mall.
"""

import csv
import os
import shutil
import signal
import time
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Final

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from connectors.carriers.layouts.yamato_b2 import COLUMNS
from connectors.notices.spool import Spool
from connectors.settings import read_settings
from data.model.japan_time import JST, in_japan
from data.model.label import why_not_pack
from data.model.notice import Notice, NoticeKind, notice_key
from data.model.onboarding import Stage
from data.model.short_key import PackageRef, short_key
from data.model.tracking_number import check_digit
from data.warehouse.ask import ask
from data.warehouse.orders import count_orders, stored_orders
from data.warehouse.session import warehouse
from data.warehouse.shipping.labels import label_orders
from tasks.setup.services import Desk, open_desk

APPLICATION = {
    "company_name": "株式会社見本",
    "shop_name": "見本茶舗",
    "rakuten_pay": "あり",
    "shop_url": "https://www.rakuten.co.jp/demo-shop/",
    "shop_email": "tencho@mihon.example",
    "contact_phone": "03-0000-1234",
    "contact_name": "見本 花子",
}
BEFORE_KEY = (Stage.APPLIED, Stage.AWAITING_API, Stage.KEY_REGISTERED)
ONBOARDING_PATIENCE_S = 90
SETTLED = """
SELECT order_number, reason
FROM notices
WHERE settled_at IS NOT NULL
ORDER BY received_at
"""


def onboard(desk: Desk, console: Console, at: datetime) -> None:
    """Take the shop from its application to 稼働中; sell on both sides of its start.

    The start is 09:00 of yesterday, so that nobody has to wait for it; the
    notice of an order before it is put where the receiver would have kept it.
    """
    console.rule("a shop's way: onboard-shop and check-connection, step by step")
    starts = in_japan(at).replace(hour=9, minute=0, second=0, microsecond=0)
    starts -= timedelta(days=1)
    (before,) = desk.sandbox.sell(1, "plain", over_days=0)
    keep_notice(desk, before, starts - timedelta(hours=1))
    desk.run("onboard-shop/manual", application=APPLICATION)
    for stage in BEFORE_KEY:
        desk.run("onboard-shop/manual", step=stage)
    desk.run("check-connection/0850")
    desk.run("onboard-shop/manual", step=Stage.AWAITING_NOTICES)
    desk.run(
        "onboard-shop/manual",
        step=Stage.AWAITING_START,
        start_on=f"{starts:%Y-%m-%d}",
        approved_at=f"{starts - timedelta(days=3):%Y-%m-%dT%H:%M}",
    )
    desk.sandbox.settings(notify_url=desk.receiver)
    (after,) = desk.sandbox.sell(1, "plain", over_days=0)
    show_both_sides(desk, console, {before: "before the start", after: "after it"})


def keep_notice(desk: Desk, number: str, received_at: datetime) -> None:
    """Leave a notice in the spool as if it had come at that moment."""
    shop_id = desk.sandbox.shops["demo"].shop_id
    notice = Notice(
        notice_key=notice_key(shop_id, NoticeKind.ORDER, number, "1"),
        shop_id=shop_id,
        order_number=number,
        kind=NoticeKind.ORDER,
        received_at=received_at.astimezone(JST),
    )
    Spool(desk.home / "spool").keep([notice])


def show_both_sides(desk: Desk, console: Console, sold: dict[str, str]) -> None:
    """Wait for the drain, and print what became of each of the notices."""
    give_up_at = time.monotonic() + ONBOARDING_PATIENCE_S
    while len(rows := ask(desk.warehouse, SETTLED).rows()) < len(sold):
        if time.monotonic() > give_up_at:
            console.print("the notices still wait; the next minute's run has them")
            return
        time.sleep(1)
    for number, reason in rows:
        console.print(f"order {number}, {sold.get(number, 'sold later')}: {reason}")


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


WAITING = "SELECT order_number FROM manual_stock_adjustments ORDER BY ALL"


def keep_stock(desk: Desk, console: Console) -> None:
    """Count what the sandbox has, adjust a CSV order by hand, tell the mall."""
    console.rule("stock: import-stock-count, adjust-stock, push-inventory")
    desk.run("import-stock-count/manual", path=str(count_file(desk)))
    waiting = ask(desk.warehouse, WAITING)
    (number,) = waiting["order_number"].head(1)
    console.print(
        f"{len(waiting)} lines of CSV orders wait; order {number} is adjusted"
    )
    desk.run(
        "adjust-stock/manual",
        adjustments=[{"order_number": number}],
        who="demo",
        note="棚から出した (taken from the shelf)",
    )
    desk.run("push-inventory/0900")


def count_file(desk: Desk) -> Path:
    """Write a count of what the sandbox has on sale, as a person would."""
    rows = [
        f"{row['manageNumber']},{row['variantId']},{row['quantity']}"
        for row in desk.sandbox.stock()
        if row["known"]
    ]
    path = desk.home / "stock_count.csv"
    head = "商品管理番号,SKU管理番号,数量"
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return path


MARK = ".demo"
ORDERS = 200
LATER = 5
LATER_EVERY_S = 8
PATIENCE_S = 120
STORED = "SELECT count(*) FROM orders"
NOTICE = """curl -H 'Content-Type: text/xml' {receiver} --data-binary '\
<orderNotifyModel><authModel><contractId>{shop.contract_id}</contractId>\
<shopUrl>{shop.shop_url}</shopUrl><authKey>{shop.notice_auth_key}</authKey></authModel>\
<orderInfoNotifyModel><orderNumber>{number}</orderNumber><seqId>1</seqId>\
</orderInfoNotifyModel></orderNotifyModel>'"""
WAITED = """
SELECT epoch(settled_at - received_at) AS waited_s
FROM notices
ORDER BY received_at DESC
"""
console = Console(soft_wrap=True)


class NotADemoFolder(RuntimeError):
    """The folder holds a warehouse that no demo made."""


def empty_folder(home: Path) -> None:
    """Empty a demo's folder, so that every demo starts from nothing.

    Raises:
        NotADemoFolder: it holds a warehouse without the demo's mark.

    """
    if (home / "juchu.duckdb").exists() and not (home / MARK).exists():
        raise NotADemoFolder(
            f"{home} holds a warehouse that is not a demo's."
            " 対処: JUCHU_HOME に別のフォルダを指定して実行してください"
            " (set JUCHU_HOME to another folder)."
        )
    if (home / MARK).exists():
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARK).touch()


def work_the_day(desk: Desk) -> None:
    """Take the shop live, let it sell and stumble twice, and run the day's flows."""
    onboard(desk, console, datetime.now(JST))
    console.rule("the sandbox sells and sends notices")
    before = ask(desk.warehouse, STORED).item()
    desk.sandbox.sell(ORDERS, "mixed")
    wait_for_orders(desk, f"{ORDERS} orders sold at once", before + ORDERS)
    console.rule("and one by one: from a notice to its order in DuckDB")
    desk.sandbox.sell(LATER, "plain", every_s=LATER_EVERY_S)
    title = f"{LATER} orders, one each {LATER_EVERY_S} s"
    wait_for_orders(desk, title, before + ORDERS + LATER)
    show_latency(desk)
    console.rule("the morning: daily/0900")
    desk.sandbox.fault("503", function="getOrder", times=2)
    console.print("the next two getOrder calls answer 503")
    desk.run("daily/0900")
    console.rule("a mall's own file: import-order-csv/manual")
    desk.run("import-order-csv/manual", path="data/samples/rakuten.csv", mall="rakuten")
    keep_stock(desk, console)
    ship_parcels(desk, console)


def wait_for_orders(desk: Desk, title: str, wanted: int) -> None:
    """Show how many orders are in the warehouse until all are, or time is up."""
    give_up_at = time.monotonic() + PATIENCE_S
    with Progress(console=console) as progress:
        bar = progress.add_task(title, total=wanted)
        while (stored := ask(desk.warehouse, STORED).item()) < wanted:
            progress.update(bar, completed=stored)
            if time.monotonic() > give_up_at:
                console.print("some notices still wait; the next minute's run has them")
                return
            time.sleep(1)
        progress.update(bar, completed=stored)


def show_latency(desk: Desk) -> None:
    """Print how long the notices that came one by one took to become orders."""
    waited_s = ask(desk.warehouse, WAITED)["waited_s"].head(LATER).to_list()
    console.print(
        f"notice → order in DuckDB: median {median(waited_s):.1f} s, longest"
        f" {max(waited_s):.1f} s (all of them: data/marts/notice_latency.sql)"
    )


def show_summary(desk: Desk) -> None:
    """Print what is in the warehouse now, and where to look next."""
    table = Table("status", "orders", "request_total (yen)", title="注文 (orders)")
    with warehouse(desk.warehouse) as con:
        for row in count_orders(con, desk.sandbox.shops["demo"].shop_id):
            table.add_row(row.status, f"{row.orders:,}", f"{row.request_total:,}")
    console.print(table)
    console.print(f"Prefect UI   {desk.ui}/v2/runs")
    console.print(f"RMS sandbox  {desk.sandbox.url}")
    console.print(f"Receiver     {desk.receiver}")
    console.print(
        f"Query        JUCHU_HOME={desk.home} make query"
        ' SQL="FROM orders SELECT status, count(*) GROUP BY ALL"'
    )
    console.print(
        f"             JUCHU_HOME={desk.home} make query"
        ' SQL="FROM manual_stock_adjustments"'
    )
    desk.sandbox.settings(notify_url=None)
    (number,) = desk.sandbox.sell(1, "plain", over_days=0)
    desk.sandbox.settings(notify_url=desk.receiver)
    shop = desk.sandbox.shops["demo"]
    notice = NOTICE.format(receiver=desk.receiver, shop=shop, number=number)
    console.print(
        f"Notice       of order {number}, which none has come of; yours to send:"
    )
    console.print(notice, markup=False, highlight=False)


def main() -> None:
    """Open the desk, work the day, show the result; stay until Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    home = read_settings().home.absolute()
    if "JUCHU_HOME" not in os.environ:
        home /= "demo"  # never beside a real shop's orders
    empty_folder(home)
    console.rule("starting Prefect, the RMS sandbox, the receiver and a worker")
    console.print(f"everything is in {home} (logs in logs/)")
    try:
        with open_desk(home) as desk:
            work_the_day(desk)
            show_summary(desk)
            if os.environ.get("DEMO_ONCE") != "1":
                console.print("Ctrl-C stops everything.")
                signal.pause()
    except KeyboardInterrupt:
        console.print("stopped")


if __name__ == "__main__":
    main()
