"""What every test may use: a warehouse, a sandbox, a browser; and how tests are spread.

Making or opening a DuckDB file takes longer than most tests. So one migrated file is
made per session, and is copied for tests that need a file, or shared by those that
need a warehouse only: each in a transaction that is undone.
"""

import gc
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection
from prefect.settings import PREFECT_SERVER_ALLOW_EPHEMERAL_MODE, temporary_settings
from xdist.scheduler import LoadScopeScheduling

from data.warehouse.instance import SETTINGS
from data.warehouse.session import warehouse
from tests.support import effort
from tests.support.at_hand import OPEN
from tests.support.rules import broken_rules
from tests.support.sandbox import Sandbox

effort.load_profile()


HEAVY = {
    "tests/order_files/read/test_fuzz.py",
    "tests/flows/test_why_oversold.py",
    "tests/stock/test_histories.py",
}
"""Files whose tests take minutes each in the long suite: any process takes one."""


class OneServer(LoadScopeScheduling):
    """Give all files that need a Prefect server to one process, the others by file.

    Starting one takes 20 s, and its two processes much of a core. xdist's own groups
    do not reach the controller with pytest 9.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        if file in HEAVY and effort.EFFORT == "long":
            return nodeid
        return "prefect" if needs_server(file) and not is_apart(file) else file


@cache
def is_apart(file: str) -> bool:
    """Whether a file waits long for services of its own, beside the others'."""
    text = Path(file).read_text(encoding="utf-8")
    return effort.EFFORT == "long" and "open_services(" in text


@cache
def needs_server(file: str) -> bool:
    """Whether a test file marks tests that run on a real Prefect server."""
    text = Path(file).read_text(encoding="utf-8")
    return "mark.prefect" in text or (effort.EFFORT == "long" and "both_ways" in text)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneServer | None:
    """Spread the tests as said above where `--dist loadscope` asks for it."""
    return OneServer(config, log) if config.getvalue("dist") == "loadscope" else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Import the test files, each process beginning at another one.

    In a new checkout compiling them is three quarters of collecting; so each process
    compiles its part, and finds the parts of the others compiled.
    """
    worker = getattr(session.config, "workerinput", None)
    if worker is None or session.config.args != ["tests"]:
        return
    files = sorted(Path("tests").rglob("test_*.py"))
    at = len(files) * int(worker["workerid"][2:]) // worker["workercount"]
    for file in files[at:] + files[:at]:
        with suppress(Exception):  # collecting it says what is wrong
            import_module(".".join(file.with_suffix("").parts))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how long each process was at work, so that one sees if they end together."""
    reports = [
        report
        for of_outcome in terminalreporter.stats.values()
        for report in of_outcome
        if hasattr(report, "node") and hasattr(report, "stop")
    ]
    if reports:
        terminalreporter.section("processes")
    first = min((report.start for report in reports), default=0)
    for process in sorted({report.node.gateway.id for report in reports}):
        ours = [report for report in reports if report.node.gateway.id == process]
        at_work = sum(report.duration for report in ours)
        ended = max(report.stop for report in ours) - first
        terminalreporter.write_line(
            f"{process}: {at_work:.0f} s at work, done after {ended:.0f} s"
        )


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out what waits for another suite; start with what runs on a server.

    The other tests of its files stand behind, when the server is closed.
    """
    for item, suite in effort.later_cases(items).items():
        item.add_marker(suite)
    later = {
        item
        for item in items
        if effort.is_later({mark.name for mark in item.iter_markers()})
    }
    if later:
        config.hook.pytest_deselected(items=[*later])
        items[:] = [item for item in items if item not in later]
    files = {item: item.nodeid.partition("::")[0] for item in items}
    items.sort(
        key=lambda item: (
            not needs_server(files[item]),
            not on_server(item),
            files[item] not in HEAVY,
        )
    )


def pytest_collection_finish() -> None:
    """Keep what collecting made out of every later look for garbage."""
    gc.collect()
    gc.freeze()


def on_server(item: pytest.Item) -> bool:
    """Whether a test runs on a real Prefect server."""
    return item.get_closest_marker("prefect") is not None


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the services with their last test: an idle server takes a fifth of a core."""
    if on_server(item) and (nextitem is None or not on_server(nextitem)):
        OPEN.close()


@pytest.fixture(scope="session", autouse=True)
def no_server_but_ours() -> Iterator[None]:
    """Refuse to use a server somebody works with, or to start one unasked."""
    assert "PREFECT_API_URL" not in os.environ
    with temporary_settings({PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False}):
        yield


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> Iterator[None]:
    """Let DuckDB do the work of these processes in one thread each.

    They have no core for a second one, and to tell it of statements of a few
    milliseconds takes a fifth of their CPU. The long suite tries it as users have it.
    """
    with pytest.MonkeyPatch.context() as patch:
        if effort.EFFORT != "long":
            patch.setitem(SETTINGS, "threads", "1")
        yield


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty warehouse to copy."""
    path = tmp_path_factory.mktemp("migrated") / "juchu.duckdb"
    with warehouse(path):
        pass
    return path


@pytest.fixture
def home(tmp_path: Path, migrated: Path) -> Path:
    """A folder of the test's own with an empty warehouse in it."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    shutil.copy(migrated, home)
    return home


@pytest.fixture
def path(home: Path) -> Path:
    """A file of the test's own, for what is about transactions or closing."""
    return home / "juchu.duckdb"


@pytest.fixture(scope="session")
def shared(
    tmp_path_factory: pytest.TempPathFactory, migrated: Path
) -> Iterator[DuckDBPyConnection]:
    """A warehouse that stays open; between tests it is in no transaction."""
    path = Path(shutil.copy(migrated, tmp_path_factory.mktemp("shared")))
    with warehouse(path) as con:
        con.rollback()
        yield con
        con.begin()


@pytest.fixture
def undone(shared: DuckDBPyConnection) -> Iterator[DuckDBPyConnection]:
    """An empty warehouse, whatever becomes of it."""
    shared.begin()
    yield shared
    shared.rollback()


@pytest.fixture
def con(undone: DuckDBPyConnection) -> Iterator[DuckDBPyConnection]:
    """An empty warehouse whose invariants hold when the test is over."""
    yield undone
    assert broken_rules(undone) == []


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    """Run one sandbox for the whole session; its rate limit is off."""
    with Sandbox.start("--seed", "7", "--no-rate-limit") as running:
        yield running


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Sandbox:
    """An RMS without orders, faults or memories of the test before."""
    sandbox_process.reset()
    return sandbox_process
