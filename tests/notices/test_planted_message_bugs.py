"""Bugs put in on purpose into the reading of messages: the suite must notice each."""

import re
from collections.abc import Callable

import anyio
import pytest
from anyio import CapacityLimiter
from starlette.requests import Request

from connectors.notices import app, messages
from connectors.notices.app import ReceiverParts, Unreadable
from connectors.notices.messages import Illegal, IllegalMessage, NoticeMessage
from connectors.notices.seats import SenderShares
from data.model.notice import Notice
from tests.notices import test_messages
from tests.notices.conftest import NOW, Desk
from tests.support.notices import SHOP_ID, order_xml
from tests.support.planted import caught

BURST = [f"{SHOP_ID}-20261124-{n:010}" for n in range(500)]


def arrived(desk: Desk, body: bytes) -> list[Notice]:
    """The notices of a body that comes in pieces, as the app reads it."""
    parts = ReceiverParts(
        reception=desk.reception,
        spool=desk.spool,
        metrics=desk.metrics,
        announcer=None,
        now=lambda: NOW,
        error_status=200,
        deadline_s=5,
        shares=SenderShares(8),
        homes=None,
    )
    pieces = [body[at : at + 9000] for at in range(0, len(body), 9000)]

    async def receive() -> dict[str, object]:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def read() -> list[Notice]:
        length = (b"content-length", str(len(body)).encode())
        request = Request({"type": "http", "headers": [length]}, receive)
        arrival = await app.read_body(request, parts, CapacityLimiter(1))
        assert desk.reception.settle(arrival, NOW) == "N-000-000"
        return list(desk.spool.waiting(1000))

    return anyio.run(read)


def a_burst_of_500_is_kept(desk: Desk) -> None:
    kept = arrived(desk, order_xml(*BURST))

    assert {notice.order_number for notice in kept} == set(BURST)


def test_a_burst_of_500_notices_is_read_piece_by_piece_and_kept(desk):
    a_burst_of_500_is_kept(desk)


def test_planted_64_kilobytes_a_message_are_caught(desk, monkeypatch):
    monkeypatch.setattr(app, "LARGEST", 64 * 1024)

    with caught(Unreadable):
        a_burst_of_500_is_kept(desk)


def the_pair_is_the_key(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(messages, "NAMES_AN_ORDER", "")


def one_odd_notice_refuses_all(patch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Notice:
        raise IllegalMessage(Illegal.ORDER_NUMBER)

    patch.setattr(NoticeMessage, "_odd", refuse)


PLANTED: dict[Callable[[pytest.MonkeyPatch], None], Callable[[], None]] = {
    the_pair_is_the_key: (
        test_messages.test_an_order_is_found_by_the_name_of_the_value_whatever_the_pair
    ),
    one_odd_notice_refuses_all: lambda: (
        test_messages.test_one_odd_notice_refuses_none_of_the_others("<>")
    ),
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_noticed(monkeypatch, plant):
    PLANTED[plant]()
    plant(monkeypatch)

    with caught(IllegalMessage):
        PLANTED[plant]()


def test_planted_signs_by_their_numbers_are_caught(monkeypatch):
    monkeypatch.setattr(messages, "_sign", lambda found: found[0])

    with caught(IllegalMessage):
        test_messages.test_a_sign_by_its_number_is_read_wherever_a_piece_ends()


def test_a_planted_piece_that_ends_within_such_a_sign_is_caught(monkeypatch):
    monkeypatch.setattr(messages, "_UNFINISHED", re.compile("(?!)"))

    with caught(IllegalMessage):
        test_messages.test_a_sign_by_its_number_is_read_wherever_a_piece_ends()
