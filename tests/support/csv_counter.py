"""Where a clerk imports order CSVs: in this process, or by the deployment."""

import json
import os
import time
from pathlib import Path
from typing import Protocol

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    ArtifactFilterKey,
    FlowFilter,
    FlowFilterName,
)
from prefect.client.schemas.objects import FlowRun
from prefect.client.schemas.sorting import ArtifactSort, FlowRunSort

from data.warehouse.session import warehouse
from flows.import_order_csv import import_order_csv
from tasks.order_files import imports as order_csv
from tasks.setup.services import Services
from tests.support.mall_csv import rakuten_bytes
from tests.support.rules import broken_rules

ORDERS = ("orders", "order_packages", "order_lines", "order_people", "order_log")
TABLES = (*ORDERS, "csv_imports", "csv_rejects", "manual_stock_adjustments")
"""Everything an import may change."""


def latest_runs(api: SyncPrefectClient, flow: str) -> list[FlowRun]:
    """A flow's runs, the latest first; of all flows' the server gives 200, no more."""
    mine = FlowFilter(name=FlowFilterName(any_=[flow]))
    return api.read_flow_runs(flow_filter=mine, sort=FlowRunSort.START_TIME_DESC)


def artifacts_of(run: FlowRun, api: SyncPrefectClient) -> dict[str, str]:
    """What a run left to be seen, by key."""
    mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run.id]))
    return {a.key: a.data for a in api.read_artifacts(artifact_filter=mine)}


class Books:
    """A warehouse, looked into between imports."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / "juchu.duckdb"

    def ask(self, query: str) -> list[tuple]:
        """Give a query's rows."""
        with warehouse(self.path) as con:
            return con.execute(query).fetchall()

    def contents(self, tables: tuple[str, ...] = TABLES) -> dict[str, list[tuple]]:
        """Give the tables whole; fails if they contradict each other."""
        with warehouse(self.path) as con:
            assert broken_rules(con) == []
            return {
                table: con.execute(f"FROM {table} ORDER BY ALL").fetchall()
                for table in tables
            }


class Shown(Protocol):
    """What runs left to be seen, at Prefect or in this process."""

    def __call__(self, key: str) -> str:
        """Return the latest artifact of a key, or nothing."""

    def of_latest(self, flow: str) -> dict[str, str]:
        """Return what the flow's latest run in this process left, by key."""


class ShownByPrefect:
    """Artifacts as the server has them."""

    def __init__(self, api: SyncPrefectClient) -> None:
        self._api = api

    def __call__(self, key: str) -> str:
        mine = ArtifactFilter(key=ArtifactFilterKey(any_=[key]))
        newest = ArtifactSort.CREATED_DESC
        found = self._api.read_artifacts(artifact_filter=mine, sort=newest, limit=1)
        return str(found[0].data) if found else ""

    def of_latest(self, flow: str) -> dict[str, str]:
        runs = latest_runs(self._api, flow)
        ours = [run for run in runs if run.deployment_id is None and run.start_time]
        return artifacts_of(max(ours, key=lambda run: run.start_time), self._api)


class Counter(Books):
    """A clerk of shop `lab` (123456), whose flows run in this process."""

    def __init__(self, home: Path, shown: Shown) -> None:
        super().__init__(home)
        self._shown = shown

    def file(self, content: bytes, name: str = "orders.csv") -> str:
        """Write a file and give its path."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return str(path)

    def laid_down(self, place: str, content: bytes) -> Path:
        """Put a file into the watched folder as if it had been there for a minute."""
        path = Path(self.file(content, f"incoming/{place}"))
        a_minute_ago = time.time() - 60
        os.utime(path, (a_minute_ago, a_minute_ago))
        return path

    def rows(self, *rows: dict[str, str]) -> str:
        """Write a Rakuten file of these rows and give its path."""
        return self.file(rakuten_bytes(rows))

    def ended(self, path: str | list[str] = "", **given: object) -> tuple[str, str]:
        """Run the flow with the form's parameters and say how it ended."""
        state = import_order_csv(path, return_state=True, **{"shop": "lab"} | given)
        return state.type.value, state.message

    def artifacts(self) -> dict[str, str]:
        """Give what the latest run left to be seen, by key."""
        return self._shown.of_latest("import-order-csv")


def open_counter(home: Path, shown: Shown, monkeypatch: pytest.MonkeyPatch) -> Counter:
    """Describe shop `lab` in the environment; nothing waits longer than it must."""
    settings = {
        "JUCHU_HOME": str(home),
        "JUCHU_WAREHOUSE_PATIENCE_S": "0.2",
        "JUCHU_SHOP_LAB_SHOP_ID": "123456",
        "JUCHU_SHOP_LAB_SERVICE_SECRET": "SP-invented",
        "JUCHU_SHOP_LAB_LICENSE_KEY": "SL-invented",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    if isinstance(shown, ShownByPrefect):
        monkeypatch.setattr(order_csv.import_download, "retry_delay_seconds", [0.05])
    monkeypatch.setattr(order_csv, "LOOK_AGAIN_S", 0.01)
    return Counter(home, shown)


class Deployed(Books):
    """`import-order-csv/manual`, run by the worker on a warehouse of its own."""

    def __init__(self, home: Path, services: Services, api: SyncPrefectClient) -> None:
        super().__init__(home)
        self._services = services
        self._api = api

    def run(self, **given: object) -> FlowRun:
        """Run it as docs/order-files.md says and give the run."""
        before = {run.id for run in latest_runs(self._api, "import-order-csv")}
        said = {k: v if isinstance(v, str) else json.dumps(v) for k, v in given.items()}
        self._services.prefect(
            "deployment",
            "run",
            "import-order-csv/manual",
            *(f"--param={name}={value}" for name, value in said.items()),
            "--job-variable=env=" + json.dumps({"JUCHU_HOME": str(self.home)}),
            "--watch",
        )
        (new,) = [
            run
            for run in latest_runs(self._api, "import-order-csv")
            if run.id not in before and not run.auto_scheduled
        ]
        return new
