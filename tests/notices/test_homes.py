"""Any receiver takes any shop's notice; the home that owns the shop has it once."""

import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import httpx
import pytest
import uvicorn
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.testclient import TestClient

from connectors.notices.app import make_app
from connectors.notices.keys import save_keys
from connectors.notices.receivers import (
    Brought,
    Home,
    KeysUnreadable,
    fetch_notices,
)
from connectors.notices.server import receiver_parts
from connectors.notices.spool import Spool
from connectors.settings.reading import read_settings
from connectors.settings.receiver_addresses import receivers_of
from tests.notices.conftest import fresh_number, shop_keys
from tests.support.notices import HEADERS, auth_xml, order_xml

SECRET = SecretStr("a-secret-of-at-least-thirty-two-characters")


class Site:
    """A receiver's host, heard over HTTP: it may be away, or its answers get lost."""

    def __init__(self, app: Starlette) -> None:
        self.loses_answers = False
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._app = app
        self.come_back()

    def come_back(self) -> None:
        """Listen, as a receiver that was started again."""
        if self.listening.fileno() < 0:
            self.listening = socket.create_server(("127.0.0.1", self.port))
        config = uvicorn.Config(self._losing, interface="asgi3", log_config=None)
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run, args=([self.listening],))
        self._thread.start()

    def go_away(self) -> None:
        """Hear nothing any more: nobody listens at the address."""
        self._server.should_exit = True
        self._thread.join()
        self.listening.close()

    def take(self, message: bytes) -> int:
        """Send a message of Rakuten's; return how many of its notices were taken."""
        url = f"{self.url}/notices"
        answer = httpx.post(url, content=message, headers=HEADERS, trust_env=False)
        return answer.content.count(b"N-000-000")

    async def _losing(self, scope: Any, receive: Any, send: Any) -> None:
        """Do what a call asks for; hang up within the answer if it is to be lost."""
        loses = self.loses_answers and scope["type"] == "http"

        async def head_alone(part: Any) -> None:
            if not (loses and part["type"] == "http.response.body"):
                await send(part)

        await self._app(scope, receive, head_alone)
        if loses:
            raise ConnectionError("cut")


class Sites(NamedTuple):
    """Two receivers, and where homes may be."""

    r1: Site
    r2: Site
    folder: Path

    def home(self, name: str, epoch: int = 1, **shop: str) -> tuple[Home, Spool]:
        folder = self.folder / f"{name}-{epoch}"
        keys = [shop_keys("key-of-" + name, handle=name, **shop)]
        save_keys(folder / "receiver-keys.json", keys)
        home = Home(name, epoch, folder / "receiver-keys.json")
        return home, Spool(folder / "spool")

    def fetch(self, home: tuple[Home, Spool]) -> Brought:
        return fetch_notices([self.r1.url, self.r2.url], SECRET, *home)


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sites]:
    monkeypatch.setenv("JUCHU_RECEIVER_SECRET", SECRET.get_secret_value())
    there = []
    for name in ("r1", "r2"):
        monkeypatch.setenv("JUCHU_HOME", str(tmp_path / name))
        there.append(Site(make_app(receiver_parts(read_settings()))))
    yield Sites(*there, tmp_path)
    for each in there:
        each.go_away()


def notice(number: str, key: str) -> bytes:
    return order_xml(number, auth=auth_xml(key))


def orders(spool: Spool) -> list[str]:
    return sorted(str(notice.order_number) for notice in spool.waiting(10_000))


def test_a_notice_reaches_its_home_once_whichever_receiver_took_it(sites: Sites):
    one, two = sites.home("h1", shop_id="123456"), sites.home("h2", shop_id="654321")
    sites.fetch(one)
    sites.fetch(two)  # now both receivers know both homes' keys
    first, second = fresh_number(), fresh_number()
    other = fresh_number().replace("123456", "654321")

    assert sites.r1.take(notice(first, "key-of-h1")) == 1
    assert sites.r2.take(notice(first, "key-of-h1")) == 1  # sent again, to the other
    assert sites.r2.take(notice(second, "key-of-h1")) == 1
    assert sites.r1.take(notice(other, "key-of-h2")) == 1
    assert sites.fetch(one).new == 2
    assert sites.fetch(one).new == 0
    assert orders(one[1]) == sorted([first, second])
    assert sites.fetch(two).new == 1
    assert orders(two[1]) == [other]


def test_nothing_is_settled_before_the_home_has_it(sites: Sites):
    home = sites.home("h1")
    sites.fetch(home)
    numbers = sorted(fresh_number() for _ in range(3))
    for number in numbers:
        sites.r1.take(notice(number, "key-of-h1"))
    sites.r1.loses_answers = True  # cut after the receiver has done its part

    silent = {sites.r1.url: "RemoteProtocolError"}
    assert sites.fetch(home) == (0, silent)
    sites.r1.loses_answers = False
    sites.r1.go_away()
    assert sites.fetch(home).silent == {sites.r1.url: "ConnectError"}
    sites.r1.come_back()
    assert sites.fetch(home) == (3, {})
    assert orders(home[1]) == numbers
    assert sites.fetch(home).new == 0


def test_a_host_that_the_home_has_left_takes_nothing(sites: Sites):
    old, new = sites.home("h1"), sites.home("h1", epoch=2)
    sites.fetch(old)
    sites.fetch(new)
    sites.r2.take(notice(fresh_number(), "key-of-h1"))

    assert sites.fetch(old) == (
        0,
        {sites.r1.url: "HTTP 409", sites.r2.url: "HTTP 409"},
    )
    assert sites.fetch(new).new == 1


@pytest.mark.parametrize("content", [None, "{}", '{"version": 1, "shops": [{'])
def test_a_home_that_cannot_read_its_keys_names_no_shops_to_anybody(
    sites: Sites, content: str | None
):
    home = sites.home("h1")
    sites.fetch(home)
    keys = home[0].key_file.read_bytes()
    home[0].key_file.unlink()
    if content is not None:
        home[0].key_file.write_text(content)

    with pytest.raises(KeysUnreadable, match=r"receiver-keys\.json.*対処"):
        sites.fetch(home)

    number = fresh_number()
    assert (
        sites.r1.take(notice(number, "key-of-h1")) == 1
    )  # its notices are still taken
    home[0].key_file.write_bytes(keys)
    assert sites.fetch(home).new == 1
    assert orders(home[1]) == [number]


def test_nobody_fetches_without_the_secret(
    sites: Sites, monkeypatch: pytest.MonkeyPatch
):
    home = sites.home("h1")
    silent = fetch_notices([sites.r1.url], SecretStr("x" * 40), *home).silent
    assert silent == {sites.r1.url: "HTTP 401"}
    url = f"{sites.r1.url}/homes/..%2fx"
    assert httpx.post(url, trust_env=False).status_code == 404

    monkeypatch.setenv("JUCHU_RECEIVER_SECRET", "")
    closed = TestClient(make_app(receiver_parts(read_settings())))
    assert closed.post("/homes/h1").status_code == 404


def test_a_receiver_that_starts_again_knows_the_homes(sites: Sites):
    sites.fetch(sites.home("h1"))
    again = make_app(receiver_parts(read_settings()))  # in the folder of r2
    answer = TestClient(again).post(
        "/notices",
        content=order_xml(fresh_number(), auth=auth_xml("key-of-h1")),
        headers=HEADERS,
    )

    assert b"N-000-000" in answer.content


@pytest.mark.parametrize(
    "address", ["http://example.com", "ftp://10.0.0.5", "10.0.0.5"]
)
def test_an_address_in_the_open_is_refused(address: str):
    with pytest.raises(ValueError, match="https://"):
        receivers_of(f"https://r.example.jp, {address}")
