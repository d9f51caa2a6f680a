"""A sale goes through the services of compose.yaml, and through an upgrade undone.

Docker is not needed: `tests/operations/containers.py` starts what the file says.
"""

import os
import re
import secrets
import shutil
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from connectors.prefect_env import FILE, LOGIN
from connectors.sandbox.control_api.remote import ShopKeys
from tasks.setup.services import shop_settings
from tests.operations.containers import (
    PATIENCE_S,
    ROOT,
    Machine,
    postgres_folder,
    shell,
)
from tests.support.effort import for_long
from tests.support.notices import HEADERS, auth_xml, order_xml
from tests.support.sandbox import Sandbox
from tests.support.waiting import until

MISSING = [
    name
    for name, found in {
        "postgresql": postgres_folder(),
        "caddy": shutil.which("caddy"),
        "wget": shutil.which("wget"),
        "setpriv": shutil.which("setpriv") or os.geteuid() != 0,
    }.items()
    if not found
]
pytestmark = [
    pytest.mark.prefect,
    for_long,
    pytest.mark.skipif(
        bool(MISSING) and "CI" not in os.environ, reason=f"not installed: {MISSING}"
    ),
]
UPGRADE = ROOT / "docs/operations/upgrade.md"
TROUBLE = re.compile(
    r"database is locked|deadlock detected|QueuePool|too many clients|Traceback"
)


@pytest.fixture(scope="module")
def rms() -> Iterator[Sandbox]:
    with Sandbox.start("--seed", "7", "--no-rate-limit") as running:
        yield running


@pytest.fixture(scope="module")
def shop(rms: Sandbox) -> ShopKeys:
    return rms.shops["demo"]


@pytest.fixture(scope="module")
def machine(rms: Sandbox) -> Iterator[Machine]:
    """Every service of the file, healthy, and the deployments registered."""
    assert MISSING == []
    folder = Path(tempfile.mkdtemp(prefix="juchu-operations-"))
    folder.chmod(0o755)  # the services are other users
    given = {
        "NOTICES_SITE": "localhost",
        "PREFECT_SERVER_DATABASE_PASSWORD": secrets.token_hex(24),
    }
    machine = Machine(folder, given)
    known = shop_settings(rms) | {"JUCHU_RMS_URL": rms.url, "JUCHU_SHOP": "demo"}
    (machine.project / "shop.env").write_text(
        "".join(f"{name}='{value}'\n" for name, value in known.items())
    )
    try:
        machine.start()
        machine.execute("deploy")
        yield machine
    finally:
        machine.stop_all()
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def world(machine: Machine) -> Iterator[httpx.Client]:
    """Who calls from outside: by HTTPS, trusting Caddy's own authority."""
    root = machine.path("caddy", "/data/caddy/pki/authorities/local/root.crt")
    trust = ssl.create_default_context(cafile=f"{root}")
    url = f"https://localhost:{machine.ports[443]}"
    with httpx.Client(base_url=url, verify=trust, timeout=30) as client:
        yield client


def stored(machine: Machine, number: str) -> bool:
    """Whether `query`, as the worker's user, finds the order in the warehouse."""
    query = ["python", "-m", "tasks.setup.query", "SELECT order_number FROM orders"]
    return number in machine.execute("worker", query).decode()


def sell(machine: Machine, world: httpx.Client, rms: Sandbox, shop: ShopKeys) -> str:
    """Sell an order and send its notice; return its number."""
    (number,) = rms.sell(1)
    auth = auth_xml(shop.notice_auth_key, shop.shop_url, shop.contract_id)
    message = order_xml(number, auth=auth)

    def taken() -> bool:  # once the first run has written the receiver's keys
        answer = world.post("/notices", content=message, headers=HEADERS)
        return "N-000-000" in answer.text

    until(taken, PATIENCE_S)
    return number


def login(machine: Machine) -> tuple[str, str]:
    file = machine.path("server", f"/var/lib/juchu/{FILE}")
    (found,) = re.findall(rf"^{LOGIN}='(.*)'$", file.read_text(), re.MULTILINE)
    name, _, password = found.partition(":")
    return name, password


def test_a_sale_goes_from_https_to_the_warehouse(machine, world, rms, shop):
    number = sell(machine, world, rms, shop)

    until(lambda: stored(machine, number), PATIENCE_S)


def test_only_notices_are_answered_outside(world):
    assert [world.get(path).status_code for path in ("/", "/metrics", "/healthz")] == [
        404,
        404,
        404,
    ]


def test_prefect_asks_for_the_login(machine):
    url = f"http://127.0.0.1:{machine.ports[4200]}/api/flows/count"

    assert httpx.post(url, json={}).status_code == 401
    assert httpx.post(url, json={}, auth=login(machine)).json() > 10


def test_the_page_calls_the_address_a_browser_reaches(machine):
    url = f"http://127.0.0.1:{machine.ports[4200]}"

    told = httpx.get(f"{url}/ui-settings", auth=login(machine)).json()

    assert told["api_url"] == f"{url}/api"


def test_prefects_runs_are_in_postgresql_and_its_log_is_quiet(machine):
    count = ["psql", "-U", "prefect", "-Atc", "SELECT count(*) FROM flow_run"]

    assert int(machine.execute("postgres", count)) > 0
    assert not list(machine.path("server", "/var/lib/prefect").glob("*.db"))
    for name in ("server", "worker", "receiver", "postgres"):
        assert TROUBLE.findall(machine.log(name)) == [], name


def test_what_is_written_is_its_users_only(machine):
    home = machine.path("worker", "/var/lib/juchu")
    user, _, _ = machine.service("worker")["user"].partition(":")
    expected = int(user) if os.geteuid() == 0 else os.geteuid()

    kept = [path for path in home.rglob("*") if not path.is_symlink()]

    assert [path for path in kept if path.stat().st_uid != expected] == []
    assert [p for p in kept if p.is_file() and p.stat().st_mode & 0o077] == []


def commands(heading: str) -> list[str]:
    """Return the lines of the first `sh` block below a heading of the page."""
    text = (UPGRADE).read_text(encoding="utf-8")
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    (block, *_) = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    lines = block.replace("\\\n", " ").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "git "))]


def do(machine: Machine, heading: str) -> None:
    for line in commands(heading):
        if not line.startswith("docker compose build"):
            shell(machine, line)


def test_a_rollback_gives_back_the_copy_and_the_next_run_what_came_since(
    machine, world, rms, shop
):
    before = sell(machine, world, rms, shop)
    until(lambda: stored(machine, before), PATIENCE_S)
    do(machine, "Copy")
    do(machine, "Upgrade")
    since = sell(machine, world, rms, shop)
    until(lambda: stored(machine, since), PATIENCE_S)

    do(machine, "Roll back")

    assert stored(machine, before)
    do(machine, "After a rollback")
    assert stored(machine, since)
