"""What must be true before a shop moves on, told in Japanese when it is not."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.model.shops.connection import ConnectionStatus
from data.model.shops.onboarding import (
    WAY,
    Barrier,
    ShopFacts,
    Stage,
    StageRefused,
    Standing,
    barrier,
    due_move,
    move,
    moved,
    moves_from,
    refusal,
)
from tests.shops.made import ALL_GOOD, NINE, a_step, at

EARLY = timedelta(days=-2)
SOON = timedelta(minutes=5)
moments = st.none() | st.integers(-600, 600).map(at)
any_facts = st.builds(
    ShopFacts,
    moments,
    moments,
    moments,
    st.none() | st.sampled_from(ConnectionStatus),
    moments,
    moments,
)


def at_stage(stage: Stage, interrupted: Stage | None = None) -> Standing:
    return Standing(stage, NINE, interrupted)


def bar(standing, to, **varied):
    return barrier(standing, to, ALL_GOOD._replace(**varied), at(1))


@pytest.mark.parametrize("to", WAY[1:])
def test_with_all_facts_good_a_shop_goes_on(to):
    standing = at_stage(WAY[WAY.index(to) - 1])

    assert move(standing, a_step(to, 1), ALL_GOOD).stage is to


@pytest.mark.parametrize(
    ("before", "to", "varied", "expected"),
    [
        ("申請準備", "申請済", {"application_made_at": None}, Barrier.NO_APPLICATION),
        (
            "申請準備",
            "申請済",
            {"application_made_at": NINE - SOON},
            Barrier.NO_APPLICATION,
        ),
        ("API承認待ち", "キー登録済", {"key_seen_at": None}, Barrier.NO_KEY),
        ("API承認待ち", "キー登録済", {"license_expires_at": None}, Barrier.NO_EXPIRY),
        ("API承認待ち", "キー登録済", {"license_expires_at": NINE}, Barrier.KEY_ENDED),
        ("キー登録済", "接続確認済", {"checked_at": None}, Barrier.NOT_CHECKED),
        (
            "キー登録済",
            "接続確認済",
            {"checked_at": NINE + EARLY},
            Barrier.NOT_CHECKED,
        ),
        (
            "キー登録済",
            "接続確認済",
            {"connection": ConnectionStatus.FRESH_KEY},
            Barrier.CHECK_FAILED,
        ),
        ("キー登録済", "接続確認済", {"license_expires_at": NINE}, Barrier.KEY_ENDED),
        ("接続確認済", "通知承認待ち", {"license_expires_at": NINE}, Barrier.KEY_ENDED),
        ("通知承認待ち", "開始待ち", {"notices_start_at": None}, Barrier.NO_START),
        ("開始待ち", "稼働中", {"notices_start_at": at(2)}, Barrier.NOT_BEGUN),
        ("開始待ち", "稼働中", {"license_expires_at": NINE}, Barrier.KEY_ENDED),
        ("稼働中", "期限切れ", {}, Barrier.KEY_VALID),
        ("稼働中", "期限切れ", {"license_expires_at": None}, Barrier.KEY_VALID),
    ],
)
def test_a_fact_that_is_missing_or_wrong_holds_the_shop(before, to, varied, expected):
    standing = at_stage(Stage(before))
    facts = ALL_GOOD._replace(**varied)
    told = refusal(standing, Stage(to), facts, at(1))

    assert barrier(standing, Stage(to), facts, at(1)) is expected
    assert told is not None
    assert "。対処: " in told
    assert "{" not in told


def test_a_start_that_has_come_this_very_moment_is_no_longer_before():
    standing = at_stage(Stage.AWAITING_START)

    assert bar(standing, Stage.LIVE, notices_start_at=at(1)) is None


def test_a_maintenance_at_the_start_does_not_hold_a_checked_shop():
    standing = at_stage(Stage.AWAITING_START)

    assert bar(standing, Stage.LIVE, connection=ConnectionStatus.MAINTENANCE) is None


@pytest.mark.parametrize("aside", [Stage.STOPPED, Stage.EXPIRED])
@pytest.mark.parametrize("back", WAY[4:])
def test_coming_back_takes_a_check_made_since(aside, back):
    standing = at_stage(aside, back)

    assert bar(standing, back) is None
    refused = ConnectionStatus.KEY
    assert bar(standing, back, checked_at=NINE - SOON) is Barrier.NOT_CHECKED
    assert bar(standing, back, connection=refused) is Barrier.CHECK_FAILED


@pytest.mark.parametrize("back", WAY[:3])
def test_a_shop_stopped_before_it_had_a_key_comes_back_without_one(back):
    told = refusal(
        at_stage(Stage.STOPPED, back),
        back,
        ShopFacts(application_made_at=NINE - SOON),
        at(1),
    )

    assert told is None


def test_a_refused_move_raises_what_refusal_says():
    with pytest.raises(
        StageRefused, match="開始日時 2026-11-24 09:02 になっていません"
    ):
        move(
            at_stage(Stage.AWAITING_START),
            a_step(Stage.LIVE, 1),
            ALL_GOOD._replace(notices_start_at=at(2)),
        )


@pytest.mark.parametrize(
    ("standing", "varied", "due"),
    [
        (None, {}, None),
        (at_stage(Stage.AWAITING_START), {}, Stage.LIVE),
        (at_stage(Stage.AWAITING_START), {"notices_start_at": at(2)}, None),
        (at_stage(Stage.AWAITING_START), {"license_expires_at": NINE}, Stage.EXPIRED),
        (at_stage(Stage.LIVE), {}, None),
        (at_stage(Stage.LIVE), {"license_expires_at": NINE}, Stage.EXPIRED),
        (
            at_stage(Stage.LIVE),
            {"license_expires_at": NINE, "is_end_typed": True},
            None,
        ),
        (
            at_stage(Stage.LIVE),
            {
                "license_expires_at": NINE,
                "is_end_typed": True,
                "connection": ConnectionStatus.KEY_ENDED,
            },
            Stage.EXPIRED,
        ),
        (at_stage(Stage.EXPIRED, Stage.LIVE), {}, Stage.LIVE),
        (at_stage(Stage.EXPIRED, Stage.LIVE), {"license_expires_at": NINE}, None),
        (at_stage(Stage.EXPIRED, Stage.LIVE), {"checked_at": NINE - SOON}, None),
        (at_stage(Stage.STOPPED, Stage.LIVE), {}, None),
        (at_stage(Stage.STOPPED, Stage.LIVE), {"license_expires_at": NINE}, None),
        (at_stage(Stage.APPLIED), {"license_expires_at": NINE}, None),
        (at_stage(Stage.CONNECTED), {}, None),
        (Standing(Stage.AWAITING_START, at(2)), {}, None),
    ],
)
def test_time_alone_ends_begins_and_brings_back_but_never_starts_a_stopped_shop(
    standing, varied, due
):
    assert due_move(standing, ALL_GOOD._replace(**varied), at(1)) == due


@given(st.lists(st.tuples(st.sampled_from(Stage), any_facts), max_size=25))
def test_whatever_is_asked_no_shop_with_an_ended_key_is_let_on(asked):
    standing = None
    for minute, (to, facts) in enumerate(asked):
        try:
            standing = move(standing, a_step(to, minute), facts)
        except StageRefused:
            continue
        ended = facts.license_expires_at is None or facts.license_expires_at < at(
            minute
        )
        assert not (to in WAY[3:] and ended)
        assert not (
            to is Stage.LIVE
            and (facts.notices_start_at is None or at(minute) < facts.notices_start_at)
        )
        assert not (
            to is Stage.CONNECTED and facts.connection is not ConnectionStatus.OK
        )


@given(st.lists(st.integers(0, 9), max_size=20), any_facts)
def test_a_due_move_is_one_that_may_be_made(choices, facts):
    standing = None
    for minute, choice in enumerate(choices):
        options = sorted(moves_from(standing))
        standing = moved(standing, a_step(options[choice % len(options)], minute))
    due = due_move(standing, facts, at(30))

    if due is not None:
        assert move(standing, a_step(due, 30), facts).stage is due
