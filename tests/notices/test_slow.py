"""Senders that take their time; this receiver waits half a second only."""

import socket
import time
from collections.abc import Iterator

import pytest

from tests.notices.conftest import Sender, fresh_number
from tests.support.notices import Receiver, order_xml, shop_environment
from tests.support.waiting import until

DEADLINE_S = 0.5
HEAD = b"POST /notices HTTP/1.1\r\nHost: x\r\n"


@pytest.fixture(scope="module")
def impatient(tmp_path_factory, http) -> Iterator[Sender]:
    env = shop_environment() | {
        "JUCHU_NOTICE_DEADLINE_S": str(DEADLINE_S),
    }
    with Receiver(tmp_path_factory.mktemp("impatient"), env) as receiver:
        yield Sender(receiver, http)


@pytest.fixture
def wire(impatient) -> Iterator[socket.socket]:
    address = ("127.0.0.1", impatient.receiver.port)
    with socket.create_connection(address, timeout=5) as connection:
        yield connection


def until_closed(wire: socket.socket) -> tuple[bytes, float]:
    """What was said before the connection was closed, and how long that took."""
    began = time.monotonic()
    said = b""
    while chunk := wire.recv(65536):
        said += chunk
    return said, time.monotonic() - began


def test_a_body_that_does_not_come_is_told_so(wire):
    wire.sendall(HEAD + b"Content-Length: 100\r\n\r\n<order")
    said, took_s = until_closed(wire)

    assert said.startswith(b"HTTP/1.1 408 ")
    assert said.endswith(b"<resultCode>E-400-100</resultCode></responseModel>")
    assert DEADLINE_S * 0.8 < took_s < 4


def test_a_body_that_drips_is_cut_off_by_the_whole_time_it_takes(wire):
    wire.sendall(HEAD + b"Content-Length: 60000\r\n\r\n")
    wire.settimeout(0.02)
    said = b""
    for _ in range(200):
        wire.sendall(b" ")
        try:
            said += wire.recv(65536)
        except TimeoutError:
            continue
        break

    assert said.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("start", [b"", b"P", HEAD, HEAD + b"Content-Length: 1\r\n"])
def test_a_connection_without_a_whole_head_is_closed(wire, start):
    if start:
        wire.sendall(start)
    said, took_s = until_closed(wire)

    assert said == b""
    assert DEADLINE_S * 0.8 < took_s < 4


def test_a_head_that_drips_is_cut_off_by_the_whole_time_it_takes(wire):
    began = time.monotonic()
    wire.settimeout(0.02)
    wire.sendall(HEAD + b"X-Slow: ")
    closed = False
    while not closed and time.monotonic() - began < 4:
        try:
            wire.sendall(b"x")
            closed = not wire.recv(1)
        except TimeoutError:
            continue
        except OSError:
            closed = True

    assert closed
    assert time.monotonic() - began > DEADLINE_S * 0.8


def test_the_second_head_on_a_kept_connection_has_the_same_limit(wire):
    body = order_xml(fresh_number())
    wire.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    first = wire.recv(65536)
    wire.sendall(b"POST /not")
    rest, took_s = until_closed(wire)

    assert first.startswith(b"HTTP/1.1 200 ")
    assert b"HTTP/1.1" not in rest
    assert took_s < 4


def test_a_sender_that_hangs_up_leaves_nothing(impatient):
    number = fresh_number()
    body = order_xml(number)
    address = ("127.0.0.1", impatient.receiver.port)
    with socket.create_connection(address) as wire:
        wire.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body[:-9])

    refused = 'juchu_notice_messages_refused_total{reason="hung_up"}'
    assert until(lambda: impatient.metric(refused))
    assert number not in impatient.spooled()
