"""Who may stay connected when there are more senders than seats."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.notices.seats import Seats, SenderShares, sender
from connectors.settings.networks import networks_of
from tests.notices.conftest import Sender, fresh_number
from tests.support.notices import HEADERS, Receiver, order_xml, shop_environment
from tests.support.waiting import until

HEAD = b"POST /notices HTTP/1.1\r\nHost: x\r\n"
IDLE = 2_000
GOOD = 30


class Caller:
    """A connection that remembers whether it was hung up."""

    def __init__(self) -> None:
        self.is_there = True

    def hang_up(self) -> None:
        self.is_there = False


def seated(seats: Seats, number: int, host: str) -> list[Caller]:
    callers = [Caller() for _ in range(number)]
    for one in callers:
        assert seats.take(one, host)
    return callers


def test_the_oldest_silent_connection_of_a_full_share_makes_way():
    seats = Seats(most=10, share=3)
    first, second, third = seated(seats, 3, "192.0.2.1")
    other = seated(seats, 1, "192.0.2.2")[0]
    seats.has_spoken(first)
    seated(seats, 1, "192.0.2.1")

    assert [one.is_there for one in (first, second, third, other)] == [
        True,
        False,
        True,
        True,
    ]
    assert len(seats) == 4


def test_one_kept_open_after_its_request_makes_way_after_those_never_heard():
    seats = Seats(most=10, share=3)
    kept, first, second = seated(seats, 3, "192.0.2.1")
    seats.has_spoken(kept)
    seats.is_silent(kept)
    later = seated(seats, 2, "192.0.2.1")

    assert [one.is_there for one in (kept, first, second)] == [True, False, False]
    for one in later:
        seats.has_spoken(one)
    seated(seats, 1, "192.0.2.1")
    assert not kept.is_there
    assert len(seats) == 3


def test_a_share_of_which_all_have_spoken_refuses_one_more():
    seats = Seats(most=10, share=2)
    for one in seated(seats, 2, "192.0.2.1"):
        seats.has_spoken(one)

    assert not seats.take(Caller(), "192.0.2.1")
    assert seats.take(Caller(), "192.0.2.2")


def test_in_a_full_house_the_oldest_silent_connection_of_all_makes_way():
    seats = Seats(most=4, share=3)
    early = seated(seats, 3, "192.0.2.1")
    late = seated(seats, 1, "192.0.2.2")
    seated(seats, 1, "192.0.2.3")

    assert [one.is_there for one in early + late] == [False, True, True, True]


def test_a_byte_more_does_not_make_a_connection_young():
    seats = Seats(most=10, share=2)
    first, second = seated(seats, 2, "192.0.2.1")
    seats.is_silent(first)
    seated(seats, 1, "192.0.2.1")

    assert (first.is_there, second.is_there) == (False, True)


def test_a_kept_connection_is_silent_again_after_its_answer():
    seats = Seats(most=10, share=2)
    first, second = seated(seats, 2, "192.0.2.1")
    seats.has_spoken(first)
    seats.has_spoken(second)
    seats.is_silent(second)

    assert seats.take(Caller(), "192.0.2.1")
    assert (first.is_there, second.is_there) == (True, False)


def test_a_proxy_has_no_share_but_the_house_has_its_limit():
    seats = Seats(most=4, share=2, proxies=networks_of("127.0.0.1, 10.0.0.0/8"))
    callers = seated(seats, 2, "127.0.0.1") + seated(seats, 2, "10.1.2.3")
    for one in callers:
        seats.has_spoken(one)

    assert not seats.take(Caller(), "10.1.2.3")


@pytest.mark.parametrize(
    ("host", "stands_for"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unix", "unix"),
    ],
)
def test_a_sender_is_an_address_or_a_network_of_ipv6(host, stands_for):
    assert sender(host) == stands_for


HOSTS = st.sampled_from(["192.0.2.1", "192.0.2.2", "127.0.0.1"])
STEPS = st.lists(st.tuples(st.sampled_from(["take", "speak", "wait", "leave"]), HOSTS))


@given(STEPS)
def test_limits_hold_and_every_seat_is_freed(steps):
    seats = Seats(most=5, share=2, proxies=networks_of("127.0.0.1"))
    at: list[tuple[Caller, str]] = []
    for step, host in steps:
        at = [(one, where) for one, where in at if one.is_there]
        mine = [one for one, where in at if where == host]
        if step == "take":
            newcomer = Caller()
            if seats.take(newcomer, host):
                at.append((newcomer, host))
        elif mine and step == "leave":
            seats.leave(mine[0])
            mine[0].is_there = False
        elif mine:
            (seats.has_spoken if step == "speak" else seats.is_silent)(mine[0])
        at = [(one, where) for one, where in at if one.is_there]
        assert len(seats) == len(at) <= 5
        assert sum(where == "192.0.2.1" for _, where in at) <= 2
    for one, _ in at:
        seats.leave(one)

    assert len(seats) == 0
    assert not any(vars(seats)[name] for name in ("_of", "_silent", "_all_silent"))


def test_requests_at_work_for_a_forwarded_address_have_a_share():
    shares = SenderShares(2)
    with ExitStack() as at_work:
        taken = [at_work.enter_context(shares.one_more("192.0.2.1")) for _ in range(3)]
        other = at_work.enter_context(shares.one_more("192.0.2.2"))
    with shares.one_more("192.0.2.1") as afterwards:
        assert (taken, other, afterwards) == ([True, True, False], True, True)


@pytest.fixture(scope="module")
def crowded(tmp_path_factory, http) -> Iterator[Sender]:
    env = shop_environment() | {
        "JUCHU_NOTICE_CONNECTIONS_EACH": "8",
        "JUCHU_NOTICE_PROXIES": "127.0.0.2",
    }
    with Receiver(tmp_path_factory.mktemp("crowded"), env) as receiver:
        yield Sender(receiver, http)


def connected(crowd: ExitStack, sender: Sender, source: str = "") -> socket.socket:
    address = ("127.0.0.1", sender.receiver.port)
    wire = socket.create_connection(address, 5, (source, 0) if source else None)
    return crowd.enter_context(wire)


def test_good_notices_come_in_from_the_address_of_2000_idle_sockets(crowded):
    with ExitStack() as crowd:
        for _ in range(IDLE):
            connected(crowd, crowded)
        answers = []
        for _ in range(GOOD):
            body = order_xml(fresh_number())
            url = f"http://127.0.0.1:{crowded.receiver.port}/notices"
            answers.append(httpx.post(url, content=body, headers=HEADERS, timeout=5))

    assert len(answers) == GOOD
    assert {answer.status_code for answer in answers} == {200}
    assert all(b"N-000-000" in answer.content for answer in answers)


def test_behind_the_proxy_named_the_forwarded_address_has_the_share(crowded):
    held = HEAD + b"X-Forwarded-For: 198.51.100.7\r\nContent-Length: 9\r\n\r\n"
    last = HEAD + b"X-Forwarded-For: 198.51.100.%d\r\nContent-Length: 0\r\n\r\n"
    with ExitStack() as crowd:
        for _ in range(8):
            connected(crowd, crowded, "127.0.0.2").sendall(held)
        until(lambda: status_of(crowd, crowded, last % 7).startswith(b"HTTP/1.1 503 "))
        other = status_of(crowd, crowded, last % 8)

    assert other.startswith(b"HTTP/1.1 200 ")


def status_of(crowd: ExitStack, sender: Sender, request: bytes) -> bytes:
    wire = connected(crowd, sender, "127.0.0.2")
    wire.sendall(request)
    return wire.recv(65536)


def test_an_address_that_names_another_as_its_sender_is_counted_itself(crowded):
    forged = HEAD + b"X-Forwarded-For: 198.51.100.%d\r\nContent-Length: 9\r\n\r\n"
    numbers = iter(range(100))
    with ExitStack() as crowd:

        def one_more_is_hung_up() -> bool:
            wire = connected(crowd, crowded)
            hung_up = is_hung_up(wire)
            if not hung_up:
                wire.sendall(forged % next(numbers))
            return hung_up

        assert until(one_more_is_hung_up, 8)
    assert next(numbers) == 8


def is_hung_up(wire: socket.socket) -> bool:
    """Whether a connection that says nothing is closed within a moment."""
    wire.settimeout(0.2)
    try:
        return not wire.recv(1)
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
