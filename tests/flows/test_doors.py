"""Prefect's server lets nobody in but us: neither a process nor a web page.

Both attacks worked on a server as Prefect starts it: the licence keys in clear, and a
shell of our user.
"""

import asyncio
import re
import subprocess
from pathlib import Path
from shlex import quote

import httpx
import pytest
from playwright.sync_api import expect
from prefect.client.orchestration import SyncPrefectClient
from prefect.events.clients import PrefectEventsClient
from prefect.events.schemas.events import Event, Resource
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from connectors.prefect_env import API_URL, LOGIN, NAMES
from tasks.setup import server_in_use
from tasks.setup.services import ROOT, Services
from tests.support.browser import browser_page, sign_in
from tests.support.csv_counter import latest_runs
from tests.support.effort import for_long

pytestmark = pytest.mark.prefect
EVIL = "https://evil.example"
KEYS = {"include_secrets": True}
ORIGINS = pytest.mark.parametrize("origin", [None, EVIL], ids=["process", "page"])
SOCKETS = ("events/in", "events/out", "logs/out", "task_runs/subscriptions/scheduled")
OUT = Path("out")


def called(
    services: Services, path: str, body: dict, origin: str | None, login: str = ""
) -> httpx.Response:
    """Post as a program does, or as a page does without asking first (no preflight)."""
    headers = {} if origin is None else {"Origin": origin, "Content-Type": "text/plain"}
    return httpx.post(
        f"{services.ui}/api/{path}",
        json=body,
        headers=headers,
        auth=tuple(login.split(":")) if login else None,
        trust_env=False,
    )


@ORIGINS
def test_the_licence_keys_are_not_read(services: Services, origin):
    told = called(services, "block_documents/filter", KEYS, origin)

    assert told.status_code == 401
    assert services.sandbox.shops["demo"].license_key not in told.text


def test_with_the_login_they_are_so_the_attack_was_one(services: Services):
    told = called(services, "block_documents/filter", KEYS, None, services.login)

    assert services.sandbox.shops["demo"].license_key in told.text


@ORIGINS
def test_no_command_is_started(
    services: Services, prefect_api: SyncPrefectClient, tmp_path: Path, origin
):
    deployment = prefect_api.read_deployment_by_name("check-connection/0850")
    command = {"job_variables": {"command": f"touch {tmp_path}/broken-in"}}
    before = {run.id for run in latest_runs(prefect_api, "check-connection")}
    path = f"deployments/{deployment.id}/create_flow_run"
    told = called(services, path, command, origin)

    assert told.status_code == 401
    assert {run.id for run in latest_runs(prefect_api, "check-connection")} == before


@pytest.mark.parametrize("login", ["juchu:wrong", "juchu:", "x:y"])
def test_a_wrong_login_is_none(services: Services, login):
    told = called(services, "block_documents/filter", KEYS, None, login)

    assert told.status_code == 401


@pytest.mark.parametrize("path", ["block_documents/filter", "flow_runs/", "ui/schemas"])
def test_a_foreign_page_that_asks_first_is_not_allowed(services: Services, path):
    told = asked_first(services, EVIL, path)

    assert told.status_code == 400
    assert "access-control-allow-origin" not in told.headers


def asked_first(services: Services, origin: str, path: str) -> httpx.Response:
    """Ask as a browser does before it sends another page's request."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    url = f"{services.ui}/api/{path}"
    return httpx.options(url, headers=headers, trust_env=False)


def test_only_the_server_s_own_page_is_allowed(services: Services):
    port = services.ui.rpartition(":")[2]
    own = {f"http://{host}:{port}" for host in ("127.0.0.1", "localhost")}
    others = {f"http://127.0.0.1:{int(port) - 1}", f"https://127.0.0.1:{port}", "null"}
    allowed = {
        origin: asked_first(services, origin, "flow_runs/filter").headers.get(
            "access-control-allow-origin"
        )
        for origin in own | others
    }

    assert allowed == {origin: origin for origin in own} | dict.fromkeys(others)


@pytest.mark.parametrize("path", SOCKETS)
@pytest.mark.parametrize("protocols", [None, ["prefect"]], ids=["plain", "prefect"])
def test_a_websocket_asks_too(services: Services, path, protocols):
    """CORS does not guard them: any page may open one."""
    url = f"{services.ui}/api/{path}".replace("http", "ws", 1)

    def let_in() -> None:
        with connect(url, origin=EVIL, subprotocols=protocols, proxy=None) as socket:
            socket.send('{"type": "auth", "token": "juchu:wrong"}')
            socket.recv(timeout=10)

    with pytest.raises((ConnectionClosed, InvalidStatus)):
        let_in()


def test_our_own_events_come_in(prefect_api: SyncPrefectClient):
    async def told() -> None:
        async with PrefectEventsClient() as client:
            resource = Resource({"prefect.resource.id": "juchu.doors"})
            await client.emit(Event(event="juchu.doors", resource=resource))

    asyncio.run(told())


def test_it_listens_on_this_machine_only(services: Services):
    port = int(services.ui.rpartition(":")[2])
    listening = [
        line.split()[1]
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text("ascii").splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
    ]

    assert listening == [f"0100007F:{port:04X}"]


def test_the_file_alone_finds_the_server(services: Services, monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JUCHU_HOME", str(services.home))
    found = server_in_use.environment_of_server()

    assert found[API_URL] == f"{services.ui}/api"
    assert found[LOGIN] == services.login
    assert found["PREFECT_SERVER_ALLOW_EPHEMERAL_MODE"] == "false"


@for_long
def test_the_next_command_of_readme_works_word_by_word(services: Services):
    readme = (ROOT / "README.md").read_text("utf-8")
    (told,) = re.findall(r"^set -a; . data/local/prefect.*", readme, re.MULTILINE)
    file = quote(f"{services.home}/prefect.env")
    script = told.replace("data/local/prefect.env;", f"{file};")
    bare = {name: v for name, v in services.env.items() if name not in NAMES}
    done = subprocess.run(
        ["sh", "-c", f"{script}\n.venv/bin/prefect deployment inspect 'daily/0900'"],
        env=bare,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "daily" in done.stdout


@for_long
@pytest.mark.browser
def test_the_page_asks_for_the_login(services: Services):
    with browser_page() as page:
        page.goto(f"{services.ui}/v2/blocks")
        expect(page.locator("input[type=password]")).to_be_visible(timeout=30_000)
        OUT.mkdir(exist_ok=True)
        page.screenshot(path=OUT / "login.png")
        assert page.get_by_text("demo", exact=True).count() == 0
        sign_in(page, services.login)
        expect(page.get_by_text("demo", exact=True).first).to_be_visible(timeout=30_000)
        page.screenshot(path=OUT / "signed-in.png")
