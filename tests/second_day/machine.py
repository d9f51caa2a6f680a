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
from pathlib import Path
from typing import IO

from connectors.prefect_api import api_of, why_closed
from connectors.prefect_env import prefect_environment
from connectors.sandbox.control_api.remote import SandboxControl
from tasks.setup.prefect_runs import PrefectRuns
from tasks.setup.services import ROOT, first_line, free_port, running, shop_settings
from tests.support.waiting import until

STARTED_WITHIN_S = 300


@dataclass
class Machine:
    """What runs now, and the environment it runs in."""

    home: Path
    sandbox: SandboxControl
    env: dict[str, str]
    at_work: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def runs(self) -> PrefectRuns:
        """The runs of its server, which is where `prefect.env` says."""
        return PrefectRuns(lambda: prefect_environment(self.home, environment={}))

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

    def on(self, *, deploys: bool) -> None:
        """Start the server and, when it answers, the rest; deploy where asked to."""
        self.start("server")
        until(self.answers, STARTED_WITHIN_S)
        if deploys:
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
            machine.on(deploys=True)
            yield machine
        finally:
            machine.off()
            sandbox.close()
