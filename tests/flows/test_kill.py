"""A run killed at any moment leaves whole batches, and the next one finishes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.prefect_env import NAMES
from connectors.settings.reading import read_settings
from data.warehouse.invariants import violations
from data.warehouse.session import warehouse
from flows.ingest_orders import ingest_orders
from tasks.setup.services import ROOT, Services
from tests.support.effort import for_crash
from tests.support.sandbox import Sandbox
from tests.support.waiting import until

pytestmark = pytest.mark.prefect
BATCH = 100
"""Orders of one getOrder call, so that few orders make several batches."""
RUN = (
    "import sys; from flows.ingest_orders import ingest_orders as run;"
    " from tasks.orders import in_batches;"
    f" in_batches.__defaults__ = ({BATCH},); run(sys.argv[1])"
)
ORDERS = 4 * BATCH


def kill_a_run(
    services: Services, lab: Sandbox, shop: str, calls: int, log: Path
) -> None:
    """Run the flow in a process of its own; kill it once it has called that often.

    At a call a second, as with Rakuten, it has not gone far when that is seen.
    """
    env = {name: services.env[name] for name in NAMES}
    env |= {"JUCHU_RMS_REQUESTS_PER_SECOND": "1"}
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [sys.executable, "-c", RUN, shop],
            env=dict(os.environ) | env,
            cwd=ROOT,
            stdout=out,
            stderr=out,
        ) as run,
    ):
        try:
            until(lambda: lab.journal()["counts"].get("getOrder", 0) >= calls)
        finally:
            run.kill()


def counted(query: str) -> int:
    with warehouse(read_settings().warehouse, patience_s=5) as con:
        assert violations(con) == []
        return con.execute(query).fetchone()[0]


@pytest.mark.parametrize(
    ("calls", "killed", "next_run"),
    [
        (1, "lab-a", "lab-b"),
        pytest.param(2, "lab-c", "lab-d", marks=for_crash),
        pytest.param(
            3,
            "lab-e",
            "lab-e",  # waits for the killed run's slot, a minute at most
            marks=for_crash,
        ),
    ],
    ids=["early", "between batches", "late"],
)
def test_a_killed_run_costs_nothing_but_the_next_one(
    lab: Sandbox,
    services: Services,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    calls: int,
    killed: str,
    next_run: str,
):
    for handle in {killed, next_run}:
        for name in ("SHOP_ID", "SERVICE_SECRET", "LICENSE_KEY"):
            prefix = f"JUCHU_SHOP_{handle}".upper().replace("-", "_")
            monkeypatch.setenv(f"{prefix}_{name}", os.environ[f"JUCHU_SHOP_LAB_{name}"])
    lab.sell(ORDERS)
    kill_a_run(services, lab, killed, calls, tmp_path / "run.log")
    left = counted("SELECT count(*) FROM orders")
    cursors = counted("SELECT count(*) FROM order_cursors")
    ended = ingest_orders(next_run, return_state=True)

    assert (calls - 1) * BATCH <= left < ORDERS
    assert left % BATCH == 0
    assert cursors == 0
    assert ended.type.value == "COMPLETED"
    assert counted("SELECT count(*) FROM orders") == ORDERS
    assert counted("SELECT count(*) FROM order_cursors") == 1
    assert counted("SELECT count(*) FROM loads WHERE finished_at IS NULL") == 1
