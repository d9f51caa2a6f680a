"""Any receiver takes any shop's notice; the home that owns the shop has it once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from connectors.notices import receivers
from connectors.notices.app import make_app
from connectors.notices.keys import save_keys
from connectors.notices.receivers import Home, KeysUnreadable, fetch_notices
from connectors.notices.server import open_house
from connectors.notices.spool import Spool
from connectors.receiver_addresses import receivers_of
from connectors.settings import read_settings
from tests.notices.conftest import fresh_number, shop_keys
from tests.support.notices import HEADERS, auth_xml, order_xml

SECRET = SecretStr("a-secret-of-at-least-thirty-two-characters")


class Wire(httpx.BaseTransport):
    """The network between homes and receivers; a receiver may be away, or an answer."""

    def __init__(self, there: dict[str, TestClient]) -> None:
        self.there = there
        self.away: set[str] = set()
        self.loses_answers = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host in self.away:
            raise httpx.ConnectError("no route")
        headers = {k: v for k, v in request.headers.items() if k != "host"}
        answer = self.there[request.url.host].post(
            request.url.path, content=request.read(), headers=headers
        )
        if self.loses_answers:
            raise httpx.ReadTimeout("lost")
        return httpx.Response(answer.status_code, content=answer.content)


class Sites(NamedTuple):
    """Two receivers, the wire, and where homes may be."""

    wire: Wire
    folder: Path

    def home(self, name: str, epoch: int = 1, **shop: str) -> tuple[Home, Spool]:
        folder = self.folder / f"{name}-{epoch}"
        keys = [shop_keys("key-of-" + name, handle=name, **shop)]
        save_keys(folder / "receiver-keys.json", keys)
        home = Home(name, epoch, folder / "receiver-keys.json")
        return home, Spool(folder / "spool")

    def send(self, receiver: str, number: str, key: str) -> int:
        answer = self.wire.there[receiver].post(
            "/notices", content=order_xml(number, auth=auth_xml(key)), headers=HEADERS
        )
        return answer.content.count(b"N-000-000")


@pytest.fixture
def sites(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sites]:
    monkeypatch.setenv("JUCHU_RECEIVER_SECRET", SECRET.get_secret_value())
    there = {}
    for name in ("r1", "r2"):
        monkeypatch.setenv("JUCHU_HOME", str(tmp_path / name))
        there[name] = TestClient(make_app(open_house(read_settings())))
    wire = Wire(there)
    real = httpx.Client

    def client(**given: Any) -> httpx.Client:
        return real(**given, transport=wire)

    monkeypatch.setattr(receivers.httpx, "Client", client)
    yield Sites(wire, tmp_path)
    for each in there.values():
        each.close()


def fetch(home: tuple[Home, Spool]) -> receivers.Brought:
    urls = ["http://r1", "http://r2"]
    return fetch_notices(urls, SECRET, home[0], home[1])


def orders(spool: Spool) -> list[str]:
    return sorted(str(notice.order_number) for notice in spool.waiting(10_000))


def test_a_notice_reaches_its_home_once_whichever_receiver_took_it(sites: Sites):
    one, two = sites.home("h1", shop_id="123456"), sites.home("h2", shop_id="654321")
    fetch(one)
    fetch(two)  # now both receivers know both homes' keys
    first, second = fresh_number(), fresh_number()
    other = fresh_number().replace("123456", "654321")

    assert sites.send("r1", first, "key-of-h1") == 1
    assert sites.send("r2", first, "key-of-h1") == 1  # sent again, to the other
    assert sites.send("r2", second, "key-of-h1") == 1
    assert sites.send("r1", other, "key-of-h2") == 1
    assert fetch(one).new == 2
    assert fetch(one).new == 0
    assert orders(one[1]) == sorted([first, second])
    assert fetch(two).new == 1
    assert orders(two[1]) == [other]


def test_nothing_is_settled_before_the_home_has_it(sites: Sites):
    home = sites.home("h1")
    fetch(home)
    numbers = sorted(fresh_number() for _ in range(3))
    for number in numbers:
        sites.send("r1", number, "key-of-h1")
    sites.wire.loses_answers = True  # cut after the receiver has done its part

    assert fetch(home).new == 0
    sites.wire.loses_answers = False
    sites.wire.away = {"r1"}
    assert fetch(home).silent == {"http://r1": "ConnectError"}
    sites.wire.away = set()
    assert fetch(home) == (3, {})
    assert orders(home[1]) == numbers
    assert fetch(home).new == 0


def test_a_host_that_the_home_has_left_takes_nothing(sites: Sites):
    old, new = sites.home("h1"), sites.home("h1", epoch=2)
    fetch(old)
    fetch(new)
    sites.send("r2", fresh_number(), "key-of-h1")

    assert fetch(old) == (0, {"http://r1": "HTTP 409", "http://r2": "HTTP 409"})
    assert fetch(new).new == 1


@pytest.mark.parametrize("content", [None, "{}", '{"version": 1, "shops": [{'])
def test_a_home_that_cannot_read_its_keys_names_no_shops_to_anybody(
    sites: Sites, content: str | None
):
    home = sites.home("h1")
    fetch(home)
    keys = home[0].key_file.read_bytes()
    home[0].key_file.unlink()
    if content is not None:
        home[0].key_file.write_text(content)

    with pytest.raises(KeysUnreadable, match=r"receiver-keys\.json.*対処"):
        fetch(home)

    number = fresh_number()
    assert sites.send("r1", number, "key-of-h1") == 1  # its notices are still taken
    home[0].key_file.write_bytes(keys)
    assert fetch(home).new == 1
    assert orders(home[1]) == [number]


def test_nobody_fetches_without_the_secret(
    sites: Sites, monkeypatch: pytest.MonkeyPatch
):
    home = sites.home("h1")
    silent = fetch_notices(["http://r1"], SecretStr("x" * 40), *home).silent
    assert silent == {"http://r1": "HTTP 401"}
    assert sites.wire.there["r1"].post("/homes/..%2fx").status_code == 404

    monkeypatch.setenv("JUCHU_RECEIVER_SECRET", "")
    closed = TestClient(make_app(open_house(read_settings())))
    assert closed.post("/homes/h1").status_code == 404


def test_a_receiver_that_starts_again_knows_the_homes(sites: Sites):
    fetch(sites.home("h1"))
    again = make_app(open_house(read_settings()))  # in the folder of r2
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
