"""Every process of juchu on this machine: sandbox, receiver, server, worker, watch.

The demo opens them to show juchu, the tests open them to try it. All of them are
stopped when the block ends.
"""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from prefect.client.schemas.objects import FlowRun

from connectors.prefect_api import api_of, why_closed
from connectors.prefect_env import LOGIN
from connectors.sandbox.control_api.remote import SandboxControl
from connectors.settings.fields import WAREHOUSE_FILE
from connectors.settings.passwords import SALT_BYTES, hashed, setting_of
from data.model.japan_time import in_japan
from tasks.setup.prefect_runs import PrefectRuns
from tasks.setup.queues import ensure_work_pool
from tasks.setup.server import port_of, server_environment

ROOT = Path(__file__).resolve().parents[2]
"""The project's root; Prefect reads its settings from the folder it starts in."""
SPEAKS = ("sandbox", "receiver", "desk")
"""Processes whose first line of output says where they listen."""
DESK_NAME = "demo"
DESK_PASSWORD = "juchu-no-mihon"  # noqa: S105 - of an invented shop on this machine
DATABASE = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
"""Named, because the shell or Prefect's own `.env` may name the database of a shop."""
SERVER_PATIENCE_S = 300
LOOK_EVERY_S = 0.3
STOP_PATIENCE_S = 10


class NotStarted(RuntimeError):
    """A process of ours did not start; says which, and where its log is."""


@dataclass(frozen=True)
class Services:
    """Addresses of the running processes, and the environment that finds them."""

    home: Path
    ui: str
    receiver: str
    desk: str
    sandbox: SandboxControl
    env: Mapping[str, str]

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that the flows write to."""
        return self.home / WAREHOUSE_FILE

    @property
    def login(self) -> str:
        """What the Prefect server asks for, user name and password in one."""
        return self.env[LOGIN]

    def prefect(self, *arguments: str, check: bool = True) -> int:
        """Run a `prefect` command against this server; its output goes where ours goes.

        Raises:
            subprocess.CalledProcessError: the command failed, unless not `check`.

        """
        command = [sys.executable, "-m", "prefect", *arguments]
        done = subprocess.run(command, env=dict(self.env), cwd=ROOT, check=check)
        return done.returncode

    @property
    def runs(self) -> PrefectRuns:
        """The runs of this server."""
        return PrefectRuns(lambda: self.env)

    def run(self, deployment: str, **parameters: object) -> FlowRun:
        """Run a deployment for the shop `demo` and wait for its end.

        Raises:
            RunFailed: it did not end Completed; has its message.

        """
        return self.runs.completed(deployment, **{"shop": "demo"} | parameters)


@contextmanager
def open_services(
    home: Path,
    *rms_options: str,
    warm: bool = False,
    shops: Sequence[str] = ("demo",),
) -> Iterator[Services]:
    """Start every process and deploy; stop all of them when the block ends.

    Ports are free ones unless `PREFECT_SERVER_API_PORT`, `JUCHU_SANDBOX_PORT`,
    `JUCHU_RECEIVER_PORT`, `JUCHU_WATCH_PORT` or `JUCHU_DESK_PORT` names one. Logs are
    in `<home>/logs`. The sandbox sends no notices until its setting `notify_url` says
    where to. `warm`: with the warm process; else arriving notices start drains of the
    worker. `shops`: which of the sandbox's are ours.

    Raises:
        NotStarted: a process did not start, or nothing was deployed; see its log.
        SettingsProblem: a port that is given is none.

    """
    logs = home / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    port = port_given("PREFECT_SERVER_API_PORT")
    rms_port = f"{port_given('JUCHU_SANDBOX_PORT')}"
    notices_port = f"{port_given('JUCHU_RECEIVER_PORT')}"
    ui = f"http://127.0.0.1:{port}"
    env = dict(os.environ) | {
        "JUCHU_HOME": str(home),
        "JUCHU_SHOP": "demo",
        "PREFECT_HOME": str(home / "prefect"),
        DATABASE: f"sqlite+aiosqlite:///{home}/prefect/prefect.db",
        "JUCHU_DESK_PORT": f"{port_given('JUCHU_DESK_PORT')}",
        "DO_NOT_TRACK": "1",
    }
    env.setdefault("JUCHU_DESK_PEOPLE", desk_people())
    env |= server_environment(home, port)
    with ExitStack() as stack:

        def begin(name: str, *command: str) -> subprocess.Popen[str]:
            return stack.enter_context(running(name, command, env, logs))

        server = begin("server", "tasks.setup.server")
        rms = begin("sandbox", "connectors.sandbox", "--port", rms_port, *rms_options)
        sandbox = SandboxControl(first_line(rms))
        stack.callback(sandbox.close)
        env |= {"JUCHU_RMS_URL": sandbox.url}
        for shop in shops:
            env |= shop_settings(sandbox, shop)
        receiver = begin("receiver", "connectors.notices", "--port", notices_port)
        address = json.loads(first_line(receiver))["url"]
        desk = begin("desk", "tasks.desk")
        wait_for_server(env, server)
        notices_url, desk_url = f"{address}/notices", first_line(desk).strip()
        services = Services(home, ui, notices_url, desk_url, sandbox, env)
        with services.runs.api() as client:
            ensure_work_pool(client)  # or the worker would make it, as deploy does
        begin("worker", "tasks.setup.worker")
        deploy(services, logs)
        if warm:
            metrics = f"{port_given('JUCHU_WATCH_PORT')}"
            begin("watch", "tasks.setup.watch", "--port", metrics)
        yield services


def wait_for_server(env: Mapping[str, str], server: subprocess.Popen[str]) -> None:
    """Wait until the Prefect server lets us in.

    Raises:
        NotStarted: it does not in five minutes, or has ended.

    """
    give_up_at = time.monotonic() + SERVER_PATIENCE_S
    while why := why_closed(api_of(env)):
        if server.poll() is not None:
            raise NotStarted("the Prefect server ended; see logs/server.log")
        if time.monotonic() > give_up_at:
            raise NotStarted(
                f"the Prefect server is not there after {SERVER_PATIENCE_S} s; see"
                f" logs/server.log ({why})"
            )
        time.sleep(LOOK_EVERY_S)


def deploy(services: Services, logs: Path) -> None:
    """Register everything on the server; what that prints is in `<logs>/deploy.log`.

    Raises:
        NotStarted: it failed; has the last lines of the log.

    """
    log = logs / "deploy.log"
    with log.open("w") as printed:
        done = subprocess.run(
            [sys.executable, "-m", "tasks.setup.deploy"],
            env=dict(services.env),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        last = log.read_text(encoding="utf-8").splitlines()[-10:]
        raise NotStarted("\n".join([f"make deploy failed ({log}):", *last]))


def desk_people() -> str:
    """Return the setting of the one who works at the desk of a demo or a test."""
    salt = secrets.token_bytes(SALT_BYTES)
    return setting_of({DESK_NAME: hashed(DESK_PASSWORD, salt)})


def shop_settings(sandbox: SandboxControl, handle: str = "demo") -> dict[str, str]:
    """Return a shop of the sandbox as settings: its keys, and its key's last day."""
    (ends_at,) = (
        datetime.fromisoformat(shop["license_expires_at"])
        for shop in sandbox.control("GET", "shops")["shops"]
        if shop["handle"] == handle
    )
    last_day = f"JUCHU_SHOP_{handle.upper()}_LICENSE_EXPIRES_ON"
    known = sandbox.shops[handle].environment()
    return known | {last_day: f"{in_japan(ends_at):%Y-%m-%d}"}


def port_given(name: str) -> int:
    """Return the port of an environment variable, or else one that is free.

    Raises:
        SettingsProblem: it is no number of a port.

    """
    wanted = os.environ.get(name)
    return port_of(wanted, name) if wanted else free_port()


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    name: str, arguments: Sequence[str], env: Mapping[str, str], logs: Path
) -> Iterator[subprocess.Popen[str]]:
    """Run `python -m …` in the background; stop it when the block ends.

    Its stderr goes to `<logs>/<name>.log`; stdout is for the caller to read.
    """
    with ExitStack() as stack:
        log: IO[str] = stack.enter_context((logs / f"{name}.log").open("w"))
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=dict(env),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if name in SPEAKS else log,
            stderr=log,
            text=True,
            start_new_session=True,  # Ctrl-C reaches us only; we stop them in order
        )
        try:
            yield process
        finally:
            stop(process)


def first_line(process: subprocess.Popen[str]) -> str:
    """Return the first line that a process prints, waiting for it.

    Raises:
        NotStarted: it ended without printing one.

    """
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise NotStarted(f"{process.args!r} did not start; see its log")
    return line


def stop(process: subprocess.Popen[str]) -> None:
    """End a process of `running`; kill it with its children after ten seconds."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=STOP_PATIENCE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    finally:
        if process.stdout:
            process.stdout.close()
