"""Analysts keep the copy open through a whole demo day: four clients, and the day.

Python and the `duckdb` CLI (1.5.6, from PyPI), each to read and to write; who writes
has changes both committed and not. Each is asked again and again while the shop works.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Event, Thread

import duckdb
import pytest
from rich.console import Console

from data.model.japan_time import JST
from data.warehouse.analytics.publish import publish
from data.warehouse.query import ask
from data.warehouse.session import warehouse
from tasks.setup.demo import SENDER
from tasks.setup.demo_day import work_the_day
from tasks.setup.demo_story import Story
from tasks.setup.services import Services, open_services
from tests.support.effort import for_long

CLI = "duckdb-cli==1.5.6"
ASK_EVERY_S = 2.0
ORDERS = "SELECT orders FROM freshness"
PYTHON = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "read")
for statement in sys.stdin:
    row = con.execute(statement).fetchone()
    print(row[0] if row else "-", flush=True)
"""
COMMITTED = ("CREATE TABLE mine (i INTEGER)", "INSERT INTO mine VALUES (1)")
AGAIN = ("COMMIT", "BEGIN", "INSERT INTO mine VALUES (2)")
"""What a writer does each time: the last row stays uncommitted until the next one."""


class Client:
    """One analyst's process; every answer it gives is one line."""

    def __init__(self, name: str, *command: str, writes: bool = False) -> None:
        self.name, self.writes = name, writes
        self.slowest_s, self.asked = 0.0, 0
        self.answers: set[str] = set()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if writes:
            self.tell(*COMMITTED, "BEGIN")
        self.ask()

    def tell(self, *statements: str) -> None:
        """Send statements, and read on until they are done."""
        for statement in statements:
            self.process.stdin.write(f"{statement};\n")
        self.process.stdin.write("SELECT 'done';\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if "rror" in line:
                raise AssertionError(f"{self.name}: {line}{self.process.stdout.read()}")
            if line.strip() == "done":
                return
        raise AssertionError(f"{self.name} has ended")

    def ask(self) -> None:
        """Ask for the copy's orders, and write if it is a writer."""
        began = time.monotonic()
        self.process.stdin.write(f"{ORDERS};\n")
        self.process.stdin.flush()
        self.answers.add(self.process.stdout.readline().strip())
        if self.writes:
            self.tell(*AGAIN)
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)
        self.asked += 1


def install_cli(folder: Path) -> str:
    """Install the CLI into an environment of its own, and return its path."""
    uv, python = Path(sys.executable).with_name("uv"), folder / "bin" / "python"
    make = [uv, "venv", "--quiet", "--python", sys.executable, folder]
    subprocess.run(make, check=True)
    install = [uv, "pip", "install", "--quiet", "--python", python, CLI]
    subprocess.run(install, check=True)
    return str(folder / "bin" / "duckdb")


@contextmanager
def analysts(services: Services, cli: str) -> Iterator[list[Client]]:
    """Open the four clients before the day begins; who writes has a version alone."""
    link = services.home / "analytics.duckdb"
    python = (sys.executable, "-c", PYTHON, str(link))
    plain = (cli, "-csv", "-noheader")
    with warehouse(services.warehouse):
        pass
    new_copy(services.warehouse, link)
    clients = [
        Client("Python, read-only", *python, "read"),
        Client("CLI, read-only", *plain, "-readonly", str(link)),
    ]
    new_copy(services.warehouse, link)
    clients.append(Client("Python, read-write", *python, "write", writes=True))
    new_copy(services.warehouse, link)
    clients.append(Client("CLI, read-write", *plain, str(link), writes=True))
    try:
        yield clients
    finally:
        for client in clients:
            client.process.kill()
            client.process.communicate()


def new_copy(path: Path, link: Path) -> None:
    """Publish a version of its own, though nothing has changed."""
    path.touch()
    assert publish(path, link, datetime.now(JST))


@contextmanager
def asked_all_the_time(clients: list[Client]) -> Iterator[list[Exception]]:
    """Ask every client in turn until the block ends; yield what went wrong."""
    ended, wrong = Event(), []

    def go_on() -> None:
        try:
            while not ended.wait(ASK_EVERY_S):
                for client in clients:
                    client.ask()
        except (AssertionError, OSError) as error:
            wrong.append(error)

    thread = Thread(target=go_on)
    thread.start()
    try:
        yield wrong
    finally:
        ended.set()
        thread.join()


def versions(services: Services) -> list[Path]:
    return sorted(
        each for each in (services.home / "analytics").iterdir() if each.is_dir()
    )


@for_long
@pytest.mark.prefect
def test_four_analysts_keep_their_copies_open_through_a_demo_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """None is disturbed, the day completes, and every copy of the day can be read."""
    for name, value in SENDER.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PREFECT_WORKER_QUERY_SECONDS", "1")
    cli = install_cli(tmp_path / "cli")
    home, console = tmp_path / "home", Console(soft_wrap=True)
    rms = ("--state", str(tmp_path / "sandbox.sqlite"))
    with ExitStack() as opened:
        services = opened.enter_context(open_services(home, *rms, warm=True))
        clients = opened.enter_context(analysts(services, cli))
        before = versions(services)
        with asked_all_the_time(clients) as wrong:
            work_the_day(services, Story(console))
            services.runs.completed("publish-analytics/auto")
        made = [each for each in versions(services) if each not in before]
        orders = ask(services.warehouse, "SELECT count(*) FROM orders").item()
        link = services.home / "analytics.duckdb"
        with duckdb.connect(link.resolve(), read_only=True) as con:
            newest = con.execute(ORDERS).fetchone()
        by_cli = subprocess.run(
            [cli, "-csv", "-noheader", "-readonly", link, "-c", ORDERS],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    for client in clients:
        console.print(
            f"{client.name}: asked {client.asked} times,"
            f" slowest {client.slowest_s:.2f} s, orders {client.answers}"
        )
    console.print(f"copies made meanwhile: {len(made)}; orders in the newest: {newest}")

    assert wrong == []
    assert all(client.answers == {"0"} for client in clients)
    assert all(client.asked > 10 for client in clients)
    assert len(made) >= 2
    assert newest == (orders,)
    assert by_cli == str(orders)
    for version in before[1:]:
        with duckdb.connect(version / "analytics.duckdb") as con:  # replays their WAL
            kept = con.execute("SELECT count(*) FROM mine").fetchone()
            assert kept[0] > 10
