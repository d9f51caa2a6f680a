"""What else a shop in the environment says: its key's last day and its safety stock."""

from contextlib import nullcontext
from datetime import date

import pytest
from pydantic import ValidationError

from connectors.settings.reading import SettingsProblem
from connectors.settings.shop_environment import (
    handles_in_environment,
    shop_from_environment,
)
from tasks.setup import deploy
from tasks.setup.shop import NoShop, describe
from tasks.shops.blocks import RmsShop

STEM = "JUCHU_SHOP_MIHON_"
SHOP = {"SHOP_ID": "123456", "SERVICE_SECRET": "CANARY-SP", "LICENSE_KEY": "CANARY-SL"}


@pytest.fixture
def described(monkeypatch, tmp_path):
    """The shop `mihon` as the environment describes it, and nobody's `.env`."""
    monkeypatch.chdir(tmp_path)

    def shop(**more: str):
        for name, value in (SHOP | more).items():
            monkeypatch.setenv(STEM + name, value)
        return shop_from_environment("mihon")

    return shop


@pytest.mark.parametrize(
    "typed", [" 2027-02-21 ", "2027/2/21", "2027年2月21日", "２０２７－０２－２１"]
)
def test_the_keys_last_day_is_read_as_a_date(described, typed):
    """As a person types it, or copies it; else the shop could not be called for."""
    shop = described(LICENSE_EXPIRES_ON=typed)
    keys = dict.fromkeys(("service_secret", "license_key"), "k")
    block = RmsShop(shop_id="123456", license_expires_on=typed, **keys)

    assert {shop.license_expires_on, block.license_expires_on} == {date(2027, 2, 21)}


def test_safety_stock_is_read_as_units(described):
    assert described(SAFETY_STOCK="3").safety_stock == 3


def test_the_stock_link_and_its_hours_of_silence_are_read(described):
    off, silent = described(STOCK_LINK="false"), described(SILENT_HOURS="20-22, 0-2")

    assert (off.link.is_on, silent.link.silent_hours) == (False, "20-22, 0-2")


def test_without_them_there_is_no_last_day_and_no_safety_stock(described):
    shop = described(LICENSE_EXPIRES_ON="", SAFETY_STOCK="")

    assert (shop.license_expires_on, shop.safety_stock) == (None, 0)


@pytest.mark.parametrize(
    ("name", "value", "example"),
    [
        ("LICENSE_EXPIRES_ON", "2027-02-30", "2027-02-21"),
        ("LICENSE_EXPIRES_ON", "21.02.2027", "2027-02-21"),
        ("LICENSE_EXPIRES_ON", "令和9年2月21日", "2027-02-21"),
        ("SAFETY_STOCK", "-1", "0"),
        ("SAFETY_STOCK", "1.5", "0"),
        ("SAFETY_STOCK", "三", "0"),
        ("STOCK_LINK", "いいえ", "true"),
        ("SILENT_HOURS", "25-26", "20-22"),
        ("SILENT_HOURS", "20時", "20-22"),
    ],
)
def test_a_wrong_one_is_refused_by_its_name_with_an_example(
    described, name, value, example
):
    with pytest.raises(SettingsProblem) as problem:
        described(**{name: value})

    assert f"{problem.value}" == (
        f"{STEM}{name}: 値が正しくありません。例: {STEM}{name}={example}"
    )


@pytest.mark.parametrize("name", ["SHOP_ID", "SERVICE_SECRET", "LICENSE_KEY"])
def test_a_blank_one_is_missing(described, name: str):
    with pytest.raises(SettingsProblem, match=f"{name} が設定されていません。例: "):
        described(**{name: "　 "})


def test_a_shop_with_a_blank_key_is_none_of_those_with_a_key(described):
    described()
    assert handles_in_environment() == ["mihon"]
    with pytest.raises(SettingsProblem):
        described(LICENSE_KEY=" ")
    assert handles_in_environment() == []


def test_a_shop_of_another_mall_has_no_keys(described, monkeypatch):
    for name in ("SERVICE_SECRET", "LICENSE_KEY"):
        monkeypatch.setitem(SHOP, name, "")
    shop = described(MALL="yahoo", SHOP_ID="mihon-store")

    assert (shop.mall, shop.shop_id) == ("yahoo", "mihon-store")
    assert handles_in_environment() == ["mihon"]


def test_a_shop_of_another_mall_needs_its_id(described):
    with pytest.raises(SettingsProblem) as problem:
        described(MALL="yahoo", SHOP_ID="")

    assert f"{problem.value}" == (
        f"{STEM}SHOP_ID が設定されていません。例: {STEM}SHOP_ID=123456"
    )


def test_make_shop_registers_no_shop_of_another_mall(described):
    described(MALL="yahoo")

    with pytest.raises(NoShop, match=r"yahoo.*何も登録していません.*対処"):
        describe("mihon", input, input, is_asked=False)
    with pytest.raises(NoShop, match="なし"):
        describe("", input, input, is_asked=False)


def test_make_deploy_names_the_variable_that_is_wrong(described, monkeypatch):
    """It ended with a traceback, and nothing of it was deployed."""
    with pytest.raises(SettingsProblem) as problem:
        described(SAFETY_STOCK="-1")
    without_server = ("environment_of_server", "client_settings", "ensure_work_pool")
    for name in (*without_server, "ensure_queue"):
        monkeypatch.setattr(deploy, name, lambda *_, **__: {})
    monkeypatch.setattr(deploy, "get_client", lambda **_: nullcontext())
    monkeypatch.setattr(RmsShop, "register_type_and_schema", dict)
    monkeypatch.setattr("sys.argv", ["deploy"])

    with pytest.raises(SystemExit) as ended:
        deploy.main()

    assert ended.value.code == f"{problem.value}\n{deploy.CORRECT_IT}"


def test_a_mall_that_is_none_is_found_out(described, monkeypatch):
    """Of a shop without keys nobody was told; its settings did nothing."""
    for name in ("SERVICE_SECRET", "LICENSE_KEY"):
        monkeypatch.setitem(SHOP, name, "")
    with pytest.raises(SettingsProblem, match="MALL"):
        described(MALL="Yahoo")

    assert handles_in_environment() == ["mihon"]


def test_a_block_made_of_a_shop_says_the_same(described):
    shop = described(
        LICENSE_EXPIRES_ON="2027-02-21",
        SAFETY_STOCK="3",
        STOCK_LINK="off",
        SILENT_HOURS="20-22",
    )

    assert RmsShop.from_shop(shop).to_shop("mihon") == shop


def test_a_block_takes_no_negative_safety_stock(described):
    block = RmsShop.from_shop(described()).model_dump()

    with pytest.raises(ValidationError, match="safety_stock"):
        RmsShop.model_validate(block | {"safety_stock": -1})
