"""What becomes of a notice whose order is there, not yet there, or never."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from connectors.notices.keys import KEY_FILE, shops_in_file
from connectors.notices.spool import Spool
from connectors.rms.orders import OrdersApi
from connectors.settings.reading import read_settings
from data.model.shops.shop import ShopHandle
from data.warehouse.session import warehouse
from flows.drain_notices import drain_notices
from flows.ingest_orders import ingest_orders
from tasks import notices, orders, rms
from tasks.runs import loads
from tests.support.effort import for_ci
from tests.support.notices import HEADERS, Receiver, auth_xml, order_xml, result_code
from tests.support.plain_runs import both_ways
from tests.support.rules import broken_rules
from tests.support.sandbox import Sandbox

Post = Callable[..., str]
NOBODY_LISTENS = "http://127.0.0.1:9/api"


@pytest.fixture
def post(lab: Sandbox, home: Path) -> Iterator[Post]:
    """A receiver of the shop `lab`, whose Prefect is down, and a sender to it."""
    shop = lab.shops["demo"]
    env = shop.environment() | {"PREFECT_API_URL": NOBODY_LISTENS}

    def sent(*numbers: str, seq: str = "1") -> str:
        auth = auth_xml(shop.notice_auth_key, shop.shop_url, shop.contract_id)
        body = order_xml(*numbers, seq=seq, auth=auth)
        url = f"{receiver.url}/notices"
        answer = httpx.post(url, content=body, headers=HEADERS, trust_env=False)
        return result_code(answer.content)

    with Receiver(home, env) as receiver:
        yield sent


@pytest.fixture
def later(lab: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let everything in this process believe that some time has passed."""
    today = rms.now

    def passed(span: timedelta) -> None:
        lab.settings(dated_by="nothing")  # the mall's own time stands
        for module in (loads, notices, orders, rms):
            monkeypatch.setattr(module, "now", lambda: today() + span)

    return passed


def drained(**given) -> tuple[str, str]:
    state = drain_notices("lab", return_state=True, **given)
    return state.type.value, state.message


def rows(query: str) -> list[tuple]:
    with warehouse(read_settings().warehouse) as con:
        assert broken_rules(con) == []
        return con.execute(query).fetchall()


def next_number(lab: Sandbox) -> str:
    """The number that the next order sold will have."""
    shop, day, serial = lab.sell(1, over_days=0)[0].split("-")
    return f"{shop}-{day}-{int(serial) + 1:010}"


@both_ways
def test_notices_taken_while_prefect_is_down_are_drained_when_it_is_up(
    lab: Sandbox, post: Post
):
    numbers = lab.sell(30, over_days=0)
    said = {post(number) for number in numbers}
    kind, message = drained()

    assert said == {"N-000-000"}
    assert (kind, message.partition(" / ")[0]) == ("COMPLETED", "新規 30")
    assert rows("SELECT count(*), count(DISTINCT order_number) FROM orders") == [
        (30, 30)
    ]
    assert rows("SELECT reason, count(*) FROM notices GROUP BY ALL") == [("stored", 30)]
    assert Spool(read_settings().spool).depth() == 0


def test_a_run_without_notices_ends_at_once(lab: Sandbox):
    assert drained() == ("COMPLETED", "処理待ちの通知はありません")
    assert lab.journal()["requests"] == []
    assert rows("SELECT count(*) FROM loads") == [(0,)]


def test_a_shop_of_the_environment_is_known_to_a_receiver_without_it(
    lab: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    """As a service it answered E-400-101 to every notice of such a shop."""
    monkeypatch.setenv("JUCHU_SHOP_LAB_NOTICE_AUTH_KEY", "agreed")
    notices.share_keys.fn()
    places = (read_settings().home, read_settings().spool)
    known = [one for place in places for one in shops_in_file(place / KEY_FILE)]

    assert [one.knows(SecretStr("agreed")) for one in known] == [True, True]


@pytest.mark.prefect
def test_every_shop_with_a_block_is_known_to_the_receiver(lab: Sandbox):
    notices.share_keys.fn()
    saved = (read_settings().home / KEY_FILE).read_text(encoding="utf-8")

    assert '"handle": "demo"' in saved
    assert lab.shops["demo"].notice_auth_key not in saved


@for_ci
def test_repeated_notices_cost_one_call_and_one_row(lab: Sandbox, post: Post):
    (number,) = lab.sell(1, over_days=0)
    said = [post(number) for _ in range(3)]
    drained()
    said.append(post(number))
    kind, message = drained()

    assert said == ["N-000-000"] * 4
    assert (kind, message) == (
        "COMPLETED",
        "処理待ちの通知はありません",
    )
    assert lab.journal()["counts"]["getOrder"] == 1
    assert rows("SELECT count(*) FROM notices") == [(1,)]


@for_ci
def test_a_message_of_500_notices_brings_500_orders(lab: Sandbox, post: Post):
    said = post(*lab.sell(500, over_days=0))
    kind, message = drained()

    assert said == "N-000-000"
    assert (kind, message.partition(" / ")[0]) == ("COMPLETED", "新規 500")
    assert rows("SELECT count(DISTINCT order_number) FROM orders") == [(500,)]
    assert lab.journal()["counts"]["getOrder"] == 5


@for_ci
def test_a_limit_leaves_the_rest_to_the_next_run(lab: Sandbox, post: Post):
    post(*lab.sell(5, over_days=0))
    drained(limit=2)
    first = rows("SELECT count(*) FROM orders")
    drained()

    assert (first, rows("SELECT count(*) FROM orders")) == ([(2,)], [(5,)])


def test_an_order_not_shown_yet_waits_and_is_stored_when_it_is_shown(
    lab: Sandbox, post: Post, later
):
    number = next_number(lab)
    post(number)
    first = drained()
    at_once = drained()
    waits = rows("SELECT looks, next_look_at > now(), reason FROM notices")
    lab.sell(1, over_days=0)
    later(timedelta(seconds=61))
    after = drained()

    assert first[0] == after[0] == "COMPLETED"
    assert "取得待ちの通知 1 " in first[1]
    assert "処理待ちの通知はありません" in at_once[1]
    assert waits == [(1, True, None)]
    assert rows("SELECT order_number FROM orders") == [(number,)]
    assert rows("SELECT reason FROM notices") == [("stored",)]


@both_ways
def test_an_order_not_shown_for_a_day_fails_the_run_and_says_what_to_do(
    lab: Sandbox, post: Post, later
):
    post(next_number(lab))
    before = drained()
    later(timedelta(hours=24, minutes=1))
    kind, message = drained()

    assert before[0] == "COMPLETED"
    assert kind == "FAILED"
    assert "1日以内に取得できなかった通知 1" in message
    assert "対処" in message
    assert rows("SELECT reason FROM notices") == [("exhausted",)]


def test_an_order_that_cannot_be_read_fails_the_run_and_hides_no_other(
    lab: Sandbox, post: Post
):
    bad, good = lab.sell(2, over_days=0)
    lab.spoil(bad, "goodsPrice", "abc")
    post(bad, good)
    kind, message = drained()

    assert (kind, "取得できなかった注文 1 " in message) == ("FAILED", True)
    assert rows("SELECT order_number FROM orders") == [(good,)]
    assert sorted(rows("SELECT order_number, reason FROM notices")) == sorted(
        [(bad, "refused"), (good, "stored")]
    )


def test_a_sweep_ends_though_a_sale_brings_notice_after_notice(
    lab: Sandbox, post: Post, monkeypatch: pytest.MonkeyPatch
):
    """Those that come during it are found by its search, and left to the drain."""
    first, *coming = sold = lab.sell(6, over_days=0)
    post(first)
    get, asked = OrdersApi.get, []

    def sells_on(
        api: OrdersApi, numbers: list[str], *known: object, **how: bool
    ) -> object:
        asked.append(set(numbers))
        if coming:
            post(coming.pop())
        return get(api, numbers, *known, **how)

    monkeypatch.setattr(OrdersApi, "get", sells_on)

    assert ingest_orders("lab", return_state=True).is_completed()
    assert asked == [{first}, set(sold)]


def test_others_call_for_the_shop_between_two_batches(
    lab: Sandbox, post: Post, monkeypatch: pytest.MonkeyPatch
):
    """A sale never lets a drain end, and a push waits for its sweep."""
    module = import_module("flows.drain_notices")
    monkeypatch.setattr(notices, "ORDERS_AT_ONCE", 1)
    turns = []

    @contextmanager
    def counted(_shop: ShopHandle) -> Iterator[None]:
        turns.append("begun")
        yield
        turns.append("ended")

    monkeypatch.setattr(module, "one_caller", counted)
    post(*lab.sell(2, over_days=0))

    assert drained()[0] == "COMPLETED"
    assert turns == ["begun", "ended"] * 2
