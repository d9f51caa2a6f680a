"""What `make shop` asks and refuses; with a server: tests/flows/test_make_shop.py."""

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from pydantic import SecretStr

from connectors.settings.reading import SettingsProblem
from data.model.shops.shop import Shop
from tasks.setup.shop import (
    WHAT_IS_TAKEN,
    NoShop,
    agreed,
    check_or_tell,
    describe,
    refuse_twin,
    renewed,
)
from tasks.shops.blocks import RmsShop
from tests.support.plain_runs import run_plainly

GIVEN = {
    "SHOP_ID": "654321",
    "SERVICE_SECRET": "SP_invented",
    "LICENSE_KEY": "SL_invented",
}


@pytest.fixture(autouse=True)
def _nowhere(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be where there is no `.env`."""
    monkeypatch.chdir(tmp_path)


def typed(*answers: str) -> Callable[[str], str]:
    left: Iterator[str] = iter(answers)
    return lambda _asked: next(left)


def nobody(asked: str) -> str:
    raise AssertionError(asked)


def in_environment(monkeypatch: pytest.MonkeyPatch, handle: str, **given: str) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"JUCHU_SHOP_{handle}_{name}", value)


def test_who_is_asked_types_the_keys_unseen_and_the_rest_in_the_open():
    seen = typed("Mihon 店", "mihon", "12 34", "654321", "", "2027-13-01", "", "")
    unseen = typed("SP_invented", "", "SL_invented", "")
    shop = describe("", seen, unseen, is_asked=True)

    assert (shop.handle, shop.shop_id) == ("mihon", "654321")
    assert shop.service_secret.get_secret_value() == "SP_invented"
    assert shop.license_key.get_secret_value() == "SL_invented"
    assert shop.license_expires_on is None


def test_what_is_pasted_or_typed_in_japanese_is_taken_as_it_was_meant(capsys):
    """Of these, each was stored as it stood: the key refused, the shop not found."""
    order = "123456-20260701-0000000001"
    seen = typed(
        "ｍｉｈｏｎ", order, "６５４３２１", "", "2020/1/5", "2099年1月5日", ""
    )
    unseen = typed("\u200bSP_invented\u3000", "秘密", "ＳＬ_invented\ufeff", "")
    shop = describe("", seen, unseen, is_asked=True)

    assert (shop.handle, shop.shop_id) == ("mihon", "654321")
    assert shop.service_secret.get_secret_value() == "SP_invented"
    assert shop.license_key.get_secret_value() == "SL_invented"
    assert shop.license_expires_on == date(2099, 1, 5)
    told = capsys.readouterr().out
    assert all(rule in told for rule in WHAT_IS_TAKEN.values())
    assert "秘密" not in told


def a_shop(handle: str, number: str) -> Shop:
    keys = {"service_secret": "SP_invented", "license_key": "SL_invented"}
    return Shop(handle=handle, mall="rakuten", shop_id=number, **keys)


def test_one_shop_is_not_set_up_under_two_names():
    """Both would be live at nine, each with a safety stock of its own."""
    refuse_twin(a_shop("mihon", "654321"), {"mihon": "654321", "other": "123456"})
    with pytest.raises(NoShop, match="make shop SHOP=mihno"):
        refuse_twin(a_shop("mihon", "654321"), {"mihno": "654321"})


def test_who_types_the_name_of_another_shop_reads_whose_it_is():
    asked = []
    shop = a_shop("mihon", "654321")
    agreed(shop, "654321", lambda text: asked.append(text) or "n")
    agreed(shop, "123456", lambda text: asked.append(text) or "n")

    assert ["123456" in text for text in asked] == [False, True]


def test_who_answers_with_japanese_input_on_is_understood():
    """All that had been typed, keys included, had to be typed once more."""
    shop = a_shop("mihon", "654321")
    said = {text: agreed(shop, "654321", lambda _, t=text: t) for text in "yｙＹnｎ"}

    assert said == {"y": True, "ｙ": True, "Ｙ": True, "n": False, "ｎ": False}


def test_a_check_that_breaks_off_says_that_the_block_is_kept(monkeypatch, tmp_path):
    """A traceback stood there, or after Ctrl-C that nothing had been changed."""
    run_plainly(monkeypatch)
    in_environment(monkeypatch, "MIHON", **GIVEN)
    monkeypatch.setenv("JUCHU_HOME", str(tmp_path))
    (tmp_path / "juchu.duckdb").write_bytes(b"no database" * 999)
    with pytest.raises(SystemExit, match=r"make restore.*\n.*保存済み.*\n対処"):
        check_or_tell(a_shop("mihon", "654321"))


def test_what_the_environment_describes_is_not_asked_for(monkeypatch):
    in_environment(monkeypatch, "MIHON", **GIVEN)
    shop = describe("", nobody, nobody, is_asked=False)

    assert (shop.handle, shop.shop_id) == ("mihon", "654321")


def test_a_shop_described_in_part_is_told_by_the_variables_that_are_missing(
    monkeypatch,
):
    in_environment(monkeypatch, "MIHON", LICENSE_KEY="SL_invented")
    with pytest.raises(SettingsProblem, match="JUCHU_SHOP_MIHON_SHOP_ID") as problem:
        describe("mihon", nobody, nobody, is_asked=False)

    assert "SL_invented" not in str(problem.value)


@pytest.mark.parametrize("handle", ["", "mihon"])
def test_where_nobody_is_asked_and_nothing_describes_it_says_what_to_do(handle: str):
    with pytest.raises(NoShop, match=r"対処: .*SHOP"):
        describe(handle, nobody, nobody, is_asked=False)


def test_which_of_two_shops_is_not_guessed(monkeypatch):
    in_environment(monkeypatch, "MIHON", **GIVEN)
    in_environment(monkeypatch, "SECOND", **GIVEN)
    with pytest.raises(NoShop, match="mihon、second"):
        describe("", nobody, nobody, is_asked=False)


def test_a_new_licence_key_leaves_what_nobody_was_asked_for():
    """Safety stock at 0, or a link switched on again, would sell what is not there."""
    shop = Shop(
        handle="mihon",
        mall="rakuten",
        shop_id="654321",
        service_secret="SP_old",
        license_key="SL_old",
        license_expires_on="2026-12-01",
        notice_auth_key="key-of-notices",
        safety_stock=3,
        stock_link=False,
        silent_hours="20-22",
        home="home-1",
    )
    before = RmsShop.from_shop(shop).model_copy(update={"start_rule": "next-hour"})
    seen = typed("mihon", "654321", "", "", "")
    unseen = typed("SP_new", "SL_new", "")
    entered = describe("", seen, unseen, is_asked=True)
    after = renewed(before, entered, before.license_key)

    keys = {
        "service_secret": SecretStr("SP_new"),
        "license_key": SecretStr("SL_new"),
        "license_key_before": SecretStr("SL_old"),
    }
    assert after == before.model_copy(update=keys | {"license_expires_on": None})


def with_keys(key: str, *, before: str = "", number: str = "654321") -> Shop:
    """The shop with this as its licence key and its key of notices."""
    shop = {"handle": "mihon", "mall": "rakuten", "shop_id": number}
    keys = {"service_secret": "SP_invented", "license_key": key, "notice_auth_key": key}
    return Shop(**shop, **keys, **({"license_key_before": before} if before else {}))


@pytest.mark.parametrize(
    ("stood", "entered", "in_use", "former"),
    [
        pytest.param(with_keys("old"), with_keys("new"), "old", "old", id="renewed"),
        pytest.param(with_keys("old"), with_keys("old"), "old", "", id="the same"),
        pytest.param(
            with_keys("wrong", before="old"), with_keys("new"), "old", "old", id="again"
        ),
        pytest.param(
            with_keys("old"), with_keys("new", number="123456"), "old", "", id="other"
        ),
        pytest.param(with_keys("****"), with_keys("new"), "****", "", id="masked"),
    ],
)
def test_a_key_that_is_replaced_goes_on_until_the_new_one_works(
    stood: Shop, entered: Shop, in_use: str, former: str
):
    """No page shows it for a person to copy: RMS refused all calls for half an hour."""
    after = renewed(RmsShop.from_shop(stood), entered, SecretStr(in_use))

    assert after.license_key_before.get_secret_value() == former
    assert after.to_shop("mihon").has_former_key == bool(former)
    assert bool(after.notice_auth_key_before.get_secret_value()) == bool(former)
