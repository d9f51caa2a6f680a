"""What a broken wire or an unkind server can do to a call."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from connectors.rms import http as rms_http
from connectors.rms.answers import RmsFunction
from connectors.rms.errors import (
    OutcomeUnknown,
    Refused,
    RmsTrouble,
    TooSlow,
    Unavailable,
)
from connectors.rms.http import Limits, RmsHttp
from connectors.rms.pace import Bucket, Turn, unlimited
from tests.rms.judged import message, said
from tests.rms.wire_server import (
    WireServer,
    answer,
    black_hole,
    cut,
    cut_without_length,
    drip,
    drip_headers,
    endless,
    hang_up,
    not_http,
    reset,
    spoil_tls,
)
from tests.shops.mail_server import certificate
from tests.support.effort import for_ci
from tests.support.waiting import until

READ = RmsFunction("getOrder")
WRITE = RmsFunction("confirmOrder", is_write=True)
OK = answer(said(message("INFO", "OK")))
SHORT = Limits(deadline_s=1.2)
"""Connecting gets 45 % of it: with less, a busy machine is not reached in time."""


def in_ci(script):
    return pytest.param(script, marks=for_ci)


@pytest.mark.parametrize(
    "script", [cut, cut_without_length, reset, hang_up, not_http, black_hole, drip]
)
def test_a_broken_answer_is_retried_for_a_read_and_in_doubt_for_a_write(wire, script):
    http, _ = wire(script, limits=SHORT)

    with pytest.raises(Unavailable):
        http.post(READ, "/x/", {})
    with pytest.raises(OutcomeUnknown):
        http.post(WRITE, "/x/", {})


@pytest.mark.parametrize("script", [drip_headers, *map(in_ci, (drip, black_hole))])
def test_one_deadline_holds_for_the_whole_call(wire, script):
    http, _ = wire(script, OK, limits=SHORT)

    began = time.monotonic()
    with pytest.raises(TooSlow):
        http.post(READ, "/x/", {})

    assert time.monotonic() - began < SHORT.deadline_s + 1.2
    assert http.post(READ, "/x/", {}).status == 200


@pytest.mark.parametrize("call", [READ, WRITE])
def test_a_call_that_never_left_can_be_repeated(shop, call):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

    with (
        RmsHttp(shop, url, unlimited, lambda: datetime.now(UTC)) as http,
        pytest.raises(Unavailable),
    ):
        http.post(call, "/x/", {})


def test_a_connection_nobody_takes_up_can_be_repeated_even_for_a_write(shop):
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        address = deaf.getsockname()
        crowd = [socket.socket() for _ in range(4)]
        for one in crowd:
            one.setblocking(False)
            one.connect_ex(address)
        url = f"http://127.0.0.1:{address[1]}"

        with (
            RmsHttp(shop, url, unlimited, lambda: datetime.now(UTC), SHORT) as http,
            pytest.raises(Unavailable),
        ):
            http.post(WRITE, "/x/", {})

        for one in crowd:
            one.close()


def test_a_write_that_broke_in_its_headers_may_have_been_sent(shop):
    """More header than the network takes at once, and RMS hangs up on it."""
    endless = shop.model_copy(update={"service_secret": SecretStr("s" * 12_000_000)})

    def hang_up_early(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(10)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        server = threading.Thread(target=hang_up_early, args=(listener,))
        server.start()

        with (
            RmsHttp(endless, url, unlimited, lambda: datetime.now(UTC)) as http,
            pytest.raises(OutcomeUnknown),
        ):
            http.post(WRITE, "/x/", {})

        server.join()


def test_an_answer_without_tls_on_an_https_address_is_unavailable(shop, wire):
    _, server = wire(OK)
    url = server.url.replace("http://", "https://")

    with (
        RmsHttp(shop, url, unlimited, lambda: datetime.now(UTC), SHORT) as http,
        pytest.raises(Unavailable),
    ):
        http.post(WRITE, "/x/", {})


def test_tls_that_breaks_while_the_answer_is_read_is_a_broken_connection(
    shop, tmp_path, monkeypatch
):
    serving, trusting = certificate(tmp_path)
    monkeypatch.setattr(rms_http, "_trusted", lambda: trusting)

    with (
        WireServer(spoil_tls, tls=serving) as server,
        RmsHttp(shop, server.url, unlimited, lambda: datetime.now(UTC)) as http,
    ):
        with pytest.raises(Unavailable):
            http.post(READ, "/x/", {})
        with pytest.raises(OutcomeUnknown):
            http.post(WRITE, "/x/", {})


@pytest.mark.parametrize(
    "place", ["http://xn--/", "http:\u3000/a.example/", "http://[::1", ""]
)
def test_a_redirect_to_no_address_at_all_ends_as_one_of_our_errors(wire, place):
    http, _ = wire(answer(b"", 302, Location=place))

    with pytest.raises(RmsTrouble):
        http.post(READ, "/x/", {})
    with pytest.raises(RmsTrouble):
        http.post(WRITE, "/x/", {})


def test_a_cookie_is_not_kept_nor_sent_back(wire):
    """One that is no ASCII would break each later call before it is made."""
    odd = answer(said(message("INFO", "OK")), Set_Cookie="店舗=見本; Path=/")
    http, server = wire(odd, answer(b"", 503, Set_Cookie="a=b"), OK)

    http.post(READ, "/x/", {})
    with pytest.raises(Unavailable):
        http.post(READ, "/x/", {})
    http.post(READ, "/x/", {})

    assert not any(b"ookie:" in request for request in server.requests)


def test_an_endless_body_stops_at_the_limit(wire):
    http, _ = wire(endless, limits=Limits(deadline_s=5, max_body=200_000))

    with pytest.raises(Refused):
        http.post(READ, "/x/", {})
    with pytest.raises(OutcomeUnknown):
        http.post(WRITE, "/x/", {})


def test_a_gzip_bomb_stops_at_the_limit_of_unpacked_bytes(wire):
    bomb = gzip.compress(b" " * 40_000_000)
    http, _ = wire(answer(bomb, Content_Encoding="gzip"))

    with pytest.raises(Refused) as refused:
        http.post(READ, "/x/", {})

    assert len(bomb) < 100_000
    assert "16,777,216" in str(refused.value)


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b'{"a": 1}')[:-6], "gzip"),
        (b"not gzip", "gzip"),
        (b'{"a": 1}', "br"),
    ],
    ids=["cut-gzip", "no-gzip", "unasked-encoding"],
)
def test_a_spoiled_encoding_is_a_broken_answer(wire, body, encoding):
    http, _ = wire(answer(body, Content_Encoding=encoding))

    with pytest.raises(Unavailable):
        http.post(READ, "/x/", {})


def test_a_redirect_is_not_followed_because_the_key_would_travel(wire):
    _, target = wire(OK)
    lured, _ = wire(answer(b"", 307, Location=target.url + "/stolen"))

    with pytest.raises(Refused):
        lured.post(READ, "/x/", {})

    assert target.requests == []


def test_the_key_goes_in_one_header_with_blanks_cut_and_japanese_goes_raw(wire):
    http, server = wire(OK)

    http.post(READ, "/es/2.0/order/getOrder/", {"memo": "髙島屋"})

    request = server.requests[0]
    head = request.partition(b"\r\n\r\n")[0].lower()
    # base64 of CANARY-SECRET-51c9:CANARY-KEY-7f3a
    token = b"Q0FOQVJZLVNFQ1JFVC01MWM5OkNBTkFSWS1LRVktN2YzYQ=="
    assert b"Authorization: ESA " + token in request
    assert b"content-type: application/json; charset=utf-8" in head
    assert "髙島屋".encode() in request
    assert request.startswith(b"POST /es/2.0/order/getOrder/ HTTP/1.1")


def test_every_call_asks_the_pace_first_and_opens_only_inside_with(shop, wire):
    _, server = wire(OK)
    asked: list[int] = []

    def pace() -> Turn:
        asked.append(len(server.requests))
        return unlimited()

    http = RmsHttp(shop, server.url, pace, lambda: datetime.now(UTC))
    with pytest.raises(RuntimeError):
        http.post(READ, "/x/", {})
    with http:
        http.post(READ, "/x/", {})
        http.post(READ, "/x/", {})

    assert asked == [0, 1]


def test_a_turn_ends_once_the_request_has_left_and_before_its_answer(shop, wire):
    is_over = threading.Event()

    def answer_later(connection: socket.socket, stop: threading.Event) -> None:
        if is_over.wait(SHORT.deadline_s):
            OK(connection, stop)

    @contextmanager
    def pace() -> Iterator[None]:
        yield
        until(lambda: server.requests, patience_s=5)
        is_over.set()

    _, server = wire(answer_later)

    with RmsHttp(shop, server.url, pace, lambda: datetime.now(UTC)) as http:
        assert http.post(READ, "/x/", {}).status == 200


def test_a_turn_ends_when_nothing_could_be_sent(shop):
    ended: list[int] = []

    @contextmanager
    def pace() -> Iterator[None]:
        yield
        ended.append(1)

    with (
        RmsHttp(shop, "http://127.0.0.1:9", pace, lambda: datetime.now(UTC)) as http,
        pytest.raises(Unavailable),
    ):
        http.post(READ, "/x/", {})

    assert ended == [1]


def test_a_call_of_another_bucket_asks_its_own_pace(shop, wire):
    _, server = wire(OK)
    asked: list[str] = []
    pace = lambda name: lambda: asked.append(name) or unlimited()  # noqa: E731
    paces = {Bucket.STOCK_READ: pace("read")}

    with RmsHttp(
        shop,
        server.url,
        pace("order"),
        lambda: datetime.now(UTC),
        paces=paces,
    ) as http:
        http.post(READ, "/x/", {})
        http.post(RmsFunction("y", bucket=Bucket.STOCK_READ), "/y", {})
        http.post(RmsFunction("z", bucket=Bucket.STOCK_WRITE), "/z", {})

    assert asked == ["order", "read", "order"]


@pytest.mark.parametrize(
    "url",
    [
        "http://api.rms.rakuten.co.jp",
        "ftp://127.0.0.1",
        "https://user:pass@api.rms.rakuten.co.jp",
        "https://api.rms.rakuten.co.jp/?x=1",
        "http://127.0.0.1.example.com",
        "http://[::1",
        "",
    ],
)
def test_an_unsafe_address_is_refused_before_any_call(shop, url):
    with pytest.raises(ValueError, match=r"https:|アドレス"):
        RmsHttp(shop, url, unlimited, lambda: datetime.now(UTC))


@pytest.mark.parametrize("proxy", ["HTTP_PROXY", "ALL_PROXY"])
def test_a_proxy_in_the_environment_is_not_used(wire, monkeypatch, proxy):
    monkeypatch.setenv(proxy, "http://127.0.0.1:1")
    http, _ = wire(OK)

    assert http.post(READ, "/x/", {}).status == 200
