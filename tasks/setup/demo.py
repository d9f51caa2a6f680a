"""`make demo`: a whole shop on this machine, from an empty folder to orders in DuckDB.

Everything it makes is in its own folder, which it empties at the start; a folder that
holds anything else is refused. The story itself is in `demo_day`.
"""

import os
import shutil
import signal
import sys
from collections.abc import MutableMapping
from contextlib import ExitStack
from pathlib import Path
from shlex import quote
from typing import Final

from prefect.client.schemas.objects import FlowRun
from rich.console import Console

from connectors.prefect_env import FILE as PREFECT_ENV
from connectors.prefect_env import LOGIN
from connectors.settings.reading import SettingsProblem, read_settings
from tasks.setup.demo_day import work_the_day
from tasks.setup.demo_story import Story
from tasks.setup.prefect_runs import RunFailed
from tasks.setup.query import as_table
from tasks.setup.server import is_served, sentence_of
from tasks.setup.services import (
    DESK_NAME,
    DESK_PASSWORD,
    NotStarted,
    Services,
    open_services,
)

MARK: Final = ".demo"
"""The file that marks a folder as a demo's, to be emptied."""
SENDER: Final = {
    "JUCHU_SENDER_NAME": "見本茶舗",
    "JUCHU_SENDER_ZIP": "100-0001",
    "JUCHU_SENDER_ADDRESS": "東京都見本区表町1-2-3",
    "JUCHU_SENDER_PHONE": "03-0000-1234",
    "JUCHU_SENDER_BILLING_CODE": "0300001234",
}
TAKEN: Final = (
    *("JUCHU_HOME", "JUCHU_SANDBOX_PORT", "JUCHU_RECEIVER_PORT", "JUCHU_WATCH_PORT"),
    *("JUCHU_DESK_HOST", "JUCHU_DESK_PORT", "JUCHU_DESK_PEOPLE"),
)
"""What a demo may be given: where it is, where it listens, and who may sign in."""
PATIENCE_S: Final = 30.0
QUERY: Final = "FROM orders SELECT status, count(*), sum(request_total) GROUP BY ALL"
NOTICE: Final = """curl -H 'Content-Type: text/xml' {receiver} --data-binary '\
<orderNotifyModel><authModel><contractId>{shop.contract_id}</contractId>\
<shopUrl>{shop.shop_url}</shopUrl><authKey>{shop.notice_auth_key}</authKey></authModel>\
<orderInfoNotifyModel><orderNumber>{number}</orderNumber><seqId>1</seqId>\
</orderInfoNotifyModel></orderNotifyModel>'"""
console = Console(soft_wrap=True)


class NotADemoFolder(RuntimeError):
    """The folder holds something that no demo made."""


def main() -> None:
    """Run the demo until Ctrl-C or the terminal's end, or print why it cannot run."""
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.default_int_handler)
    try:
        home = read_settings().home.absolute()
        if not os.environ.get("JUCHU_HOME"):
            home /= "demo"  # never beside a real shop's orders
        empty_folder(home)
        be_on_our_own(home, os.environ)
        show(home)
    except KeyboardInterrupt:
        console.print("stopped")
    except (NotADemoFolder, NotStarted, RunFailed, SettingsProblem, OSError) as problem:
        sys.exit(sentence_of(problem))


def show(home: Path) -> None:
    """Start everything, work the day and print the result; run on until Ctrl-C."""
    os.environ.setdefault("PREFECT_WORKER_QUERY_SECONDS", "1")  # people look on
    console.print(
        f"juchu demo in {home} (logs in logs/), about three minutes", markup=False
    )
    story = Story(console)
    with ExitStack() as opened:
        with story.step(
            "Prefect server, worker, warm process, receiver, an RMS; make deploy"
        ):
            rms = ("--state", str(home / "sandbox.sqlite"))
            services = opened.enter_context(open_services(home, *rms, warm=True))
        day = work_the_day(services, story)
        story.end()
        show_query(services)
        show_doors(services, day)
        if os.environ.get("DEMO_ONCE") != "1":
            console.print("Ctrl-C stops everything.")
            signal.pause()


def be_on_our_own(home: Path, environment: MutableMapping[str, str]) -> None:
    """Drop a real shop's settings from the environment, and leave its `.env` unread.

    The demo's orders would be published to the shop's lake, its alarms sent to the
    shop's people, its backups copied among the shop's.
    """
    for name in [*environment]:
        if name.startswith("JUCHU_") and name not in TAKEN:
            del environment[name]
    environment.update(SENDER, JUCHU_ENV_FILE=str(home / ".env"))


def empty_folder(home: Path) -> None:
    """Empty a demo's folder, so that every demo starts from nothing.

    Raises:
        NotADemoFolder: something is in it, and not the demo's mark; or a demo is at
            work in it.

    """
    if is_served(home):
        raise NotADemoFolder(
            f"{home} ではデモがすでに動いています。何も変更していません。"
            "対処: そのデモの端末で Ctrl-C を押すか、JUCHU_HOME に別の空のフォルダーを"
            "指定して実行してください。"
        )
    if home.exists() and any(home.iterdir()) and not (home / MARK).exists():
        raise NotADemoFolder(
            f"{home} にはデモ以外のファイルがあります。"
            "対処: JUCHU_HOME に空のフォルダーを指定して実行してください。"
        )
    if (home / MARK).exists():
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    (home / MARK).touch()


def show_query(services: Services) -> None:
    """Print what a query answers now, and how to ask it."""
    home = quote(str(services.home))
    command = f"JUCHU_HOME={home} make query SQL={quote(QUERY)}"
    console.print(command, markup=False, highlight=False)
    answer = as_table(services.warehouse, QUERY, PATIENCE_S)
    console.print(answer.rstrip(), markup=False, highlight=False)


def show_doors(services: Services, day: FlowRun) -> None:
    """Print where to look next, and what to try."""
    login = services.home / PREFECT_ENV
    report = services.runs.artifact(day, "day-report")
    console.print(f"Prefect UI   {services.ui}/v2/runs")
    console.print(f"Day's report {services.ui}/v2/artifacts/artifact/{report.id}")
    console.print(f"Login        the text behind {LOGIN}= in {login}")
    if "JUCHU_DESK_PEOPLE" in os.environ:
        console.print(f"Staff's desk {services.desk}")
    else:
        who = f"name {DESK_NAME}, password {DESK_PASSWORD}"
        console.print(f"Staff's desk {services.desk} ({who})")
    console.print(f"RMS sandbox  {services.sandbox.url}")
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
