"""Two homes on one server: a run without a shop is for the shops of its own home."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectors.rms.pace import Bucket
from connectors.settings.reading import read_settings
from data.warehouse.errors import HomeMoved
from data.warehouse.session import warehouse
from flows.check_connection import check_connection
from flows.daily import daily
from flows.drain_notices import drain_notices
from flows.ingest_orders import ingest_orders
from flows.push_inventory import push_inventory
from tasks import machine, rms
from tasks.homes import owner
from tasks.homes.blocks import JuchuHome
from tasks.homes.owner import ASKED_AGAIN_S, BlockRead, ClockPair, folder_mark, instant
from tasks.shops.blocks import OtherHome, load_shop
from tests.support.sandbox import Sandbox

MoveTo = Callable[[str], Path]


@pytest.fixture
def at_home(
    lab: Sandbox, shown: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> MoveTo:
    """Shop `lab` of home h1 and `second` of home h2; the answer goes to a home."""
    shop = lab.shops["demo2"]
    monkeypatch.setenv("JUCHU_SHOP_SECOND_SHOP_ID", shop.shop_id)
    monkeypatch.setenv("JUCHU_SHOP_SECOND_SERVICE_SECRET", shop.service_secret)
    monkeypatch.setenv("JUCHU_SHOP_SECOND_LICENSE_KEY", shop.license_key)
    monkeypatch.setenv("JUCHU_SHOP_SECOND_HOME", "h2")
    monkeypatch.setenv("JUCHU_SHOP_LAB_HOME", "h1")
    # Who owns a home is what tests/cluster is about.
    monkeypatch.setattr(machine, "owned", lambda s, _: warehouse(s.warehouse))
    monkeypatch.setattr(machine, "confirmed", lambda _: None)

    def move(name: str) -> Path:
        monkeypatch.setenv("JUCHU_HOME_NAME", name)
        monkeypatch.setenv("JUCHU_HOME", str(tmp_path / (name or "machine")))
        return read_settings().warehouse

    return move


def stored(file: Path) -> set[str]:
    with warehouse(file) as con:
        found = con.execute("SELECT order_number FROM orders").fetchall()
    return {number for (number,) in found}


def test_no_home_stores_the_orders_of_another(lab: Sandbox, at_home: MoveTo):
    mine, theirs = set(lab.sell(4)), set(lab.sell(3, shop="demo2"))
    for name, orders in (("h1", mine), ("h2", theirs), ("", set())):
        file = at_home(name)
        daily(return_state=True)
        ingest_orders(return_state=True)
        assert stored(file) == orders, name


def test_a_shop_of_another_home_is_not_called_even_by_name(
    lab: Sandbox, at_home: MoveTo
):
    at_home("h2")
    for flow in (check_connection, drain_notices, ingest_orders, push_inventory):
        assert not flow("lab", return_state=True).is_completed()

    assert lab.journal()["requests"] == []


def test_the_refusal_names_both_homes_and_what_to_run(at_home: MoveTo):
    at_home("h2")
    with pytest.raises(
        OtherHome, match=r"ホーム h1 の店舗です\(ここはホーム h2 です\)"
    ) as e:
        load_shop("lab")
    assert "@h1 のデプロイメント" in str(e.value)
    at_home("")
    with pytest.raises(OtherHome, match="ここはホームのないマシンです"):
        load_shop("lab")
    at_home("h1")
    assert load_shop("lab").home == "h1"


@pytest.mark.parametrize("frozen", ["between two calls", "waiting for its turn"])
def test_a_host_that_wakes_up_after_the_move_calls_rms_no_more(
    frozen: str, lab: Sandbox, at_home: MoveTo, monkeypatch: pytest.MonkeyPatch
):
    folder = at_home("h1").parent
    monkeypatch.setenv("JUCHU_HOST", "host-a")
    block = JuchuHome(host="host-a", folder=str(folder), place=folder_mark(folder))
    monkeypatch.setattr(owner, "home_of", lambda _: block.model_copy())
    monkeypatch.setattr(machine, "confirmed", owner.confirmed)
    monkeypatch.delitem(owner._last, "h1", raising=False)

    def freeze() -> None:
        boot, day = instant()
        long_ago = ClockPair(boot - ASKED_AGAIN_S - 1, day - ASKED_AGAIN_S - 1)
        owner._last["h1"] = BlockRead(block.model_copy(), long_ago)
        block.host, block.place = "host-b", ""

    @contextmanager
    def turn() -> Iterator[None]:
        if lab.journal()["requests"] and frozen == "waiting for its turn":
            freeze()
        yield

    monkeypatch.setattr(rms, "paces_for", lambda *_: dict.fromkeys(Bucket, turn))
    with rms.rms_client(load_shop("lab")) as client:
        client.licence.expiry()
        if frozen == "between two calls":
            freeze()
        with pytest.raises(HomeMoved, match="ホスト host-b"):
            client.licence.expiry()

    assert len(lab.journal()["requests"]) == 1
    owner._last.clear()
