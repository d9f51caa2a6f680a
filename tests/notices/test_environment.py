"""Shops that a receiver knows without Prefect."""

import os

import pytest

from connectors.notices.keys import keys_from_environment
from connectors.settings.reading import SettingsProblem
from tests.support.notices import CONTRACT, KEY, SHOP_ID, SHOP_URL, shop_environment


@pytest.fixture(autouse=True)
def no_shops_of_this_machine(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("JUCHU_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def given(monkeypatch, **env: str) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)


def test_nobody_described_is_nobody():
    assert keys_from_environment() == []


def test_every_shop_with_a_key_is_known(monkeypatch):
    given(monkeypatch, **shop_environment(), **shop_environment("k2", "MY_SHOP"))
    demo, my_shop = keys_from_environment()

    assert (demo.handle, my_shop.handle) == ("demo", "my-shop")
    assert (demo.shop_id, demo.shop_url) == (SHOP_ID, SHOP_URL)
    assert demo.contract_id == CONTRACT
    assert [key.get_secret_value() for key in demo.auth_keys] == [KEY]
    assert KEY not in repr(demo)


def test_the_file_counts_too_and_the_environment_wins(monkeypatch, tmp_path):
    lines = [f"{name}={value}" for name, value in shop_environment("filed").items()]
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    given(monkeypatch, JUCHU_SHOP_DEMO_SHOP_ID="54321")
    (demo,) = keys_from_environment()

    assert demo.shop_id == "54321"
    assert demo.auth_keys[0].get_secret_value() == "filed"


def test_the_key_before_fits_as_well_while_it_is_given(monkeypatch):
    given(monkeypatch, **shop_environment("new"))
    given(monkeypatch, JUCHU_SHOP_DEMO_NOTICE_AUTH_KEY_BEFORE="old")
    (demo,) = keys_from_environment()

    assert [key.get_secret_value() for key in demo.auth_keys] == ["new", "old"]


def test_no_service_key_is_needed(monkeypatch):
    given(monkeypatch, JUCHU_SHOP_A_SHOP_ID="1", JUCHU_SHOP_A_NOTICE_AUTH_KEY="k")
    (shop,) = keys_from_environment()

    assert (shop.handle, shop.shop_url, shop.contract_id) == ("a", "", "")


def test_a_shop_without_a_key_or_of_another_mall_is_not_the_receiver_s(monkeypatch):
    given(monkeypatch, JUCHU_SHOP_A_SHOP_ID="1", JUCHU_SHOP_A_NOTICE_AUTH_KEY="")
    given(monkeypatch, **shop_environment(handle="B"), JUCHU_SHOP_B_MALL="yahoo")
    given(monkeypatch, JUCHU_SHOP_C_SHOP_ID="3")

    assert keys_from_environment() == []


@pytest.mark.parametrize("shop_id", ["", "../x", "12 34"])
def test_a_shop_without_a_number_is_named(monkeypatch, shop_id):
    given(monkeypatch, **(shop_environment() | {"JUCHU_SHOP_DEMO_SHOP_ID": shop_id}))

    with pytest.raises(SettingsProblem) as problem:
        keys_from_environment()

    example = "例: JUCHU_SHOP_DEMO_SHOP_ID=123456"
    assert str(problem.value) == (
        f"JUCHU_SHOP_DEMO_SHOP_ID: 値が正しくありません。{example}"
    )
    assert KEY not in str(problem.value)
