"""`make demo`: a whole shop on this machine, from an empty folder to orders in DuckDB.

Everything it makes is in its own folder, which it empties at the start; a folder that
holds a real shop's warehouse is refused.
"""

import os
import shutil
import signal
import time
from datetime import datetime
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from connectors.settings import read_settings
from data.model.japan_time import JST
from data.warehouse.ask import ask
from data.warehouse.orders import count_orders
from data.warehouse.session import warehouse
from tasks.setup.demo_onboarding import onboard
from tasks.setup.demo_shipping import ship_parcels
from tasks.setup.demo_stock import keep_stock
from tasks.setup.desk import Desk, open_desk

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
