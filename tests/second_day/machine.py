"""The demo's machine, switched on again: every process by its make target, in the back.

No terminal, no stdin, a port that is not the usual one: as a service would start them.
What they need to find each other is in `prefect.env`.
"""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    temporary_settings,
)
from prefect.states import Scheduled

from connectors.prefect_api import api_of, why_closed
from connectors.prefect_env import API_URL, LOGIN, prefect_environment
from connectors.sandbox.control_api.remote import SandboxControl
from tasks.setup.services import ROOT, first_line, free_port, running, shop_settings
from tests.support.waiting import until

STARTED_WITHIN_S = 120
ENDED_WITHIN_S = 180
ENDED = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@dataclass
class Machine:
    """What runs now, and the environment it runs in."""

    home: Path
    sandbox: SandboxControl
    env: dict[str, str]
    at_work: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def warehouse(self) -> Path:
        """The DuckDB file."""
        return self.home / "juchu.duckdb"

    def start(self, target: str) -> None:
        """Run `make <target>` in the background."""
        log: IO[bytes] = (self.home / "logs" / f"day2-{target}.log").open("ab")
        with log:
            self.at_work[target] = subprocess.Popen(
                ["make", "--silent", target],
                env=self.env,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self, target: str, by: signal.Signals = signal.SIGTERM) -> None:
        """End a target's processes, and wait until they are gone."""
        process = self.at_work.pop(target)
        os.killpg(process.pid, by)
        process.wait(60)

    def on(self) -> None:
        """Start the server and, when it answers, deploy and start the rest."""
        self.start("server")
        until(self.answers, STARTED_WITHIN_S)
        self.make("deploy")
        self.start("receiver")
        self.start("worker")

    def off(self) -> None:
        """Stop everything but RMS."""
        for target in list(self.at_work):
            self.stop(target)

    def make(self, *arguments: str) -> str:
        """Run a make target to its end and return what it printed.

        Raises:
            subprocess.CalledProcessError: it failed.

        """
        done = subprocess.run(
            ["make", "--silent", *arguments],
            env=self.env,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise subprocess.CalledProcessError(
                done.returncode, f"make {' '.join(arguments)}", done.stdout
            )
        return done.stdout

    def answers(self) -> bool:
        """Whether the server lets us in."""
        return not why_closed(api_of(prefect_environment(self.home, environment={})))

    @contextmanager
    def api(self) -> Iterator[SyncPrefectClient]:
        """Open a client that reads the address and the login where people do."""
        known = prefect_environment(self.home, environment={})
        settings: dict[Any, Any] = {
            PREFECT_API_URL: known.get(API_URL, "http://127.0.0.1:9/api"),
            PREFECT_API_AUTH_STRING: known.get(LOGIN),
        }
        with temporary_settings(settings), get_client(sync_client=True) as client:
            yield client

    def begun(self, name: str, late: timedelta | None = None, **given: Any) -> FlowRun:
        """Ask for a run of a deployment, now or as it was due a while ago."""
        with self.api() as client:
            due = (
                None
                if late is None
                else Scheduled(scheduled_time=datetime.now(UTC) - late)
            )
            return client.create_flow_run_from_deployment(
                client.read_deployment_by_name(name).id,
                parameters=given,
                state=due,
            )

    def seen(self, run: FlowRun) -> FlowRun:
        """Return a run as it is now."""
        with self.api() as client:
            return client.read_flow_run(run.id)

    def ended(self, run: FlowRun, within_s: float = ENDED_WITHIN_S) -> FlowRun:
        """Wait for a run's end and return it."""

        def has_ended() -> FlowRun | None:
            now = self.seen(run)
            return now if now.state and now.state.type.value in ENDED else None

        return until(has_ended, within_s)


@contextmanager
def switched_on(home: Path) -> Iterator[Machine]:
    """Start RMS as the demo left it, then the machine; stop all at the end."""
    logs = home / "logs"
    port = free_port()
    rms = ("connectors.sandbox", "--port", f"{free_port()}", "--state")
    env = dict(os.environ) | {
        "JUCHU_HOME": str(home),
        "PREFECT_HOME": str(home / "prefect"),
        "PREFECT_SERVER_API_PORT": str(port),
        "DO_NOT_TRACK": "1",
    }
    state = str(home / "sandbox.sqlite")
    with running("sandbox", (*rms, state), env, logs) as process:
        sandbox = SandboxControl(first_line(process))
        env |= {"JUCHU_RMS_URL": sandbox.url} | shop_settings(sandbox)
        machine = Machine(home, sandbox, env)
        try:
            machine.on()
            yield machine
        finally:
            machine.off()
            sandbox.close()
