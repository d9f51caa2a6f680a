"""A cluster on this machine: PostgreSQL, Redis, two APIs, services, hosts and an RMS.

Hosts are processes with a folder and homes of their own, not network namespaces: RMS is
called over https or on loopback only, so a host elsewhere could not reach the sandbox.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import psutil
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun
from prefect.settings import PREFECT_API_URL, temporary_settings
from pydantic import SecretStr

from connectors.prefect_api import PrefectApi, why_closed
from connectors.sandbox.control_api.remote import SandboxControl
from data.model.shop import Shop
from data.warehouse.session import warehouse
from tasks.setup.home_deployments import deploy_home, deployments_of, machines_own
from tasks.setup.services import ROOT, free_port
from tasks.shops.blocks import RmsShop
from tasks.shops.homes import JuchuHome, save_home
from tests.operations.containers import postgres_folder

PATIENCE_S: Final = 300.0


class Bed:
    """The processes by name, and what is known of the cluster."""

    def __init__(self, folder: Path, hosts: int, homes: int, shops_each: int) -> None:
        self.folder = folder
        self.hosts = [f"host-{chr(ord('a') + n)}" for n in range(hosts)]
        self.homes = [f"home-{n + 1}" for n in range(homes)]
        self.shops_each = shops_each
        self.shops: dict[str, str] = {}
        self.api_ports = [free_port() for _ in range(2)]
        self.postgres_port, self.redis_port = free_port(), free_port()
        self.sandbox: SandboxControl
        self._commands: dict[str, tuple[list[str], dict[str, str]]] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT")}
        self.env |= {
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": self.api(0),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_WORKER_QUERY_SECONDS": "3",
            "JUCHU_HOME": str(folder / "machine"),
        }

    def api(self, n: int) -> str:
        return f"http://127.0.0.1:{self.api_ports[n % len(self.api_ports)]}/api"

    def host_of(self, home: str) -> str:
        return self.hosts[self.homes.index(home) % len(self.hosts)]

    def shops_of(self, home: str) -> list[str]:
        return [shop for shop, its in self.shops.items() if its == home]

    def start(self, name: str, command: list[str], more: Mapping[str, str]) -> None:
        self._commands[name] = (command, self.env | dict(more))
        self.start_again(name)

    def start_again(self, name: str) -> None:
        command, env = self._commands[name]
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command,
                env=env,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End a process with everything it started, as a host that loses its power."""
        process = self._running.pop(name)
        family = []
        with suppress(psutil.NoSuchProcess):
            family = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(how)
        if how == signal.SIGKILL:
            for each in family:
                with suppress(psutil.NoSuchProcess):
                    each.kill()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def memory_mb(self, name: str) -> float:
        return psutil.Process(self._running[name].pid).memory_info().rss / 1e6

    def cpu_s(self, name: str) -> float:
        found = psutil.Process(self._running[name].pid).cpu_times()
        return float(found.user + found.system)

    def end(self) -> None:
        last = ("redis", "postgres")
        for name in [*(n for n in self._running if n not in last), *last]:
            if name in self._running:
                quick = name == "postgres"
                self.kill(name, signal.SIGINT if quick else signal.SIGKILL)

    @contextmanager
    def client(self) -> Iterator[SyncPrefectClient]:
        with (
            temporary_settings({PREFECT_API_URL: self.api(0)}),
            get_client(sync_client=True) as client,
        ):
            yield client

    def mornings(self, homes: list[str] | None = None) -> dict[str, FlowRun]:
        """Begin the day of each home, all at once, and return the runs."""
        with self.client() as client:
            return {
                home: client.create_flow_run_from_deployment(
                    client.read_deployment_by_name(f"daily/0900@{home}").id
                )
                for home in homes or self.homes
            }

    def seen(self, run: FlowRun) -> FlowRun:
        with self.client() as client:
            return client.read_flow_run(run.id)

    def ended(
        self, runs: Mapping[str, FlowRun], within_s: float = 1200
    ) -> dict[str, FlowRun]:
        """Wait until every run has ended; return them as they did."""
        give_up_at, left = time.monotonic() + within_s, dict(runs)
        done: dict[str, FlowRun] = {}
        while left:
            if time.monotonic() > give_up_at:
                raise TimeoutError(f"not ended: {sorted(left)}")
            time.sleep(1)
            for home, run in list(left.items()):
                with suppress(Exception):  # an API may be down: that is the test
                    now = self.seen(run)
                    if now.state and now.state.is_final():
                        done[home] = now
                        del left[home]
        return done

    def stored(self, home: str) -> list[str]:
        """Return every order number of a home, as often as it is stored."""
        file = self.folder / "homes" / home / "juchu.duckdb"
        if not file.exists():
            return []
        with warehouse(file) as con:
            found = con.execute("SELECT order_number FROM orders").fetchall()
        return sorted(number for (number,) in found)


@contextmanager
def open_bed(
    folder: Path, hosts: int, homes: int, shops_each: int, say: Callable[[str], None]
) -> Iterator[Bed]:
    """Start everything and deploy; end it with the block."""
    bed = Bed(folder, hosts, homes, shops_each)
    with ExitStack() as stack:
        stack.callback(bed.end)
        _engines(bed)
        say("PostgreSQL and Redis are up")
        _server(bed)
        say("two APIs and the services are up")
        stack.callback(_sandbox(bed).close)
        _run(bed, "deploy", "-m", "tasks.setup.deploy")
        say("the machine's deployments are registered")
        took = _homes(bed)
        say(f"{len(bed.homes)} homes with {len(bed.shops)} shops, deployed in {took}")
        for n, host in enumerate(bed.hosts):
            more = {
                "JUCHU_HOST": host,
                "JUCHU_HOME": str(folder / host),
                "PREFECT_API_URL": bed.api(n),
            }
            (folder / host).mkdir()
            bed.start(host, [sys.executable, "-m", "tasks.setup.worker"], more)
        yield bed


def _engines(bed: Bed) -> None:
    data = bed.folder / "postgres"
    data.mkdir(mode=0o700)
    programs = postgres_folder()
    redis = shutil.which("redis-server")
    if programs is None or redis is None:
        sys.exit("PostgreSQL and Redis are needed: apt install postgresql redis-server")
    as_user: list[str] = []
    if os.geteuid() == 0:
        bed.folder.chmod(0o711)
        shutil.chown(data, "postgres")
        as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    made = [f"{programs}/initdb", "-D", f"{data}", "-A", "trust", "-U", "prefect"]
    subprocess.run([*as_user, *made], check=True, capture_output=True, cwd="/")
    port = ["-p", f"{bed.postgres_port}", "-k", f"{data}"]
    command = [*as_user, f"{programs}/postgres", "-D", f"{data}", *port]
    bed.start("postgres", [*command, "-c", "max_connections=300"], {})
    create = [f"{programs}/createdb", "-h", "127.0.0.1", "-U", "prefect"]
    _until(
        lambda: (
            not subprocess.run(
                [*create, "-p", f"{bed.postgres_port}", "prefect"],
                capture_output=True,
                check=False,
            ).returncode
        )
    )
    keep = ["--dir", f"{bed.folder}", "--appendonly", "yes", "--save", ""]
    bed.start("redis", [redis, "--port", f"{bed.redis_port}", *keep], {})


def server_settings(bed: Bed) -> dict[str, str]:
    """Return the settings of docs/scaling.md for every process of the server."""
    redis = {"HOST": "127.0.0.1", "PORT": f"{bed.redis_port}"}
    address = f"prefect@127.0.0.1:{bed.postgres_port}/prefect"
    return {
        "PREFECT_API_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://{address}",
        "PREFECT_API_DATABASE_MIGRATE_ON_START": "false",
        "PREFECT_MESSAGING_BROKER": "prefect_redis.messaging",
        "PREFECT_MESSAGING_CACHE": "prefect_redis.messaging",
        "PREFECT_SERVER_EVENTS_CAUSAL_ORDERING": "prefect_redis.ordering",
        "PREFECT_SERVER_DOCKET_URL": f"redis://127.0.0.1:{bed.redis_port}/1",
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect_redis.lease_storage",
        "PREFECT_SERVER_WORKER_CHANNEL_CLEANUP_QUEUE_STORAGE": (
            "prefect_redis.cleanup_queue"
        ),
        **{f"PREFECT_REDIS_MESSAGING_{k}": v for k, v in redis.items()},
        **{f"PREFECT_REDIS_WORKER_CLEANUP_QUEUE_{k}": v for k, v in redis.items()},
    }


def _server(bed: Bed) -> None:
    settings = server_settings(bed)
    prefect = [sys.executable, "-m", "prefect", "server"]
    subprocess.run(
        [*prefect, "database", "upgrade", "-y"],
        env=bed.env | settings,
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for n, port in enumerate(bed.api_ports):
        more = {"PREFECT_SERVER_API_PORT": f"{port}"}
        bed.start(f"api-{n}", [*prefect, "start", "--no-services"], settings | more)
        url = bed.api(n)
        _until(lambda url=url: not why_closed(PrefectApi(url)))
    bed.start("services", [*prefect, "services", "start"], settings)


def _sandbox(bed: Bed) -> SandboxControl:
    """Start an RMS with a shop for each there is to be, at RMS's own pace."""
    many = len(bed.homes) * bed.shops_each
    port = free_port()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "connectors.sandbox", "--seed", "7"),
            *("--port", f"{port}", "--shops", f"{many}"),
        ],
        env=bed.env,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=(bed.folder / "sandbox.log").open("wb"),
        start_new_session=True,
    )
    bed._running["sandbox"] = process
    line = process.stdout.readline() if process.stdout else b""
    bed.sandbox = SandboxControl(line.decode())
    bed.env["JUCHU_RMS_URL"] = bed.sandbox.url
    return bed.sandbox


def _homes(bed: Bed) -> str:
    handles = list(bed.sandbox.shops)
    for nth, handle in enumerate(handles):
        bed.shops[handle] = bed.homes[nth // bed.shops_each]
    begun = time.monotonic()
    with bed.client() as client:
        machine = machines_own(client)
        for handle, home in bed.shops.items():
            keys = bed.sandbox.shops[handle]
            shop = Shop(
                handle=handle,
                mall="rakuten",
                shop_id=keys.shop_id,
                shop_url=keys.shop_url,
                service_secret=SecretStr(keys.service_secret),
                license_key=SecretStr(keys.license_key),
                home=home,
            )
            RmsShop.from_shop(shop).save(handle)
        for home in bed.homes:
            folder = bed.folder / "homes" / home
            block = JuchuHome(host=bed.host_of(home), folder=str(folder))
            save_home(home, block)
            deploy_home(client, home, block, bed.shops_of(home), machine)
            for one in deployments_of(client, home):
                client.pause_deployment(one.id)  # runs are begun by hand here
        for one in deployments_of(client, ""):
            client.pause_deployment(one.id)
    return f"{time.monotonic() - begun:.0f} s"


def _run(bed: Bed, name: str, *words: str) -> None:
    with (bed.folder / f"{name}.log").open("wb") as log:
        done = subprocess.run(
            [sys.executable, *words],
            env=bed.env,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"{name} failed: {bed.folder / name}.log")


def _until(met: Callable[[], Any]) -> None:
    give_up_at = time.monotonic() + PATIENCE_S
    while not met():
        if time.monotonic() > give_up_at:
            raise TimeoutError("it did not start")
        time.sleep(0.5)
