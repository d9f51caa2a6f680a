"""Which shops the morning is for: live ones, and none whose key has ended."""

import shutil
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from connectors.settings.shop_environment import shop_from_environment
from data.model.shops.connection import ConnectionStatus
from data.model.shops.licence import key_fingerprint
from data.model.shops.onboarding import Stage, StageStep
from data.warehouse.session import warehouse
from data.warehouse.shops import (
    is_check_due,
    key_in_use,
    move_stage,
    record_connection,
    stages_now,
)
from tasks import rms
from tasks.machine import now
from tasks.shops import blocks, every_shop
from tasks.shops.blocks import UnknownShop, load_rakuten_shop
from tasks.shops.every_shop import live_shops, shops_with_key

SHOPS = ("ended", "good", "plain")


def describe(patch: pytest.MonkeyPatch) -> None:
    for nth, shop in enumerate(SHOPS):
        patch.setenv(f"JUCHU_SHOP_{shop.upper()}_SHOP_ID", f"12345{nth}")
        patch.setenv(f"JUCHU_SHOP_{shop.upper()}_SERVICE_SECRET", "SP_invented")
        patch.setenv(f"JUCHU_SHOP_{shop.upper()}_LICENSE_KEY", f"SL_{shop}")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home that each test has a copy of: to make one takes longer than any test."""
    home = tmp_path_factory.mktemp("shops") / "home"
    at = now() - timedelta(days=1)
    with pytest.MonkeyPatch.context() as patch, warehouse(home / "juchu.duckdb") as con:
        describe(patch)
        for shop, days in (("ended", -1), ("good", 30)):
            known = shop_from_environment(shop)
            ends = now() + timedelta(days=days)
            record_connection(con, known, ConnectionStatus.OK, at, ends)
            for stage in (Stage.KEY_REGISTERED, Stage.CONNECTED):
                step = StageStep(stage=stage, at=at, who="担当者", why="試験")
                move_stage(con, shop, step)
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three shops with a key: one has ended, one has not, of one no stage is known."""
    describe(monkeypatch)
    monkeypatch.setenv("JUCHU_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(blocks, "_documents", list)
    return shutil.copytree(made, tmp_path / "home")


def test_a_shop_whose_key_has_ended_is_not_live_but_still_checked(home: Path):
    live, checked = live_shops.fn(), shops_with_key.fn()
    with warehouse(home / "juchu.duckdb") as con:
        stages = stages_now(con)

    assert stages == {"ended": Stage.EXPIRED, "good": Stage.CONNECTED}
    assert live == ["plain"]
    assert checked == ["ended", "good", "plain"]


def test_a_shop_with_a_new_key_in_its_settings_does_not_stop_when_the_old_one_ends(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    """It stood at 期限切れ from midnight to the check at 08:50: no order, no level."""
    monkeypatch.setenv("JUCHU_SHOP_ENDED_LICENSE_KEY", "SL_new")
    monkeypatch.setenv("JUCHU_SHOP_ENDED_LICENSE_KEY_BEFORE", "SL_ended")
    live_shops.fn()
    with warehouse(home / "juchu.duckdb") as con:
        stages, in_use = stages_now(con), key_in_use(con, "ended")

    assert stages["ended"] is Stage.CONNECTED
    assert in_use == key_fingerprint(SecretStr("SL_new"))


def test_rms_is_called_for_no_shop_of_another_mall(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    """Its keys, if it has any, are not Rakuten's, and its id is no shop number."""
    monkeypatch.setenv("JUCHU_SHOP_PLAIN_MALL", "yahoo")
    kept = [
        SimpleNamespace(name=name, data={"mall": mall})
        for name, mall in (("at-rakuten", "rakuten"), ("at-qoo10", "qoo10"))
    ]
    monkeypatch.setattr(blocks, "_documents", lambda: kept)

    assert live_shops.fn() == ["at-rakuten"]
    assert shops_with_key.fn() == ["at-rakuten", "ended", "good"]


def test_a_misspelt_mall_keeps_a_shop_in_the_morning_which_says_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("JUCHU_SHOP_PLAIN_MALL", "Rakuten")

    assert live_shops.fn() == ["plain"]


def test_a_shop_of_another_mall_is_refused_where_rms_would_be_called(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("JUCHU_SHOP_PLAIN_MALL", "yahoo")
    shop = shop_from_environment("plain")
    monkeypatch.setattr(blocks, "load_shop", lambda _: shop)

    with pytest.raises(UnknownShop, match=r"plain は楽天市場.*yahoo.*対処"):
        load_rakuten_shop("plain")


def test_a_new_key_of_a_shop_that_stands_still_is_checked_by_itself(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    """Entered at noon, it was tried at 08:50: half a day without orders and levels."""
    asked: list[str] = []
    every_shop._ask_once.cache_clear()
    monkeypatch.setattr(
        rms, "emit_event", lambda _event, payload, **_: asked.append(payload["shop"])
    )
    live_shops.fn()
    with_old_key = [*asked]
    monkeypatch.setenv("JUCHU_SHOP_ENDED_LICENSE_KEY", "SL_new")
    live_shops.fn()
    with_new_key = [*asked]
    fresh = shop_from_environment("ended")
    with warehouse(home / "juchu.duckdb") as con:
        record_connection(con, fresh, ConnectionStatus.FRESH_KEY, now())
        soon, later = (
            is_check_due(con, fresh, now() + timedelta(minutes=minutes))
            for minutes in (5, 31)
        )
    live_shops.fn()

    assert (with_old_key, with_new_key, asked) == ([], ["ended"], ["ended"])
    assert (soon, later) == (False, True)


def test_a_shop_that_was_closed_has_no_key_that_ends(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    """Its alarm stood for ever, and the desk's list of keys called it ended."""

    def ends() -> list[str]:
        live_shops.fn()
        with warehouse(home / "juchu.duckdb") as con:
            query = "SELECT shop FROM shops WHERE license_expires_at IS NOT NULL"
            return [shop for (shop,) in con.execute(f"{query} ORDER BY 1").fetchall()]

    all_three = ends()
    monkeypatch.delenv("JUCHU_SHOP_ENDED_LICENSE_KEY")
    one_left = ends()
    for shop in ("GOOD", "PLAIN"):
        monkeypatch.delenv(f"JUCHU_SHOP_{shop}_LICENSE_KEY")

    assert (all_three, one_left, ends()) == (["ended", "good"], ["good"], ["good"])
