"""`make demo`: a whole shop on this machine, from an empty folder to orders in DuckDB.

Everything it makes is in its own folder, which it empties at the start; a folder that
holds a real shop's warehouse is refused. `work_the_day` is the story: the shop goes
live, sells and stumbles, and the clerk's flows run one after the other.
"""

import csv
import os
import shutil
import signal
import time
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from shlex import quote
from statistics import median
from typing import Final

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from connectors.carriers.layouts.yamato_b2 import COLUMNS
from connectors.notices.spool import Spool
from connectors.prefect_env import FILE as PREFECT_ENV
from connectors.prefect_env import LOGIN
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
from tasks.setup.demo_orders import write_order_file
from tasks.setup.services import Services, open_services

MARK: Final = ".demo"
"""The file that marks a folder as a demo's, to be emptied."""
APPLICATION: Final = {
    "company_name": "株式会社見本",
    "shop_name": "見本茶舗",
    "rakuten_pay": "あり",
    "shop_url": "https://www.rakuten.co.jp/demo-shop/",
    "shop_email": "tencho@mihon.example",
    "contact_phone": "03-0000-1234",
    "contact_name": "見本 花子",
}
BEFORE_KEY: Final = (Stage.APPLIED, Stage.AWAITING_API, Stage.KEY_REGISTERED)
ORDERS: Final = 200
LATER: Final = 5
LATER_EVERY_S: Final = 8
CSV_ORDERS: Final = 2
"""Orders of the file that no notice tells of, and as many that the warehouse has."""
PARCELS: Final = 20
FIRST_NUMBER: Final = 40000000000
"""Eleven digits; the check digit makes them a number of Yamato's."""
SETTLED_WITHIN_S: Final = 90
STORED_WITHIN_S: Final = 120
SETTLED: Final = """
SELECT order_number, reason
FROM notices
WHERE settled_at IS NOT NULL
ORDER BY received_at
"""
STORED: Final = "SELECT count(*) FROM orders"
WAITED: Final = """
SELECT epoch(settled_at - received_at) AS waited_s
FROM notices
ORDER BY received_at DESC
"""
SHIPPABLE: Final = """
SELECT order_number
FROM orders
WHERE mall_status = '300' AND source = 'api'
ORDER BY ordered_at DESC
"""
WAITING: Final = "SELECT order_number FROM manual_stock_adjustments ORDER BY ALL"
VERIFIED: Final = "SELECT count(*) FROM shipments WHERE state = 'verified'"
NOTICE: Final = """curl -H 'Content-Type: text/xml' {receiver} --data-binary '\
<orderNotifyModel><authModel><contractId>{shop.contract_id}</contractId>\
<shopUrl>{shop.shop_url}</shopUrl><authKey>{shop.notice_auth_key}</authKey></authModel>\
<orderInfoNotifyModel><orderNumber>{number}</orderNumber><seqId>1</seqId>\
</orderInfoNotifyModel></orderNotifyModel>'"""
console = Console(soft_wrap=True)


class NotADemoFolder(RuntimeError):
    """The folder holds a warehouse that no demo made."""


def main() -> None:
    """Start everything, work the day and print the result; run on until Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    home = read_settings().home.absolute()
    if "JUCHU_HOME" not in os.environ:
        home /= "demo"  # never beside a real shop's orders
    empty_folder(home)
    console.rule("starting Prefect, the RMS sandbox, the receiver and a worker")
    console.print(f"everything is in {home} (logs in logs/)")
    try:
        with open_services(home) as services:
            work_the_day(services)
            show_summary(services)
            if os.environ.get("DEMO_ONCE") != "1":
                console.print("Ctrl-C stops everything.")
                signal.pause()
    except KeyboardInterrupt:
        console.print("stopped")


def empty_folder(home: Path) -> None:
    """Empty a demo's folder, so that every demo starts from nothing.

    Raises:
        NotADemoFolder: it holds a warehouse without the demo's mark.

    """
    if (home / "juchu.duckdb").exists() and not (home / MARK).exists():
        raise NotADemoFolder(
            f"{home} にはデモ用ではないデータベースがあります。"
            "対処: JUCHU_HOME に別のフォルダを指定して実行してください。"
        )
    if (home / MARK).exists():
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARK).touch()


def work_the_day(services: Services) -> None:
    """Take the shop live, let it sell and stumble twice, and run the day's flows."""
    onboard(services, datetime.now(JST))
    console.rule("the sandbox sells and sends notices")
    before = ask(services.warehouse, STORED).item()
    services.sandbox.sell(ORDERS, "mixed")
    wait_for_orders(services, f"{ORDERS} orders sold at once", before + ORDERS)
    console.rule("and one by one: from a notice to its order in DuckDB")
    services.sandbox.sell(LATER, "plain", every_s=LATER_EVERY_S)
    title = f"{LATER} orders, one each {LATER_EVERY_S} s"
    wait_for_orders(services, title, before + ORDERS + LATER)
    show_latency(services)
    console.rule("the morning: daily/0900")
    services.sandbox.fault("503", function="getOrder", times=2)
    console.print("the next two getOrder calls answer 503")
    services.run("daily/0900")
    console.rule("a mall's own file: import-order-csv/manual")
    import_orders(services)
    keep_stock(services)
    ship_parcels(services)


def onboard(services: Services, at: datetime) -> None:
    """Take the shop from its application to 稼働中; sell on both sides of its start.

    The start is 09:00 of yesterday, so that nobody has to wait for it; the notice of an
    order before it is put where the receiver would have kept it.
    """
    console.rule("a shop's way: onboard-shop and check-connection, step by step")
    starts = in_japan(at).replace(hour=9, minute=0, second=0, microsecond=0)
    starts -= timedelta(days=1)
    (before,) = services.sandbox.sell(1, "plain", over_days=0)
    keep_notice(services, before, starts - timedelta(hours=1))
    services.run("onboard-shop/manual", application=APPLICATION)
    for stage in BEFORE_KEY:
        services.run("onboard-shop/manual", step=stage)
    services.run("check-connection/0850")
    services.run("onboard-shop/manual", step=Stage.AWAITING_NOTICES)
    services.run(
        "onboard-shop/manual",
        step=Stage.AWAITING_START,
        start_on=f"{starts:%Y-%m-%d}",
        approved_at=f"{starts - timedelta(days=3):%Y-%m-%dT%H:%M}",
    )
    services.sandbox.settings(notify_url=services.receiver)
    (after,) = services.sandbox.sell(1, "plain", over_days=0)
    show_both_sides(services, {before: "before the start", after: "after it"})


def keep_notice(services: Services, number: str, received_at: datetime) -> None:
    """Leave a notice in the spool as if it had come at that moment."""
    shop_id = services.sandbox.shops["demo"].shop_id
    notice = Notice(
        notice_key=notice_key(shop_id, NoticeKind.ORDER, number, "1"),
        shop_id=shop_id,
        order_number=number,
        kind=NoticeKind.ORDER,
        received_at=received_at.astimezone(JST),
    )
    Spool(services.home / "spool").keep([notice])


def show_both_sides(services: Services, sold: dict[str, str]) -> None:
    """Wait for the drain, and print what became of each of the notices."""
    give_up_at = time.monotonic() + SETTLED_WITHIN_S
    while len(rows := ask(services.warehouse, SETTLED).rows()) < len(sold):
        if time.monotonic() > give_up_at:
            console.print("the notices still wait; the next minute's run has them")
            return
        time.sleep(1)
    for number, reason in rows:
        console.print(f"order {number}, {sold.get(number, 'sold later')}: {reason}")


def wait_for_orders(services: Services, title: str, wanted: int) -> None:
    """Wait until all orders are stored or time is up, and show the progress."""
    give_up_at = time.monotonic() + STORED_WITHIN_S
    with Progress(console=console) as progress:
        bar = progress.add_task(title, total=wanted)
        while (stored := ask(services.warehouse, STORED).item()) < wanted:
            progress.update(bar, completed=stored)
            if time.monotonic() > give_up_at:
                console.print("some notices still wait; the next minute's run has them")
                return
            time.sleep(1)
        progress.update(bar, completed=stored)


def show_latency(services: Services) -> None:
    """Print how long the notices that came one by one took to become orders."""
    waited_s = ask(services.warehouse, WAITED)["waited_s"].head(LATER).to_list()
    console.print(
        f"notice → order in DuckDB: median {median(waited_s):.1f} s, longest"
        f" {max(waited_s):.1f} s (all of them: data/marts/notice_latency.sql)"
    )


def import_orders(services: Services) -> None:
    """Import a download with orders the warehouse has, RMS has, and nobody else has.

    The search that follows meets them: what RMS knows becomes its own again.
    """
    sandbox = services.sandbox
    sandbox.settings(notify_url=None)  # the file is to be first to tell of some
    unheard = sandbox.sell(CSV_ORDERS, "plain", over_days=0)
    sandbox.settings(notify_url=services.receiver)
    stored = ask(services.warehouse, SHIPPABLE)["order_number"].head(CSV_ORDERS)
    at_rms = sandbox.orders()
    known = [at_rms[number] for number in (*unheard, *stored)]
    path = write_order_file(services.home / "rakuten.csv", known)
    services.run("import-order-csv/manual", path=str(path), mall="rakuten")
    console.print(
        f"RMS knows {len(known)} of its orders; the others are listed as RMSにない注文"
    )
    services.run("ingest-orders/0900")


def keep_stock(services: Services) -> None:
    """Count what the sandbox has, adjust a CSV order by hand, push to the mall."""
    console.rule("stock: import-stock-count, adjust-stock, push-inventory")
    services.run("import-stock-count/manual", path=str(count_file(services)))
    waiting = ask(services.warehouse, WAITING)
    (number,) = waiting["order_number"].head(1)
    console.print(
        f"{len(waiting)} lines of CSV orders wait; order {number} is adjusted"
    )
    services.run(
        "adjust-stock/manual",
        adjustments=[{"order_number": number}],
        who="demo",
        note="棚から出した",
    )
    services.run("push-inventory/0900")


def count_file(services: Services) -> Path:
    """Write a count of what the sandbox has on sale, and return its path."""
    rows = [
        f"{row['manageNumber']},{row['variantId']},{row['quantity']}"
        for row in services.sandbox.stock()
        if row["known"]
    ]
    path = services.home / "stock_count.csv"
    head = "商品管理番号,SKU管理番号,数量"
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return path


def ship_parcels(services: Services) -> None:
    """Import a carrier's file for orders that are safe to pack, and push to the mall.

    Pushed twice, to show that the second push has nothing to report; then one number
    turns out to be wrong, and the corrected file changes its row.
    """
    console.rule("shipping: import-shipments, push-tracking")
    packages = safe_packages(services.warehouse, services.sandbox.shops["demo"].shop_id)
    at = datetime.now(JST)
    path = parcel_file(services.home / "b2.csv", packages, at)
    console.print(f"{path}: {len(packages)} parcels, as B2クラウド exports them")
    services.run("import-shipments/manual", path=str(path), carrier="yamato")
    services.run("push-tracking/0900")
    verified = ask(services.warehouse, VERIFIED).item()
    console.print(f"{verified} of {len(packages)} parcels verified: RMS shows them")
    console.print("pushed again, nothing is left to report; then a number is corrected")
    services.run("push-tracking/0900")
    wrong, right = (a_number(nth) for nth in (0, PARCELS))
    path = correction(services.home / "correction.csv", packages[0], wrong, right, at)
    services.run("import-shipments/manual", path=str(path), carrier="template")
    services.run("push-tracking/0900")


def safe_packages(path: Path, shop_id: str) -> list[PackageRef]:
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
    return list(islice(safe, PARCELS))


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


def show_summary(services: Services) -> None:
    """Print what is in the warehouse now, and where to look next."""
    table = Table("status", "orders", "request_total (yen)", title="注文 (orders)")
    with warehouse(services.warehouse) as con:
        for row in count_orders(con, services.sandbox.shops["demo"].shop_id):
            table.add_row(row.status, f"{row.orders:,}", f"{row.request_total:,}")
    console.print(table)
    login = services.home / PREFECT_ENV
    console.print(f"Prefect UI   {services.ui}/v2/runs")
    console.print(f"Login        the text behind {LOGIN}= in {login}")
    console.print(f"RMS sandbox  {services.sandbox.url}")
    console.print(f"Receiver     {services.receiver}")
    console.print(
        f"Query        JUCHU_HOME={services.home} make query"
        ' SQL="FROM orders SELECT status, count(*) GROUP BY ALL"'
    )
    console.print(
        f"             JUCHU_HOME={services.home} make query"
        ' SQL="FROM manual_stock_adjustments"'
    )
    console.print(f"Shell        set -a; . {quote(str(login))}; set +a")
    console.print("             .venv/bin/prefect deployment run 'daily/0900' --watch")
    services.sandbox.settings(notify_url=None)
    (number,) = services.sandbox.sell(1, "plain", over_days=0)
    services.sandbox.settings(notify_url=services.receiver)
    shop = services.sandbox.shops["demo"]
    notice = NOTICE.format(receiver=services.receiver, shop=shop, number=number)
    console.print(
        f"Notice       of order {number}, which none has come of; yours to send:"
    )
    console.print(notice, markup=False, highlight=False)


if __name__ == "__main__":
    main()
