"""The graph of stages: what leads where, and that a history tells where a shop is."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.shops.onboarding import (
    ASIDE,
    BEGINNINGS,
    WAY,
    WITH_KEY,
    Stage,
    StageRefused,
    Standing,
    moved,
    moves_from,
    replay,
    way_to,
)
from tests.shops.made import a_step, at

MOVES = {
    Stage.PREPARING: {"申請済", "停止"},
    Stage.APPLIED: {"API承認待ち", "申請準備", "停止"},
    Stage.AWAITING_API: {"キー登録済", "申請準備", "停止"},
    Stage.KEY_REGISTERED: {"接続確認済", "停止", "期限切れ"},
    Stage.CONNECTED: {"通知承認待ち", "停止", "期限切れ"},
    Stage.AWAITING_NOTICES: {"開始待ち", "停止", "期限切れ"},
    Stage.AWAITING_START: {"稼働中", "停止", "期限切れ"},
    Stage.LIVE: {"停止", "期限切れ"},
}
histories = st.lists(st.integers(0, 9), max_size=30)


def walked(choices):
    """Walk the graph, taking of the moves that exist one per choice."""
    steps, standing = [], None
    for minute, choice in enumerate(choices):
        options = sorted(moves_from(standing))
        step = a_step(options[choice % len(options)], minute)
        standing = moved(standing, step)
        steps.append(step)
    return steps, standing


def came_through(steps) -> set[Stage]:
    return {step.stage for step in steps}


@pytest.mark.parametrize("stage", WAY)
def test_each_stage_leads_to_these_and_no_others(stage):
    assert moves_from(Standing(stage, at(0))) == MOVES[stage]


def test_a_shop_begins_by_applying_or_with_a_key_of_its_own():
    assert moves_from(None) == {"申請準備", "キー登録済"}


@pytest.mark.parametrize("stage", WAY)
def test_a_stopped_shop_comes_back_to_where_it_was_or_applies_again(stage):
    standing = moved(Standing(stage, at(0)), a_step(Stage.STOPPED, 1))

    assert moves_from(standing) == {stage, "申請準備"}


@pytest.mark.parametrize("stage", sorted(WITH_KEY))
def test_an_expired_shop_comes_back_to_where_it_was_or_stops(stage):
    standing = moved(Standing(stage, at(0)), a_step(Stage.EXPIRED, 1))

    assert moves_from(standing) == {stage, "停止"}


def test_a_shop_stopped_while_expired_comes_back_to_its_work():
    steps = [
        a_step(stage, minute)
        for minute, stage in enumerate(
            [*WAY[3:], Stage.EXPIRED, Stage.STOPPED, Stage.LIVE]
        )
    ]

    assert replay(steps) == Standing(Stage.LIVE, at(7))


@given(histories)
def test_a_history_replays_to_the_same_standing(choices):
    steps, standing = walked(choices)

    assert replay(steps) == standing


@given(histories)
def test_no_shop_is_live_that_did_not_pass_every_stage_with_a_key(choices):
    steps, standing = walked(choices)

    if standing and standing.stage is Stage.LIVE:
        assert came_through(steps) >= WITH_KEY


@given(histories)
def test_a_stage_of_the_way_is_entered_from_the_one_before_or_on_the_way_back(choices):
    steps, _ = walked(choices)

    for before, after in pairwise(steps):
        if after.stage in WAY[1:] and before.stage not in ASIDE:
            assert before.stage is WAY[WAY.index(after.stage) - 1]


@given(histories)
def test_the_way_back_is_known_exactly_while_a_shop_is_aside(choices):
    _, standing = walked(choices)

    if standing:
        assert (standing.interrupted in WAY) == (standing.stage in ASIDE)


@given(histories)
def test_every_shop_can_still_get_to_live(choices):
    _, standing = walked(choices)
    for minute in range(100, 112):
        options = moves_from(standing)
        if standing and standing.stage is Stage.LIVE:
            break
        back = standing.interrupted if standing else None
        ahead = [back, *reversed(WAY)] if back else list(reversed(WAY))
        forward = next(stage for stage in ahead if stage in options)
        standing = moved(standing, a_step(forward, minute))

    assert standing.stage is Stage.LIVE


@given(histories, st.sampled_from(Stage))
def test_a_move_that_does_not_exist_is_refused_with_the_ones_that_do(choices, to):
    _, standing = walked(choices)
    options = moves_from(standing)
    if to in options:
        return

    with pytest.raises(StageRefused) as caught:
        moved(standing, a_step(to, 100))

    assert "対処" in str(caught.value)
    assert all(stage in str(caught.value) for stage in options)


@pytest.mark.parametrize(
    ("standing", "to", "why"),
    [
        (None, Stage.LIVE, "まだ登録されていない"),
        (Standing(Stage.LIVE, at(0)), Stage.LIVE, "すでに「稼働中」です"),
        (Standing(Stage.APPLIED, at(0)), Stage.EXPIRED, "まだライセンスキーがない"),
        (Standing(Stage.STOPPED, at(0), Stage.LIVE), Stage.EXPIRED, "再開するとき"),
        (Standing(Stage.APPLIED, at(0)), Stage.LIVE, "から「稼働中」へは進めません"),
    ],
)
def test_the_reason_fits_the_case(standing, to, why):
    with pytest.raises(StageRefused, match=why):
        moved(standing, a_step(to, 1))


def test_no_move_is_earlier_than_the_one_before():
    with pytest.raises(StageRefused, match="時計"):
        moved(Standing(Stage.PREPARING, at(5)), a_step(Stage.APPLIED, 4))


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "x" * 201])
def test_who_and_why_are_one_line_of_words(text):
    with pytest.raises(ValueError, match="validation error"):
        a_step(Stage.PREPARING, why=text)


def test_every_stage_has_a_place():
    assert {*WAY, *ASIDE} == set(Stage)
    assert set(BEGINNINGS) <= set(WAY)


def test_the_way_to_a_stage_goes_through_those_between():
    assert way_to(Standing(Stage.APPLIED, at(0)), Stage.CONNECTED) == WAY[2:5]
    assert way_to(None, Stage.CONNECTED) == (Stage.KEY_REGISTERED, Stage.CONNECTED)


@given(histories, st.sampled_from(Stage))
def test_the_way_is_made_of_moves_that_exist(choices, to):
    _, standing = walked(choices)
    way = way_to(standing, to)

    assert way[-1] is to
    if len(way) > 1:
        for minute, stage in enumerate(way, len(choices)):
            standing = moved(standing, a_step(stage, minute))
