"""A cluster as it is opened: engines, server, an RMS, homes with shops, hosts."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from pydantic import SecretStr

from connectors.sandbox.control_api.remote import SandboxControl
from data.model.shops.shop import Shop
from tasks.homes.blocks import JuchuHome, save_home
from tasks.homes.deployments import deploy_home, deployments_of, machines_own
from tasks.setup.services import ROOT, free_port
from tasks.shops.blocks import RmsShop
from tests.cluster.bed import WIRE, Bed
from tests.cluster.engines import start_engines, start_server
from tests.support.waiting import until

DAY = ("0900", "flows/daily.py:daily")
AHEAD = -10
"""The sandbox's priority: RMS is no machine of ours, and our load delays it by nothing.
What it judges is when a request came, not when a busy machine got round to it."""


@contextmanager
def open_bed(
    bed: Bed,
    say: Callable[[str], None],
    *,
    days_only: bool = False,
    worker: Sequence[str] = (),
) -> Iterator[None]:
    """Start everything and deploy; end it with the block.

    With `days_only` a home has the deployment of its morning and no other. `worker` are
    options of every host's worker.
    """
    with ExitStack() as stack:
        stack.callback(bed.processes.end, ("redis", "postgres"))
        start_engines(bed)
        say("PostgreSQL and Redis are up")
        start_server(bed)
        say("two APIs and the services are up")
        stack.callback(_sandbox(bed).close)
        _machine(bed)
        say("the machine's deployments are registered")
        began = time.monotonic()
        made = _homes(bed, days_only=days_only)
        took = time.monotonic() - began
        say(
            f"{len(bed.homes)} homes with {len(bed.shops)} shops and {made} deployments"
            f" in {took:.0f} s"
        )
        wire = [sys.executable, "-m", "tests.cluster.wire", f"{bed.wire_port}"]
        last = len(bed.hosts) - 1
        bed.processes.start(WIRE, [*wire, f"{bed.api_port(last)}"], bed.env)
        for n, host in enumerate(bed.hosts):
            ours = {
                "JUCHU_HOST": host,
                "JUCHU_HOME": str(bed.folder / host),
                "PREFECT_API_URL": bed.over_wire if n == last else bed.api(n),
            }
            (bed.folder / host).mkdir()
            command = [sys.executable, "-m", "tasks.setup.worker", *worker]
            for name in bed.workers[host]:
                bed.processes.start(name, command, bed.env | ours)
        yield


def _sandbox(bed: Bed) -> SandboxControl:
    """Start an RMS with a shop for each there is to be, at RMS's own pace."""
    many = len(bed.homes) * bed.shops_each
    command = [
        *(sys.executable, "-m", "connectors.sandbox", "--seed", "7"),
        *("--port", f"{free_port()}", "--shops", f"{many}"),
    ]
    pid = bed.processes.start("sandbox", command, bed.env)
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, pid, AHEAD)
    log = bed.processes.log("sandbox")
    until(lambda: log.read_text(encoding="utf-8").endswith("\n"))
    bed.sandbox = SandboxControl(log.read_text(encoding="utf-8"))
    bed.env["JUCHU_RMS_URL"] = bed.sandbox.url
    return bed.sandbox


def _machine(bed: Bed) -> None:
    """Register the machine's own deployments, which those of homes are copies of."""
    with bed.processes.log("deploy").open("wb") as log:
        subprocess.run(
            [sys.executable, "-m", "tasks.setup.deploy"],
            env=bed.env,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=True,
        )


def _homes(bed: Bed, *, days_only: bool) -> int:
    """Write the blocks of shops and homes and deploy each home; return how many."""
    handles = list(bed.sandbox.shops)
    for nth, handle in enumerate(handles):
        bed.shops[handle] = bed.homes[nth // bed.shops_each]
    made = 0
    with bed.client() as client:
        machine = machines_own(client)
        if days_only:
            machine = [
                own
                for own in machine
                if (own.deployment.name, own.deployment.entrypoint) == DAY
            ]
        for handle, home in bed.shops.items():
            RmsShop.from_shop(_shop(bed.sandbox, handle, home)).save(handle)
        for home in bed.homes:
            folder = str(bed.folder_of(home))
            block = JuchuHome(host=bed.host_of[home], folder=folder)
            save_home(home, block)
            made += deploy_home(client, home, block, bed.shops_of(home), machine)
            rest(bed, home)
    rest(bed, "")
    return made


def rest(bed: Bed, home: str) -> None:
    """Let nothing of a home run by a clock: the bed begins every run itself."""
    with bed.client() as client:
        for one in deployments_of(client, home):
            client.pause_deployment(one.id)


def _shop(sandbox: SandboxControl, handle: str, home: str) -> Shop:
    keys = sandbox.shops[handle]
    return Shop(
        handle=handle,
        mall="rakuten",
        shop_id=keys.shop_id,
        shop_url=keys.shop_url,
        service_secret=SecretStr(keys.service_secret),
        license_key=SecretStr(keys.license_key),
        home=home,
    )
