"""The connection check: which of key, secret, switch, maintenance, network it is."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from data.model.shops.connection import (
    LICENCE_FUNCTION,
    OTHER_SHOP_CODE,
    TO_DO,
    WHAT,
    CallEnd,
    ConnectionStatus,
    KeyChoice,
    KeyFacts,
    Probe,
    choose_key,
    explain,
    judge_check,
    needs_former_key,
    suspect_paste,
)
from tests.shops.made import NINE, at

OLD_KEY = KeyFacts(NINE - timedelta(days=3), NINE + timedelta(days=80))
GOOD = Probe(function="searchOrder", answer=CallEnd.OK, status=200)


def probe(
    answer: CallEnd,
    status: int | None = None,
    *codes: str,
    function: str = "getOrder",
    needed: bool = True,
) -> Probe:
    return Probe(
        function=function, answer=answer, status=status, codes=codes, needed=needed
    )


NO_KEY = probe(CallEnd.CREDENTIALS, 401, "ES01-01")
DOWN = probe(CallEnd.UNAVAILABLE, 503)
OFFLINE = probe(CallEnd.UNAVAILABLE)
probes = st.builds(
    Probe,
    function=st.sampled_from(["searchOrder", "getOrder", LICENCE_FUNCTION]),
    answer=st.sampled_from(CallEnd),
    status=st.none() | st.sampled_from([200, 400, 401, 404, 429, 500, 503]),
    codes=st.lists(st.sampled_from(["ES01-01", "ES01-02", "ES04-01"])).map(tuple),
    needed=st.booleans(),
)


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ([GOOD, GOOD], ConnectionStatus.OK),
        ([NO_KEY, NO_KEY], ConnectionStatus.KEY_OR_SECRET),
        ([probe(CallEnd.CREDENTIALS, 400, "ES04-01")], ConnectionStatus.KEY_OR_SECRET),
        ([GOOD, NO_KEY], ConnectionStatus.FUNCTION),
        ([DOWN, DOWN], ConnectionStatus.MAINTENANCE),
        ([probe(CallEnd.UNAVAILABLE, 200, "ES01-02")], ConnectionStatus.MAINTENANCE),
        ([probe(CallEnd.UNAVAILABLE, 200)], ConnectionStatus.MAINTENANCE),
        ([probe(CallEnd.REFUSED, 400, "ES01-02")], ConnectionStatus.MAINTENANCE),
        ([probe(CallEnd.THROTTLED, 429)], ConnectionStatus.BUSY),
        ([OFFLINE, OFFLINE], ConnectionStatus.NETWORK),
        ([OFFLINE, DOWN], ConnectionStatus.NETWORK),
        ([probe(CallEnd.REFUSED, 404)], ConnectionStatus.ADDRESS),
        (
            [probe(CallEnd.REFUSED, 400, "ORDER_EXT_API_GET_ORDER_ERROR_009")],
            ConnectionStatus.OTHER,
        ),
        ([GOOD, DOWN], ConnectionStatus.MAINTENANCE),
        ([], ConnectionStatus.OTHER),
    ],
)
def test_all_answers_together_tell_what_is_at_fault(answers, status):
    assert judge_check(answers, OLD_KEY, NINE).status is status


def test_a_key_past_its_end_is_the_fault_whatever_else_may_be():
    ended = OLD_KEY._replace(expires_at=NINE - timedelta(days=1))

    assert (
        judge_check([NO_KEY, NO_KEY], ended, NINE).status is ConnectionStatus.KEY_ENDED
    )


def test_what_rms_cannot_have_issued_is_the_fault_whatever_its_age_and_day():
    """Who pasted it wrong was told to wait half an hour, or to issue another key."""
    bad = OLD_KEY._replace(suspect=ConnectionStatus.KEY)
    fresh = bad._replace(first_seen_at=NINE)
    ended = bad._replace(expires_at=NINE - timedelta(days=1))

    found = [judge_check([NO_KEY, NO_KEY], key, NINE).status for key in (fresh, ended)]

    assert found == [ConnectionStatus.KEY] * 2


def test_a_good_answer_proves_a_key_that_was_said_to_have_ended():
    ended = OLD_KEY._replace(expires_at=NINE - timedelta(days=1))

    finding = judge_check([GOOD, NO_KEY], ended, NINE)

    assert finding.status is ConnectionStatus.FUNCTION


def test_the_key_is_not_blamed_while_rms_answers_nothing():
    assert (
        judge_check([NO_KEY, DOWN], OLD_KEY, NINE).status
        is ConnectionStatus.MAINTENANCE
    )


def test_a_switch_is_found_though_another_function_is_down():
    finding = judge_check([GOOD, NO_KEY, DOWN], OLD_KEY, NINE)

    assert finding.status is ConnectionStatus.FUNCTION
    assert finding.functions == ("getOrder",)


@pytest.mark.parametrize(
    ("minute", "status"),
    [
        (0, ConnectionStatus.FRESH_KEY),
        (29.99, ConnectionStatus.FRESH_KEY),
        (30, ConnectionStatus.KEY_OR_SECRET),
    ],
)
def test_a_new_keys_first_half_hour_is_no_failure(minute, status):
    finding = judge_check([NO_KEY, NO_KEY], KeyFacts(NINE), at(minute))

    assert finding.status is status
    assert (finding.again_at == at(30)) is (status is ConnectionStatus.FRESH_KEY)
    assert finding.stops_calls is (status is not ConnectionStatus.FRESH_KEY)


def test_a_new_key_waits_even_when_one_function_answers_already():
    assert (
        judge_check([GOOD, NO_KEY], KeyFacts(NINE), at(5)).status
        is ConnectionStatus.FRESH_KEY
    )


def test_a_new_key_that_works_is_good_at_once():
    assert judge_check([GOOD], KeyFacts(NINE), at(1)).is_good


def test_a_wrong_paste_is_told_only_after_a_refusal():
    suspect = OLD_KEY._replace(suspect=ConnectionStatus.SECRET)

    assert judge_check([NO_KEY], suspect, NINE).status is ConnectionStatus.SECRET
    assert judge_check([GOOD], suspect, NINE).is_good


def test_without_the_licence_function_a_shop_is_good_with_a_remark():
    unread = probe(
        CallEnd.CREDENTIALS, 401, "ES01-01", function=LICENCE_FUNCTION, needed=False
    )

    finding = judge_check([GOOD, unread], OLD_KEY, NINE)

    assert finding.is_good
    assert "有効期限を正しく入力" in explain(finding)


def test_a_function_we_can_do_without_is_never_the_fault_of_one_we_need():
    unread = probe(CallEnd.CREDENTIALS, 401, function=LICENCE_FUNCTION, needed=False)

    finding = judge_check([GOOD, unread, DOWN], OLD_KEY, NINE)

    assert finding.status is ConnectionStatus.MAINTENANCE
    assert not finding.stops_calls


def test_the_licence_functions_answer_clears_the_key():
    licence = probe(CallEnd.OK, 200, function=LICENCE_FUNCTION, needed=False)

    assert (
        judge_check([licence, NO_KEY], OLD_KEY, NINE).status
        is ConnectionStatus.FUNCTION
    )


@pytest.mark.parametrize(
    ("secret", "key", "suspect"),
    [
        ("SP0000_x", "SL0000_y", None),
        (" SP0000_x\n", "SL0000_y ", None),
        ("", "SL0000_y", ConnectionStatus.SECRET),
        ("ＳＰ0000", "SL0000_y", ConnectionStatus.SECRET),
        ("SP 0000", "SL0000_y", ConnectionStatus.SECRET),
        ("SP0000_x", "y" * 51, ConnectionStatus.KEY),
        ("SP0000_x", "SP0000_x", ConnectionStatus.KEY),
        ("SP0000_x", "SL\n0000", ConnectionStatus.KEY),
    ],
)
def test_what_rms_cannot_have_issued_is_suspect(secret, key, suspect):
    assert suspect_paste(SecretStr(secret), SecretStr(key)) is suspect


def test_the_words_tell_the_hour_to_try_again():
    told = explain(judge_check([NO_KEY], KeyFacts(NINE), at(5)))

    assert "失敗ではありません" in told
    assert "09:30 にもう一度" in told


def test_the_words_tell_rms_codes_and_the_functions_to_switch_on():
    told = explain(judge_check([GOOD, NO_KEY], OLD_KEY, NINE))

    assert "[ES01-01]" in told
    assert "利用機能編集" in told
    assert "「アップデート」してください: getOrder" in told


def test_another_shops_key_stops_the_shop_and_leaves_the_former_key_in_use():
    """Its orders are refused one by one; stock and items show no shop number."""
    other_shops = probe(CallEnd.REFUSED, 400, f"ORDER_EXT_API_{OTHER_SHOP_CODE}")

    finding = judge_check([GOOD, other_shops], OLD_KEY, NINE)

    assert finding.status is ConnectionStatus.SHOP_NUMBER
    assert finding.stops_calls
    assert "この店舗のもの" in explain(finding)
    assert needs_former_key(finding)
    assert choose_key(finding, judge_check([GOOD], OLD_KEY, NINE)) is KeyChoice.FORMER


def test_every_status_has_its_words():
    assert set(WHAT) == set(TO_DO) == set(ConnectionStatus)


@given(st.lists(probes, max_size=5), st.integers(-100, 100), st.integers(-100, 100))
def test_every_check_has_a_verdict_that_says_what_to_do(answers, seen, ends):
    finding = judge_check(answers, KeyFacts(at(seen), at(ends)), NINE)
    told = explain(finding)

    assert "{" not in told
    assert finding.is_good or "対処" in told


@given(st.lists(probes, max_size=5), st.integers(-100, 100))
def test_a_check_is_good_only_if_all_that_is_needed_answered(answers, seen):
    finding = judge_check(answers, KeyFacts(at(seen)), NINE)
    answered = [p for p in answers if p.answer is CallEnd.OK]

    needed = [p for p in answers if p.needed]
    assert finding.is_good == (bool(answered) and all(p in answered for p in needed))


@given(st.lists(probes, max_size=5), st.integers(-100, 100))
def test_no_call_is_stopped_without_a_refused_credential(answers, seen):
    finding = judge_check(answers, KeyFacts(at(seen)), NINE)

    if finding.stops_calls:
        assert CallEnd.CREDENTIALS in [p.answer for p in answers]
        assert seen <= -30


@pytest.mark.parametrize(
    ("failed", "said", "not_said"),
    [
        (probe(CallEnd.THROTTLED, 403, "ES01-03"), "次の接続チェックで", "使えない"),
        (probe(CallEnd.UNAVAILABLE, 503, "ES01-02"), "次の接続チェックで", "使えない"),
        (probe(CallEnd.OUTCOME_UNKNOWN, 200), "次の接続チェックで", "使えない"),
        (probe(CallEnd.REFUSED, 400, "NEW"), "想定外の応答", "使えない"),
        (probe(CallEnd.CREDENTIALS, 401, "ES01-01"), "使えない機能", "混雑"),
        (probe(CallEnd.REFUSED, 400, "ES04-01"), "使えない機能", "想定外"),
    ],
)
def test_a_function_is_called_off_only_where_it_was_refused(failed, said, not_said):
    unneeded = failed.model_copy(update={"function": "push", "needed": False})
    text = explain(judge_check([GOOD, unneeded], OLD_KEY, NINE))

    assert said in text
    assert "push" in text
    assert not_said not in text


@pytest.mark.parametrize("code", ["", "DR0005", "DR0007"])
def test_a_date_that_rms_does_not_tell_is_typed_and_no_function_is_blamed(code):
    failed = probe(CallEnd.REFUSED, 400, code, function=LICENCE_FUNCTION, needed=False)
    text = explain(judge_check([GOOD, failed], OLD_KEY, NINE))

    assert "有効期限を正しく入力" in text
    assert "機能があります" not in text
