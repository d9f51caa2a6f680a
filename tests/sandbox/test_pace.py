"""One request a second per licence key (docs/rms/order-api.md §5.1)."""

import pytest

from connectors.sandbox.gate.pace import Pace


def admitted(*arrivals, key="a"):
    pace = Pace()
    return [pace.admits(key, at) for at in arrivals]


@pytest.mark.parametrize(
    ("arrivals", "answers"),
    [
        ((0.0, 1.0, 2.0), [True, True, True]),
        ((0.0, 0.5), [True, False]),
        ((0.0, 0.95), [True, True]),
        ((0.0, 0.85), [True, False]),
        ((0.0, 0.92, 1.84, 2.76), [True, True, False, True]),
        ((0.0, 10.0, 10.1), [True, True, False]),
        ((0.0, 0.2, 0.4, 0.6, 0.8, 1.0), [True, False, False, False, False, True]),
    ],
    ids=["even", "early", "jitter", "too-early", "average", "no-saving", "hammer"],
)
def test_the_average_of_one_a_second_holds(arrivals, answers):
    assert admitted(*arrivals) == answers


def test_each_key_has_a_pace_of_its_own():
    pace = Pace()

    assert [pace.admits(key, 0.0) for key in ("a", "b", "a")] == [True, True, False]


def test_five_a_second_is_an_average_too():
    pace = Pace()
    arrivals = [n / 20 for n in range(41)]

    admitted = sum(pace.admits("a", at, 0.2) for at in arrivals)

    assert 10 <= admitted <= 11


@pytest.mark.parametrize("status", [403, 429, 503])
def test_too_fast_is_refused_and_counted(rms, sandbox, status):
    sandbox.settings(rate_limit=True, too_fast_status=status)

    answers = [rms.call("getSubStatusList", {}).status_code for _ in range(2)]

    assert answers == [200, status]
    assert sandbox.journal()["too_fast"] == 1


def test_another_shop_does_not_wait(rms, other, sandbox):
    sandbox.settings(rate_limit=True)
    rms.call("getSubStatusList", {})

    assert other.call("getSubStatusList", {}).status_code == 200


def test_without_the_limit_nothing_is_too_fast(rms, sandbox):
    answers = [rms.call("getSubStatusList", {}).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert sandbox.journal()["too_fast"] == 0
