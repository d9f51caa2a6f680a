"""`make demo`: a whole shop on this machine, from an empty folder to orders in DuckDB.

Everything it makes is in its own folder, which it empties at the start; a folder that
holds anything else is refused. `work_the_day` is the story: the shop goes live, sells
and stumbles, and the clerk's flows run one after the other.
"""

import os
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from shlex import quote
from statistics import median
from typing import Any, Final

from prefect.client.schemas.objects import FlowRun
from rich.console import Console
from rich.table import Table

from connectors.notices.spool import Spool
from connectors.prefect_env import FILE as PREFECT_ENV
from connectors.prefect_env import LOGIN
from connectors.settings import read_settings
from data.model.japan_time import JST, in_japan
from data.model.notice import Notice, NoticeKind, notice_key
from data.model.onboarding import Stage
from data.model.short_key import PackageRef
from data.warehouse.ask import ask
from data.warehouse.orders import count_orders
from data.warehouse.session import warehouse
from data.warehouse.stock.ledger import explain_level
from tasks.setup.demo_files import (
    a_number,
    correction,
    count_file,
    parcel_file,
    safe_packages,
)
from tasks.setup.demo_orders import write_order_file
from tasks.setup.services import Services, open_services
from tasks.setup.story import Story
from tasks.stock.plots import level_chart, save_chart

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
SENDER: Final = {
    "JUCHU_SENDER_NAME": "見本茶舗",
    "JUCHU_SENDER_ZIP": "100-0001",
    "JUCHU_SENDER_ADDRESS": "東京都見本区表町1-2-3",
    "JUCHU_SENDER_PHONE": "03-0000-1234",
    "JUCHU_SENDER_BILLING_CODE": "0300001234",
}
BEFORE_KEY: Final = (Stage.APPLIED, Stage.AWAITING_API, Stage.KEY_REGISTERED)
ORDERS: Final = 200
ONE_BY_ONE: Final = 3
CSV_ORDERS: Final = 2
"""Orders of the file that no notice tells of, and as many that the warehouse has."""
PARCELS: Final = 20
STORED_WITHIN_S: Final = 120
LOOK_EVERY_S: Final = 0.5
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
WAITING: Final = """
SELECT order_number, sku, manage_number, variant_id, quantity
FROM manual_stock_adjustments JOIN sku_map USING (sku)
ORDER BY order_number
"""
VERIFIED: Final = "SELECT count(*) FROM shipments WHERE state = 'verified'"
NOTICE: Final = """curl -H 'Content-Type: text/xml' {receiver} --data-binary '\
<orderNotifyModel><authModel><contractId>{shop.contract_id}</contractId>\
<shopUrl>{shop.shop_url}</shopUrl><authKey>{shop.notice_auth_key}</authKey></authModel>\
<orderInfoNotifyModel><orderNumber>{number}</orderNumber><seqId>1</seqId>\
</orderInfoNotifyModel></orderNotifyModel>'"""
console = Console(soft_wrap=True)


class NotADemoFolder(RuntimeError):
    """The folder holds something that no demo made."""


def main() -> None:
    """Start everything, work the day and print the result; run on until Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    home = read_settings().home.absolute()
    if not os.environ.get("JUCHU_HOME"):
        home /= "demo"  # never beside a real shop's orders
    empty_folder(home)
    os.environ.update(SENDER)
    console.print(f"juchu demo in {home} (logs in logs/), about three minutes")
    story = Story(console)
    try:
        with ExitStack() as opened:
            with story.step("Prefect server, worker, receiver, an RMS; make deploy"):
                rms = ("--state", str(home / "sandbox.sqlite"))
                services = opened.enter_context(open_services(home, *rms))
            day = work_the_day(services, story)
            story.end()
            show_summary(services)
            show_doors(services, day)
            if os.environ.get("DEMO_ONCE") != "1":
                console.print("Ctrl-C stops everything.")
                signal.pause()
    except KeyboardInterrupt:
        console.print("stopped")


def empty_folder(home: Path) -> None:
    """Empty a demo's folder, so that every demo starts from nothing.

    Raises:
        NotADemoFolder: something is in it, and not the demo's mark.

    """
    if home.exists() and any(home.iterdir()) and not (home / MARK).exists():
        raise NotADemoFolder(
            f"{home} にはデモ以外のファイルがあります。"
            "対処: JUCHU_HOME に空のフォルダを指定して実行してください。"
        )
    if (home / MARK).exists():
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARK).touch()


def work_the_day(services: Services, story: Story) -> FlowRun:
    """Take the shop live, let it sell and stumble, run its flows; return the daily."""
    onboard(services, story, datetime.now(JST))
    sell(services, story)
    with story.step("ingest-orders/0900, while getOrder answers 503 twice") as step:
        services.sandbox.fault("503", function="getOrder", times=2)
        step.ended(services.run("ingest-orders/0900"))
        step.say("repeated by itself, see the run's page")
    import_orders(services, story)
    sku = keep_stock(services, story)
    packages = ship_parcels(services, story)
    with story.step("daily/0900: the clerk's morning") as step:
        daily = services.run("daily/0900")
        step.ended(daily)
        step.say(f"RMS has {units_at_rms(services, sku)} of {sku['sku']} now")
        verified = ask(services.warehouse, VERIFIED).item()
        step.say(f"{verified} of {len(packages)} parcels verified at RMS")
    correct(services, story, packages[0])
    with story.step(f"make plot SKU={sku['sku']}") as step:
        with warehouse(services.warehouse) as con:
            chart = level_chart(sku["sku"], explain_level(con, sku["sku"]))
        step.say(str(save_chart(chart, services.home / "reports", sku["sku"])[0]))
    return daily


def onboard(services: Services, story: Story, at: datetime) -> None:
    """Take the shop from its application to 稼働中; sell on both sides of its start.

    The start is 09:00 of yesterday, so that nobody has to wait for it; the notice of an
    order before it is put where the receiver would have kept it.
    """
    starts = in_japan(at).replace(hour=9, minute=0, second=0, microsecond=0)
    starts -= timedelta(days=1)
    (before,) = services.sandbox.sell(1, "plain", over_days=0)
    with story.step("onboard-shop: 申請 → API承認 → キー登録") as step:
        services.run("onboard-shop/manual", application=APPLICATION)
        for stage in BEFORE_KEY:
            run = services.run("onboard-shop/manual", step=stage)
        step.ended(run)
    with story.step("check-connection/0850") as step:
        step.ended(services.run("check-connection/0850"))
    with story.step("onboard-shop: 通知承認 → 稼働中") as step:
        services.run("onboard-shop/manual", step=Stage.AWAITING_NOTICES)
        run = services.run(
            "onboard-shop/manual",
            step=Stage.AWAITING_START,
            start_on=f"{starts:%Y-%m-%d}",
            approved_at=f"{starts - timedelta(days=3):%Y-%m-%dT%H:%M}",
        )
        step.ended(run)
    keep_notice(services, before, starts - timedelta(hours=1))
    services.sandbox.settings(notify_url=services.receiver)
    with story.step("a sale on either side of 09:00 of the first day") as step:
        (after,) = services.sandbox.sell(1, "plain", over_days=0)
        wait(lambda: len(ask(services.warehouse, SETTLED)) >= 2)
        reasons = dict(ask(services.warehouse, SETTLED).rows())
        step.say(f"before: {reasons.get(before)}, after: {reasons.get(after)}")


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


def sell(services: Services, story: Story) -> None:
    """Make the mall sell and send notices: many at once, then one after the other."""
    before = ask(services.warehouse, STORED).item()
    with story.step(f"{ORDERS} orders sold at once, each with a notice") as step:
        services.sandbox.sell(ORDERS, "mixed")
        stored = wait_for_orders(services, before + ORDERS)
        step.say(f"{stored - before} of {ORDERS} in DuckDB")
    with story.step(f"{ONE_BY_ONE} orders, one after the other") as step:
        for nth in range(1, ONE_BY_ONE + 1):
            services.sandbox.sell(1, "plain", over_days=0)
            wait_for_orders(services, stored + nth)
        waited_s = ask(services.warehouse, WAITED)["waited_s"].head(ONE_BY_ONE)
        step.say(f"notice → order in DuckDB: median {median(waited_s):.1f} s")


def wait_for_orders(services: Services, wanted: int) -> int:
    """Wait until so many orders are stored or time is up; return how many are."""
    wait(lambda: ask(services.warehouse, STORED).item() >= wanted)
    stored: int = ask(services.warehouse, STORED).item()
    return stored


def wait(has_come: Callable[[], bool]) -> None:
    """Wait until something has come, or time is up: the schedules bring it later."""
    give_up_at = time.monotonic() + STORED_WITHIN_S
    while not has_come() and time.monotonic() < give_up_at:
        time.sleep(LOOK_EVERY_S)


def import_orders(services: Services, story: Story) -> None:
    """Import a download with orders the warehouse has, RMS has, and nobody else has.

    The next search meets them: what RMS knows becomes its own again.
    """
    sandbox = services.sandbox
    sandbox.settings(notify_url=None)  # the file is to be first to tell of some
    unheard = sandbox.sell(CSV_ORDERS, "plain", over_days=0)
    sandbox.settings(notify_url=services.receiver)
    stored = ask(services.warehouse, SHIPPABLE)["order_number"].head(CSV_ORDERS)
    at_rms = sandbox.orders()
    known = [at_rms[number] for number in (*unheard, *stored)]
    path = write_order_file(services.home / "rakuten.csv", known)
    with story.step("import-order-csv/manual: a file with orders RMS knows") as step:
        step.ended(
            services.run("import-order-csv/manual", path=str(path), mall="rakuten")
        )


def keep_stock(services: Services, story: Story) -> dict[str, Any]:
    """Count what RMS has, and adjust a CSV order by hand; return its SKU.

    The push that follows writes that SKU to RMS and reads it back.
    """
    with story.step("import-stock-count/manual") as step:
        path = count_file(services.home / "stock_count.csv", services.sandbox.stock())
        step.ended(services.run("import-stock-count/manual", path=str(path)))
    with story.step("adjust-stock/manual: a CSV order, decided by a person") as step:
        waiting = ask(services.warehouse, WAITING)
        sku = waiting.row(0, named=True)
        step.ended(
            services.run(
                "adjust-stock/manual",
                adjustments=[{"order_number": sku["order_number"]}],
                who="demo",
                note="棚から出した",
            )
        )
        step.say(f"RMS has {units_at_rms(services, sku)} of {sku['sku']}")
    return sku


def units_at_rms(services: Services, sku: dict[str, Any]) -> int:
    """Return what the mall offers of a SKU, as RMS itself has it."""
    units: int = next(
        row["quantity"]
        for row in services.sandbox.stock()
        if (row["manageNumber"], row["variantId"])
        == (sku["manage_number"], sku["variant_id"])
    )
    return units


def ship_parcels(services: Services, story: Story) -> list[PackageRef]:
    """Write labels, and import the carrier's file of the parcels that left."""
    shop_id = services.sandbox.shops["demo"].shop_id
    packages = safe_packages(services.warehouse, shop_id, PARCELS)
    with story.step("export-shipping-labels/manual: B2クラウド") as step:
        step.ended(services.run("export-shipping-labels/manual", carrier="yamato"))
    with story.step(f"import-shipments/manual: {len(packages)} parcels left") as step:
        path = parcel_file(services.home / "b2.csv", packages, datetime.now(JST))
        step.ended(
            services.run("import-shipments/manual", path=str(path), carrier="yamato")
        )
    return packages


def correct(services: Services, story: Story, package: PackageRef) -> None:
    """Correct a wrong number: the row at RMS is changed, none is added."""
    wrong, right = (a_number(nth) for nth in (0, PARCELS))
    at = datetime.now(JST)
    with story.step("a wrong tracking number is corrected, push-tracking/0900") as step:
        path = correction(services.home / "correction.csv", package, wrong, right, at)
        services.run("import-shipments/manual", path=str(path), carrier="template")
        step.ended(services.run("push-tracking/0900"))


def show_summary(services: Services) -> None:
    """Print what is in the warehouse now."""
    table = Table("status", "orders", "request_total (yen)", title="注文 (orders)")
    with warehouse(services.warehouse) as con:
        for row in count_orders(con, services.sandbox.shops["demo"].shop_id):
            table.add_row(row.status, f"{row.orders:,}", f"{row.request_total:,}")
    console.print(table)


def show_doors(services: Services, day: FlowRun) -> None:
    """Print where to look next, and what to try."""
    login = services.home / PREFECT_ENV
    console.print(f"Prefect UI   {services.ui}/v2/runs")
    console.print(f"The day      {services.ui}/v2/runs/flow-run/{day.id}")
    console.print(f"Login        the text behind {LOGIN}= in {login}")
    console.print(f"RMS sandbox  {services.sandbox.url}")
    console.print(
        f"Query        JUCHU_HOME={services.home} make query"
        ' SQL="FROM orders SELECT status, count(*) GROUP BY ALL"'
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
