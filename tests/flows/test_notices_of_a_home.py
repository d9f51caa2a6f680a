"""Two receivers take a home's notices while its host is down for a day."""

import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import httpx
import orjson
import pytest

from connectors.notices.spool import Spool
from connectors.settings.reading import read_settings
from data.warehouse.session import warehouse
from flows.drain_notices import drain_notices
from tasks import machine, notices
from tests.support.effort import for_ci
from tests.support.notices import HEADERS, Receiver, auth_xml, order_xml, result_code
from tests.support.sandbox import Sandbox

pytestmark = for_ci
A_DAY = timedelta(hours=26)
Start = Callable[..., Receiver]


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set how far the clock that receivers and home share is ahead of the machine's."""
    file = tmp_path / "clock.json"

    def ahead(seconds: float) -> None:
        file.write_bytes(orjson.dumps({"held_at": None, "offset_s": seconds}))

    ahead(0)
    monkeypatch.setenv("JUCHU_TEST_CLOCK", str(file))
    return ahead


@pytest.fixture
def start(
    lab: Sandbox, clock: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Start]:
    """What starts a receiver on a machine of its own, which knows no shop by itself."""
    secret = "a-secret-of-at-least-thirty-two-characters"
    monkeypatch.setenv("JUCHU_RECEIVER_SECRET", secret)
    env = {
        "JUCHU_RECEIVER_SECRET": secret,
        "JUCHU_TEST_CLOCK": str(tmp_path / "clock.json"),
        "JUCHU_RMS_URL": lab.url,
        "PREFECT_API_URL": "http://127.0.0.1:9/api",  # nobody listens there
    }
    made: list[Receiver] = []

    def started(name: str, port: int = 0) -> Receiver:
        made.append(Receiver(tmp_path / name, env, port))
        return made[-1]

    yield started
    for each in made:
        each.stop()


@pytest.fixture
def home_of_lab(lab: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shop `lab` is of home h1, which is here."""
    keys = lab.shops["demo"]
    monkeypatch.setenv("JUCHU_HOME_NAME", "h1")
    monkeypatch.setenv("JUCHU_SHOP_LAB_HOME", "h1")
    monkeypatch.setenv("JUCHU_SHOP_LAB_SHOP_URL", keys.shop_url)
    monkeypatch.setenv("JUCHU_SHOP_LAB_CONTRACT_ID", keys.contract_id)
    monkeypatch.setenv("JUCHU_SHOP_LAB_NOTICE_AUTH_KEY", keys.notice_auth_key)
    # Who owns a home is what tests/homes/test_owner.py is about.
    monkeypatch.setattr(machine, "owned", lambda s, _: warehouse(s.warehouse))
    monkeypatch.setattr(machine, "confirmed", lambda _: None)
    monkeypatch.setattr(notices, "confirmed", lambda _: SimpleNamespace(epoch=1))


def sent(receiver: Receiver, lab: Sandbox, *numbers: str) -> str:
    keys = lab.shops["demo"]
    auth = auth_xml(keys.notice_auth_key, keys.shop_url, keys.contract_id)
    body = order_xml(*numbers, auth=auth)
    url = f"{receiver.url}/notices"
    answer = httpx.post(url, content=body, headers=HEADERS, trust_env=False)
    return result_code(answer.content)


def depths(*receivers: Receiver) -> list[int]:
    return [Spool(each.spool).depth() for each in receivers]


@pytest.mark.usefixtures("home_of_lab")
def test_a_day_without_its_host_loses_no_notice_and_doubles_none(
    lab: Sandbox,
    start: Start,
    clock: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
):
    one, two = start("r1"), start("r2")
    monkeypatch.setenv("JUCHU_RECEIVERS", f"{one.url},{two.url}")
    drain_notices(return_state=True)  # both know the home's shops from now on
    numbers = lab.sell(6, over_days=0)
    said = [
        sent(one, lab, *numbers[:4]),
        sent(two, lab, *numbers[2:]),  # two of them came to both
        sent(two, lab, *numbers[2:]),  # and again, as after a lost answer
    ]
    two.stop(signal.SIGKILL)
    again = start("r2", two.port)
    clock(A_DAY.total_seconds())
    lab.settings(dated_by="nothing")  # the mall's own time stands

    assert said == ["N-000-000"] * 3
    assert depths(one, again) == [4, 4]
    assert drain_notices(return_state=True).message.startswith("新規 6 ")
    assert drain_notices(return_state=True).message == "処理待ちの通知はありません"
    assert depths(one, again) == [0, 0]
    with warehouse(read_settings().warehouse) as con:
        orders = con.execute("SELECT order_number FROM orders").fetchall()
        kept = con.execute("SELECT reason, count(*) FROM notices GROUP BY ALL")
        assert kept.fetchall() == [("stored", 6)]
    assert sorted(number for (number,) in orders) == sorted(numbers)
    assert lab.journal()["counts"]["getOrder"] == 1
