"""Prefect is told that notices wait; nobody waits for Prefect."""

import asyncio
import base64
import os
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import orjson
import pytest
from prefect.server.events.schemas.events import Event

from connectors.notices import announce
from connectors.notices.announce import Announcer, prefect_from_environment
from connectors.prefect_api import PrefectApi
from connectors.prefect_env import write_prefect_env
from tests.notices.conftest import NOW, Sender, fresh_number
from tests.rms.wire_server import WireServer, answer, black_hole, reset
from tests.support.effort import for_ci
from tests.support.notices import Receiver, order_xml, shop_environment
from tests.support.waiting import until

NO_CONTENT = answer(b"", 204)


@pytest.fixture
def prefect() -> Iterator[WireServer]:
    with WireServer(NO_CONTENT) as server:
        yield server


@pytest.fixture
def hurried(monkeypatch):
    """A pause between two events that a test can wait for."""
    monkeypatch.setattr(announce, "PAUSE_S", 0.1)


def events(server: WireServer) -> list[list[dict]]:
    return [orjson.loads(r.partition(b"\r\n\r\n")[2]) for r in server.requests]


def announced(api: PrefectApi | None, *steps) -> int:
    """Tell an announcer things, with pauses; give how many events failed."""
    failures: list[int] = []

    async def tell() -> None:
        async with Announcer(
            lambda: api, lambda: failures.append(1), lambda: NOW
        ) as told:
            for step in steps:
                if isinstance(step, float):
                    await asyncio.sleep(step)
                else:
                    told(*step)

    asyncio.run(tell())
    return len(failures)


def test_an_event_says_whose_notices_wait_as_prefect_has_it(prefect):
    announced(PrefectApi(f"{prefect.url}/api/"), ("demo", 2))
    ((told,),) = events(prefect)
    event = Event.model_validate(told)

    assert prefect.requests[0].startswith(b"POST /api/events HTTP/1.1\r\n")
    assert (event.event, event.resource.id) == (
        "juchu.notices.waiting",
        "juchu.notices.demo",
    )
    assert event.payload == {"new": 2}
    assert event.occurred - NOW == timedelta(0)


def test_a_burst_is_one_event_for_each_shop(prefect):
    steps = [("demo", 1)] * 50 + [("demo2", 1)]
    announced(PrefectApi(prefect.url), *steps)
    told = [event for request in events(prefect) for event in request]

    assert len(prefect.requests) == 1
    assert {
        e["resource"]["prefect.resource.name"]: e["payload"]["new"] for e in told
    } == {
        "demo": 50,
        "demo2": 1,
    }


def test_what_comes_after_an_event_goes_with_the_next(prefect, hurried):
    announced(PrefectApi(prefect.url), ("demo", 1), 0.05, ("demo", 2), 0.2, ("demo", 3))
    told = [request[0]["payload"]["new"] for request in events(prefect)]

    assert told[0] == 1
    assert len(told) > 1
    assert sum(told) == 6


def test_the_last_word_goes_even_at_the_end(prefect):
    announced(PrefectApi(prefect.url), ("demo", 1), 0.1, ("demo", 7))

    assert [request[0]["payload"]["new"] for request in events(prefect)] == [1, 7]


def test_events_keep_a_distance(prefect, hurried):
    seen: list[float] = []
    prefect.then(lambda c, s: (seen.append(time.monotonic()), NO_CONTENT(c, s)))
    steps = [step for _ in range(30) for step in (("demo", 1), 0.02)]
    announced(PrefectApi(prefect.url), 0.01, *steps)
    distances = [later - earlier for earlier, later in pairwise(seen)]

    assert len(prefect.requests) < 12
    assert min(distances[:-1]) > 0.08


@pytest.mark.parametrize("script", [answer(b"no", 500), answer(b"", 404), reset])
def test_a_refusal_is_counted_and_forgotten(script):
    with WireServer(script) as server:
        assert announced(PrefectApi(server.url), ("demo", 1)) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/api", "nonsense", "http://[", ""])
def test_an_address_without_prefect_is_counted_too(url):
    assert announced(PrefectApi(url), ("demo", 1)) == 1


def test_a_key_that_fits_into_no_header_is_counted_too(prefect):
    assert announced(PrefectApi(prefect.url, "Bearer 鍵"), ("demo", 1)) == 1


def test_without_prefect_nothing_is_sent():
    assert announced(None, ("demo", 1)) == 0


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, None),
        ({"PREFECT_API_URL": ""}, None),
        ({"PREFECT_API_URL": "http://x/api"}, {}),
        (
            {"PREFECT_API_URL": "http://x/api", "PREFECT_API_KEY": "k"},
            {"Authorization": "Bearer k"},
        ),
        (
            {"PREFECT_API_URL": "http://x/api", "PREFECT_API_AUTH_STRING": "u:p"},
            {"Authorization": f"Basic {base64.b64encode(b'u:p').decode()}"},
        ),
    ],
)
def test_prefect_s_own_settings_say_where_it_is(monkeypatch, tmp_path, env, expected):
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        monkeypatch.delenv(name)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    api = prefect_from_environment(tmp_path, tmp_path / ".env")

    assert (api.headers() if api else None) == expected
    assert not api or "Bearer" not in repr(vars(api))


def test_a_receiver_tells_prefect(tmp_path, http, prefect):
    env = shop_environment() | {"PREFECT_API_URL": f"{prefect.url}/api"}
    with Receiver(tmp_path / "home", env) as receiver:
        Sender(receiver, http).send(order_xml(fresh_number()))
        until(lambda: prefect.requests)

    assert events(prefect)[0][0]["resource"]["prefect.resource.id"] == (
        "juchu.notices.demo"
    )


@for_ci
def test_a_server_that_starts_after_the_receiver_is_told_too(
    tmp_path, http, prefect, hurried
):
    home = tmp_path / "home"
    with Receiver(home) as receiver:
        rakuten = Sender(receiver, http)
        rakuten.send(order_xml(fresh_number()))
        write_prefect_env(home, f"{prefect.url}/api", lambda: "juchu:secret")
        until(lambda: rakuten.send(order_xml(fresh_number())).code and prefect.requests)
        unannounced = rakuten.metric("juchu_notices_announce_failed_total")

    sent = base64.b64encode(b"juchu:secret")
    assert b"Authorization: Basic " + sent in prefect.requests[0]
    assert unannounced == 0


def test_a_prefect_that_never_answers_delays_no_notice_and_not_the_end(tmp_path, http):
    with WireServer(black_hole) as silent:
        env = shop_environment() | {"PREFECT_API_URL": f"{silent.url}/api"}
        with Receiver(tmp_path / "home", env) as receiver:
            rakuten = Sender(receiver, http)
            began = time.monotonic()
            said = {rakuten.send(order_xml(fresh_number())).code for _ in range(20)}
            took_s = time.monotonic() - began
            until(lambda: silent.requests)
            began = time.monotonic()
            status = receiver.stop()
            ended_s = time.monotonic() - began

    assert said == {"N-000-000"}
    assert took_s < 10  # each waiting for Prefect would make it twenty
    assert (status, ended_s < 6) == (0, True)


def test_threads_may_tell_it_at_once(prefect):
    async def tell() -> None:
        async with Announcer(
            lambda: PrefectApi(prefect.url), lambda: None, lambda: NOW
        ) as told:
            threads = [
                threading.Thread(target=lambda: [told("demo", 1) for _ in range(200)])
                for _ in range(5)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                await asyncio.to_thread(thread.join)

    asyncio.run(tell())
    told = [event["payload"]["new"] for request in events(prefect) for event in request]

    assert sum(told) == 1000
