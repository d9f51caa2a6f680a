"""What staff read: the next step with its RMS menu, and the checklist."""

import re
from pathlib import Path

import pytest

from data.model.shops import rms_menus
from data.model.shops.onboarding import WAY, ShopFacts, Stage, Standing
from data.model.shops.onboarding_step import next_step
from tasks.shops.checklist import checklist
from tests.shops.made import ALL_GOOD, a_step, at


def history(*stages: Stage):
    return [a_step(stage, minute) for minute, stage in enumerate(stages)]


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_has_a_next_step_that_names_who(stage):
    step = next_step(Standing(stage, at(0), Stage.LIVE), ShopFacts())

    assert step.who in ("店舗", "担当者", "なし")
    assert step.what
    assert "{" not in step.what


def test_a_shop_nobody_knows_begins_with_the_form():
    assert "onboard-shop" in next_step(None, ShopFacts()).what


@pytest.mark.parametrize(
    ("stage", "menu"),
    [
        (Stage.AWAITING_API, rms_menus.APPROVAL),
        (Stage.AWAITING_NOTICES, rms_menus.APPROVAL),
        (Stage.KEY_REGISTERED, rms_menus.FUNCTIONS),
        (Stage.CONNECTED, rms_menus.NOTICES),
    ],
)
def test_what_is_done_in_rms_says_where(stage, menu):
    lines = checklist(history(*WAY[: WAY.index(stage) + 1]), ShopFacts(), at(9))

    assert f"RMSのメニュー: {menu}" in lines


def test_the_start_is_told_by_its_hour_in_japan():
    step = next_step(Standing(Stage.AWAITING_START, at(0)), ALL_GOOD)

    assert step.what.startswith("2026-11-23 09:00 に")


def test_the_list_ticks_what_is_done_and_nothing_else():
    lines = checklist(history(*WAY[:3]), ShopFacts(), at(9))

    assert [line[:5] for line in lines[:8]] == ["- [x]"] * 3 + ["- [ ]"] * 5
    assert lines[1] == "- [x] 申請済 — 2026-11-24 09:01 担当者: 順番"
    assert lines[3] == "- [ ] キー登録済"


def test_a_shop_that_went_back_has_its_later_stages_open_again():
    lines = checklist(history(*WAY[:3], Stage.PREPARING), ShopFacts(), at(9))

    assert [line[:5] for line in lines[:8]] == ["- [x]"] + ["- [ ]"] * 7


def test_a_stopped_shop_shows_how_far_it_was_and_where_it_goes_back():
    lines = checklist(history(*WAY, Stage.STOPPED), ALL_GOOD, at(9))

    assert all(line.startswith("- [x]") for line in lines[:8])
    assert "**現在: 停止**" in "\n".join(lines)
    assert "停止前の「稼働中」に戻してください" in "\n".join(lines)


def test_the_keys_last_day_is_on_the_list():
    lines = checklist(
        history(*WAY), ALL_GOOD._replace(license_expires_at=at(60 * 24 * 3)), at(9)
    )

    assert "あと3日" in lines[-1]


def test_what_people_typed_is_text_and_no_markup():
    typed = a_step(Stage.PREPARING, who="<b>x</b>", why="[a](http://b) `c` *d*")

    line = checklist([typed], ShopFacts(), at(9))[0]

    assert re.findall(r"(?<!\\)[<>`*]", line) == []
    assert r"\[a\](http:" in line
    assert "http://" not in line  # Prefect's page would make a link of it


def test_no_shop_yet_has_nothing_ticked():
    lines = checklist([], ShopFacts(), at(9))

    assert all(line.startswith("- [ ]") for line in lines[:8])


def test_the_page_for_staff_names_every_stage_and_both_menus():
    page = (Path(__file__).parents[2] / "docs" / "onboarding.md").read_text("utf-8")

    assert [stage for stage in Stage if stage not in page] == []
    menus = [
        rms_menus.FUNCTIONS,
        rms_menus.NOTICES,
        *rms_menus.APPROVAL.split(" または "),
    ]
    assert [menu for menu in menus if menu not in page] == []


def test_every_menu_that_juchu_names_is_in_the_table_of_menus():
    page = (Path(__file__).parents[2] / "docs/rms/menus.md").read_text("utf-8")
    table = [path for name, path in vars(rms_menus).items() if name.isupper()]

    assert table
    assert [
        place
        for path in table
        for place in re.split(r" または | > ", path.partition(" (RMS")[0])
        if place.strip("「」") not in page
        and place.removeprefix("出力テンプレート").strip("「」") not in page
    ] == []
