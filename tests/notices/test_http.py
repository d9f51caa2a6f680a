"""`/notices`, `/healthz`, `/metrics` of a running receiver."""

import asyncio
import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from anyio import CapacityLimiter
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from connectors.notices import app
from connectors.notices.keys import save_keys
from connectors.notices.spool import Spool
from data.model.japan_time import JST
from tests.notices.conftest import (
    NOW,
    Said,
    Sender,
    fresh_number,
    make_notice,
    shop_keys,
)
from tests.notices.test_messages import BOMB, EXTERNAL
from tests.support.effort import examples
from tests.support.notices import Receiver, auth_xml, order_xml, system_xml
from tests.support.waiting import until

TAKEN = Said(200, "N-000-000")
ILLEGAL = Said(200, "E-400-100")
WRONG_KEY = Said(200, "E-400-101")
LIMIT = 16 * 1024 * 1024


def padded(size: int) -> bytes:
    body = order_xml(fresh_number())
    end = b"</orderNotifyModel>"
    return body.removesuffix(end) + b" " * (size - len(body)) + end


def test_an_order_notice_is_on_disk_when_it_is_answered(rakuten):
    number = fresh_number()

    assert rakuten.send(order_xml(number)) == TAKEN
    assert number in rakuten.spooled()


def test_five_hundred_notices_of_one_message_are_five_hundred_in_the_spool(rakuten):
    before = len(rakuten.spooled())
    numbers = [fresh_number() for _ in range(500)]

    assert rakuten.send(order_xml(*numbers)) == TAKEN
    assert len(rakuten.spooled()) - before == 500


def test_a_system_notice_is_taken_on_the_same_address(rakuten):
    number = fresh_number()

    assert rakuten.send(system_xml("5000:1100", number, "2", "…")) == TAKEN
    assert number in rakuten.spooled()


def test_the_answer_is_xml_and_no_more(rakuten):
    url = f"{rakuten.receiver.url}/notices"
    answer = httpx.post(url, content=order_xml(fresh_number()), trust_env=False)

    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    assert "server" not in answer.headers


def test_a_repeat_is_taken_and_is_there_once(rakuten):
    number = fresh_number()
    said = [rakuten.send(order_xml(number)) for _ in range(3)]

    assert said == [TAKEN] * 3
    assert list(rakuten.spooled()).count(number) == 1


def test_the_same_notice_at_the_same_moment_is_there_once(rakuten):
    number = fresh_number()
    with ThreadPoolExecutor(8) as senders:
        said = list(senders.map(rakuten.send, [order_xml(number)] * 16))

    assert said == [TAKEN] * 16
    assert list(rakuten.spooled()).count(number) == 1


def test_all_notices_of_a_message_are_on_disk(rakuten):
    numbers = [fresh_number() for _ in range(40)]

    assert rakuten.send(order_xml(*numbers)) == TAKEN
    assert set(numbers) <= set(rakuten.spooled())


def test_a_wrong_key_is_told_so(rakuten):
    number = fresh_number()

    assert rakuten.send(order_xml(number, auth=auth_xml("wrong"))) == WRONG_KEY
    assert number not in rakuten.spooled()


@pytest.mark.parametrize("body", [b"", b"<a/>", order_xml(), BOMB, EXTERNAL])
def test_illegal_messages_are_told_so(rakuten, body):
    assert rakuten.send(body) == ILLEGAL


@examples(15)
@given(st.binary(max_size=2000))
def test_no_bytes_at_all_break_it(rakuten, body):
    assert rakuten.send(body) == ILLEGAL


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("text/xml", TAKEN),
        ("text/xml;charset=UTF-8", TAKEN),
        ("Application/XML; charset=shift_jis", TAKEN),
        ("", TAKEN),
        ("application/json", Said(415, "E-400-100")),
        ("text/xmlx", Said(415, "E-400-100")),
        ("multipart/form-data; boundary=x", Said(415, "E-400-100")),
    ],
)
def test_only_xml_is_read(rakuten, content_type, expected):
    assert rakuten.send(order_xml(fresh_number()), content_type) == expected


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/notices", 405),
        ("PUT", "/notices", 405),
        ("DELETE", "/notices", 405),
        ("POST", "/healthz", 405),
        ("POST", "/metrics", 405),
        ("GET", "/", 404),
        ("POST", "/notices/", 404),
        ("GET", "/openapi.json", 404),
        ("GET", "/healthz", 200),
    ],
)
def test_other_methods_and_paths_are_refused(rakuten, method, path, status):
    assert rakuten.ask(method, path).status_code == status


def test_16_megabytes_are_taken_and_a_byte_more_is_not(rakuten):
    assert rakuten.send(padded(LIMIT)) == TAKEN
    assert rakuten.send(padded(LIMIT + 1)) == Said(413, "E-400-100")


@pytest.mark.parametrize(
    ("size", "content_type"), [(LIMIT + 1, "text/xml"), (LIMIT // 8, "text/plain")]
)
def test_a_sender_of_a_little_too_much_gets_its_answer_every_time(
    rakuten, size, content_type
):
    said = {rakuten.send(padded(size), content_type).code for _ in range(3)}

    assert said == {"E-400-100"}


def test_too_much_in_chunks_is_not_read_to_its_end(rakuten):
    sent = 0
    with socket.create_connection(("127.0.0.1", rakuten.receiver.port), 5) as wire:
        wire.sendall(
            b"POST /notices HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        try:
            while sent < 50_000_000:
                wire.sendall(b"10000\r\n" + b" " * 65_536 + b"\r\n")
                sent += 65_536
        except OSError:  # it hung up
            pass
    assert sent < 50_000_000
    assert rakuten.metric('juchu_notice_messages_refused_total{reason="too_large"}') > 0


def test_too_much_with_the_last_piece_is_answered_as_too_much():
    """Nothing is left to be discarded then, which was a 500."""

    async def read() -> None:
        async def whole() -> dict[str, Any]:
            return {"type": "http.request", "body": bytes(LIMIT + 1)}

        request = Request({"type": "http", "headers": []}, whole)
        house = SimpleNamespace(
            reception=SimpleNamespace(arrival=lambda: None), deadline_s=5
        )
        await app.read_body(request, cast("Any", house), CapacityLimiter(1))

    with pytest.raises(app.Unreadable) as caught:
        asyncio.run(read())
    assert caught.value.status == 413


def test_a_head_of_100_kilobytes_is_refused(rakuten):
    with socket.create_connection(("127.0.0.1", rakuten.receiver.port), 5) as wire:
        wire.sendall(b"POST /notices HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 15_000)
        for _ in range(100):
            try:
                wire.sendall(b"a" * 1000)
            except OSError:
                break
        answer = wire.makefile("rb").readline()

    assert answer.startswith(b"HTTP/1.1 400")


def test_healthz_says_how_many_wait(rakuten):
    rakuten.send(order_xml(fresh_number(), fresh_number()))
    expected = {"status": "ok", "depth": len(rakuten.spooled())}

    assert until(lambda: rakuten.ask("GET", "/healthz").json() == expected)


def test_the_metrics_count_what_happened(tmp_path, http):
    age_s = (NOW - datetime.now(JST)).total_seconds() + 60
    Spool(tmp_path / "home" / "spool").keep([make_notice(1, age_s=age_s)])
    with Receiver(tmp_path / "home") as receiver:
        rakuten = Sender(receiver, http)
        number = fresh_number()
        rakuten.send(order_xml(number, fresh_number()))
        rakuten.send(order_xml(number))
        rakuten.send(system_xml("3000:1100", "item.csv"))
        rakuten.send(order_xml(number, auth=auth_xml("wrong")))
        rakuten.send(b"<a/>")

        assert rakuten.metric('juchu_notices_received_total{kind="order"}') == 3
        assert rakuten.metric('juchu_notices_received_total{kind="other"}') == 1
        assert rakuten.metric('juchu_notices_received_total{kind="caution"}') == 0
        assert rakuten.metric("juchu_notices_repeated_total") == 1
        refused = "juchu_notice_messages_refused_total"
        assert rakuten.metric(f'{refused}{{reason="auth_key"}}') == 1
        assert rakuten.metric(f'{refused}{{reason="unknown_root"}}') == 1
        assert rakuten.metric("juchu_notice_messages_not_stored_total") == 0
        assert rakuten.metric("juchu_spool_depth") == 4
        assert 60 <= rakuten.metric("juchu_spool_oldest_seconds") < 120


def test_a_setting_sends_an_error_status_with_the_error_code(tmp_path, http):
    home = tmp_path / "home"
    save_keys(home / "receiver-keys.json", [shop_keys("only-in-the-file")])
    env = {"JUCHU_NOTICE_ERROR_STATUS": "400"}
    with Receiver(home, env) as receiver:
        rakuten = Sender(receiver, http)
        good = auth_xml("only-in-the-file")

        assert rakuten.send(b"<a/>") == Said(400, "E-400-100")
        assert rakuten.send(order_xml(fresh_number())) == Said(400, "E-400-101")
        assert rakuten.send(order_xml(fresh_number(), auth=good)) == TAKEN


def test_a_key_can_be_changed_without_a_gap(tmp_path, http):
    home = tmp_path / "home"
    path = home / "receiver-keys.json"
    said = {}
    with Receiver(home, {}) as receiver:
        rakuten = Sender(receiver, http)

        def send(key: str) -> str:
            return rakuten.send(order_xml(fresh_number(), auth=auth_xml(key))).code

        said["no key"] = send("old")
        save_keys(path, [shop_keys("old")])
        said["old"] = send("old"), send("new")
        save_keys(path, [shop_keys("old", "new")])
        said["both"] = send("old"), send("new")
        save_keys(path, [shop_keys("new")])
        said["new"] = send("old"), send("new")

    taken, refused = "N-000-000", "E-400-101"
    assert said == {
        "no key": refused,
        "old": (taken, refused),
        "both": (taken, taken),
        "new": (refused, taken),
    }


def test_two_hundred_dead_sockets_disturb_nobody(rakuten):
    address = ("127.0.0.1", rakuten.receiver.port)
    dead = [socket.create_connection(address) for _ in range(200)]
    try:
        for wire in dead[::2]:
            wire.sendall(b"POST /notices HTTP/1.1\r\nHost: x\r\nContent-")
        for wire in dead[1::4]:
            wire.sendall(
                b"POST /notices HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n<"
            )
        waits = []
        for _ in range(20):
            began = time.perf_counter()
            assert rakuten.send(order_xml(fresh_number())) == TAKEN
            waits.append(time.perf_counter() - began)
    finally:
        for wire in dead:
            wire.close()

    assert max(waits) < 1


def test_nothing_it_writes_holds_a_key(rakuten):
    number = fresh_number()
    before_and_after = ("u", number, "1", "order", "name", "CANARY-山田", "CANARY-田中")
    rakuten.send(order_xml(number))
    rakuten.send(system_xml("4000:1100", *before_and_after))
    rakuten.send(order_xml(number, auth=auth_xml("CANARY-WRONG")))
    rakuten.send(b"<CANARY>")
    written = [p.read_bytes() for p in rakuten.receiver.home.rglob("*") if p.is_file()]
    secret = re.compile("CANARY|山田".encode())

    assert sum(number.encode() in content for content in written) >= 2
    assert not [content for content in written if secret.search(content)]
    assert "CANARY" not in rakuten.ask("GET", "/metrics").text
