"""A receiver killed anywhere, and often: what it acknowledged becomes an order."""

import signal
from pathlib import Path

import httpx
import pytest

from connectors.notices.spool import Spool
from tests.crash.conftest import Market
from tests.crash.points import RECEIVING, every
from tests.notices.test_process import Crowd
from tests.support.dies_at import Point
from tests.support.effort import for_crash
from tests.support.notices import (
    HEADERS,
    Receiver,
    auth_xml,
    order_xml,
    result_code,
)
from tests.support.waiting import until

CONNECTIONS = 16


def send(market: Market, receiver: Receiver, numbers: list[str]) -> list[str]:
    """Send a notice of each order in turn; give those that were acknowledged."""
    shop = market.rms.shops["demo"]
    auth = auth_xml(shop.notice_auth_key, shop.shop_url, shop.contract_id)
    taken = []
    with httpx.Client(trust_env=False, headers=HEADERS) as http:
        for number in numbers:
            try:
                answer = http.post(
                    f"{receiver.url}/notices", content=order_xml(number, auth=auth)
                )
            except httpx.HTTPError:
                break
            assert result_code(answer.content) == "N-000-000"
            taken.append(number)
    return taken


@every(RECEIVING)
def test_a_killed_receiver_has_what_it_acknowledged_and_takes_the_rest_again(
    market: Market, tmp_path: Path, point: Point
):
    home, env = tmp_path / "home", market.rms.shops["demo"].environment()
    five = market.numbers[:5]
    side = "after" if point.after else "before"
    watched = ("tests.support.dies_at", point.file, point.line, f"{point.visit}", side)
    with Receiver(home, env, under=watched) as receiver:
        acknowledged = send(market, receiver, five)
        killed = receiver.stop()
    assert market.work(home, "drain")
    first = market.counts(home, acknowledged)
    with Receiver(home, env) as receiver:
        again = send(market, receiver, five)
    assert market.work(home, "drain")
    ended = market.counts(home, five)

    assert (killed, len(acknowledged)) == (-9, point.visit - 1)
    assert first.nothing_is_wrong
    assert first.recovered <= 1
    assert again == five
    assert ended.nothing_is_wrong
    assert (ended.stored, ended.waiting) == (5, 0)


@for_crash
@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=for_crash)])
def test_kills_under_load_lose_nothing_that_was_acknowledged(
    tmp_path: Path, kills: int
):
    home, taken, lost = tmp_path / "home", set(), []
    for round_ in range(kills):
        receiver = Receiver(home)
        crowd = Crowd(receiver, CONNECTIONS)
        until(lambda crowd=crowd, round_=round_: len(crowd.taken) > 7 * round_)
        receiver.stop(signal.SIGKILL)
        crowd.go_home()
        taken |= set(crowd.taken)
        spooled = {n.order_number for n in Spool(home / "spool").waiting(1_000_000)}
        lost.append(len(taken - spooled))

    assert lost == [0] * kills
    assert len(taken) > 7 * kills
