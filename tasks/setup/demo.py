"""`make demo`: a whole shop on this machine, from an empty folder to orders in DuckDB.

Everything it makes is in its own folder, which it empties at the start; a folder that
holds a real shop's warehouse is refused.
"""

import os
import shutil
import signal
from pathlib import Path

from rich.console import Console
from rich.table import Table

from connectors.settings import read_settings
from data.warehouse.orders import count_orders
from data.warehouse.session import warehouse
from tasks.setup.desk import Desk, open_desk

MARK = ".demo"
ORDERS = 200
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
    """Let the sandbox sell and stumble twice; run the deployment by the worker."""
    console.rule("2/4  the sandbox sells")
    numbers = desk.sandbox.sell(ORDERS, "mixed")
    desk.sandbox.fault("503", function="getOrder", times=2)
    console.print(f"{len(numbers)} orders sold; the next two getOrder calls answer 503")
    console.rule("3/4  prefect deployment run 'ingest-orders/0900'")
    desk.prefect("deployment", "run", "ingest-orders/0900", "--watch")
    console.rule("4/4  prefect deployment run 'import-order-csv/manual'")
    file = ("-p", "path=data/samples/rakuten.csv", "-p", "mall=rakuten")
    desk.prefect(
        "deployment",
        "run",
        "import-order-csv/manual",
        *file,
        "-p",
        "shop=demo",
        "--watch",
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
    console.print(
        f"Query        JUCHU_HOME={desk.home} make query"
        ' SQL="FROM orders SELECT status, count(*) GROUP BY ALL"'
    )
    console.print(
        f"             JUCHU_HOME={desk.home} make query"
        ' SQL="FROM manual_stock_adjustments"'
    )


def main() -> None:
    """Open the desk, work the day, show the result; stay until Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    home = read_settings().home.absolute()
    if "JUCHU_HOME" not in os.environ:
        home /= "demo"  # never beside a real shop's orders
    empty_folder(home)
    console.rule("1/4  starting Prefect, the RMS sandbox and a worker")
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
