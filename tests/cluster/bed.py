"""A cluster on this machine: where its hosts, homes and shops are.

Hosts are processes with a folder and homes of their own, not network namespaces: RMS is
called over https or on loopback only, so a host elsewhere could not reach the sandbox.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from connectors.sandbox.control_api.remote import SandboxControl
from data.warehouse.session import warehouse
from tasks.setup.services import free_port
from tests.cluster.processes import Processes

WIRE = "wire"
"""The process by which the last host reaches its API; frozen, it is a cut wire."""


class Bed:
    """What is where, and the processes of it by name."""

    def __init__(
        self,
        folder: Path,
        hosts: int,
        homes: int,
        shops_each: int,
        workers_each: int = 1,
    ) -> None:
        self.folder = folder
        self.hosts = [f"host-{chr(ord('a') + n)}" for n in range(hosts)]
        self.workers = {
            host: [host, *(f"{host}-{n + 2}" for n in range(workers_each - 1))]
            for host in self.hosts
        }
        self.homes = [f"home-{n + 1}" for n in range(homes)]
        self.host_of = {
            home: self.hosts[n % hosts] for n, home in enumerate(self.homes)
        }
        self.folders = {home: folder / "homes" / home for home in self.homes}
        self.shops_each = shops_each
        self.shops: dict[str, str] = {}
        self.sandbox: SandboxControl
        self.processes = Processes(folder)
        self.api_ports = [free_port() for _ in range(2)]
        self.wire_port = free_port()
        self.postgres_port, self.redis_port = free_port(), free_port()
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT")}
        self.env |= {
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": self.api(0),
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "PREFECT_WORKER_QUERY_SECONDS": "3",
            "JUCHU_HOME": str(folder / "machine"),
        }

    @property
    def all_workers(self) -> list[str]:
        """The names of every host's workers; its first one has the host's name."""
        return [name for names in self.workers.values() for name in names]

    def api(self, n: int) -> str:
        return f"http://127.0.0.1:{self.api_port(n)}/api"

    def api_port(self, n: int) -> int:
        return self.api_ports[n % len(self.api_ports)]

    @property
    def over_wire(self) -> str:
        """The address of the wire by which the last host reaches its API."""
        return f"http://127.0.0.1:{self.wire_port}/api"

    def homes_of(self, host: str) -> list[str]:
        return [home for home, its in self.host_of.items() if its == host]

    def shops_of(self, home: str) -> list[str]:
        return [shop for shop, its in self.shops.items() if its == home]

    def folder_of(self, home: str) -> Path:
        return self.folders[home]

    @contextmanager
    def client(self) -> Iterator[SyncPrefectClient]:
        with (
            temporary_settings({PREFECT_API_URL: self.api(0)}),
            get_client(sync_client=True) as client,
        ):
            yield client

    def stored(self, home: str) -> list[str]:
        """Return every order number of a home, as often as it is stored."""
        file = self.folder_of(home) / "juchu.duckdb"
        if not file.exists():
            return []
        with warehouse(file) as con:
            found = con.execute("SELECT order_number FROM orders").fetchall()
        return sorted(number for (number,) in found)
