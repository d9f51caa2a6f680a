"""A receiver process for the session, and the parts of one for a single test."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from pydantic import SecretStr

from connectors.notices.keys import KeyRing, KnownShop, NoticeKeys
from connectors.notices.metrics import ReceiverMetrics
from connectors.notices.reception import Reception
from connectors.notices.spool import Spool
from data.model.japan_time import JST
from data.model.notice import Notice, NoticeKind, notice_key
from tests.support.notices import (
    CONTRACT,
    HEADERS,
    KEY,
    SHOP_ID,
    SHOP_URL,
    Receiver,
    read_message,
    result_code,
)
from tests.support.small_files import small_files

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=JST)
_numbers = itertools.count(1)


def fresh_number() -> str:
    """An order number that no other test uses."""
    return f"{SHOP_ID}-20261124-{next(_numbers):010}"


def shop_keys(*keys: str, **other: str) -> NoticeKeys:
    """The shop of the tests, with these keys or its usual one."""
    told = {
        "handle": "demo",
        "shop_id": SHOP_ID,
        "shop_url": SHOP_URL,
        "contract_id": CONTRACT,
    }
    return NoticeKeys(
        **(told | other), auth_keys=tuple(SecretStr(key) for key in keys or (KEY,))
    )


def known(*keys: str, **other: str) -> KnownShop:
    return KnownShop.of(shop_keys(*keys, **other))


def notices_in(body: bytes) -> list[Notice]:
    return read_message(body).notices(SHOP_ID, NOW)


def make_notice(n: int, shop_id: str = SHOP_ID, age_s: float = 0) -> Notice:
    number = f"{shop_id}-20261124-{n:010}"
    return Notice(
        notice_key=notice_key(shop_id, NoticeKind.ORDER, number, "1"),
        shop_id=shop_id,
        order_number=number,
        kind=NoticeKind.ORDER,
        received_at=NOW - timedelta(seconds=age_s),
    )


class Said(NamedTuple):
    """HTTP status and result code of an answer."""

    status: int
    code: str


class Sender:
    """Rakuten, as far as a receiver sees it."""

    def __init__(self, receiver: Receiver, http: httpx.Client) -> None:
        self.receiver = receiver
        self._http = http

    def send(self, body: bytes, content_type: str = HEADERS["Content-Type"]) -> Said:
        headers = {"Content-Type": content_type} if content_type else {}
        url = f"{self.receiver.url}/notices"
        answer = self._http.post(url, content=body, headers=headers)
        return Said(answer.status_code, result_code(answer.content))

    def ask(self, method: str, path: str) -> httpx.Response:
        return self._http.request(method, f"{self.receiver.url}{path}")

    def spooled(self) -> Sequence[str]:
        """The order numbers on disk."""
        waiting = Spool(self.receiver.spool).waiting(100_000)
        return [notice.order_number or "" for notice in waiting]

    def metric(self, name: str) -> float:
        for line in self.ask("GET", "/metrics").text.splitlines():
            if line.startswith(f"{name} "):
                return float(line.rpartition(" ")[2])
        return 0.0


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=10) as client:
        yield client


@pytest.fixture(scope="session")
def receiver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    with Receiver(tmp_path_factory.mktemp("receiver")) as running:
        yield running


@pytest.fixture(scope="session")
def rakuten(receiver: Receiver, http: httpx.Client) -> Sender:
    return Sender(receiver, http)


class Desk:
    """A reception without HTTP around it."""

    def __init__(self, home: Path, *shops: KnownShop) -> None:
        self.spool = Spool(home / "spool")
        self.announced: list[tuple[str, int]] = []
        self.metrics = ReceiverMetrics()
        self.reception = Reception(
            KeyRing(home / "receiver-keys.json", shops),
            self.spool,
            self.metrics,
            lambda handle, new: self.announced.append((handle, new)),
        )

    def take(self, body: bytes) -> str:
        return self.reception.take(body, NOW)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, known())


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


@pytest.fixture(name="small_files")
def limit_of_files():
    return small_files
