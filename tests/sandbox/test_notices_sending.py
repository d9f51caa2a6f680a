"""Sending notices: retried, lost, doubled, late (docs/rms/event-notification.md §1)."""

import time
from itertools import pairwise

import pytest

from tests.sandbox.receiver import TAKEN, Receiver, Reply, refusal
from tests.support.effort import for_ci
from tests.support.sandbox import Sandbox

QUIET_S = 5


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (refusal("E-400-100"), "E-400-100"),
        (refusal("E-400-101"), "E-400-101"),
        (refusal("E-400-900", 503), "HTTP 503 E-400-900"),
        (refusal("N-000-000", 500), "HTTP 500 N-000-000"),
        (Reply(302, b""), "HTTP 302"),
        (Reply(200, TAKEN, "application/json"), "unreadable"),
        (Reply(200, b"N-000-000"), "unreadable"),
        (Reply(200, b"<r><resultCode>N-000-000</resultCode></r>"), "unreadable"),
        (Reply(200, b"<!DOCTYPE responseModel>" + TAKEN), "unreadable"),
        (Reply(hang_s=30), "no answer"),
    ],
    ids=["illegal", "key", "busy", "taken-with-500", "elsewhere", "json", "text",
         "other-root", "doctype", "silence"],
)  # fmt: skip
def test_whatever_is_not_taken_is_sent_again(sandbox, receiver, reply, said):
    sandbox.settings(notify_timeout_s=0.2, notify_retry_s=0.8)  # time to see the first
    receiver.replies.append(reply)

    sandbox.sell()
    first = until(sandbox, lambda entry: entry["attempts"] == 1 and entry["last"])
    (last,) = sandbox.notices(wait_s=QUIET_S)

    assert (first["last"], first["acknowledged_at"]) == (said, None)
    assert (last["last"], last["attempts"]) == ("N-000-000", 2)
    assert last["acknowledged_at"] is not None
    assert len({r.body for r in receiver.received}) == 1


def until(sandbox, holds):
    """The only notice as soon as something holds for it."""
    end = time.monotonic() + QUIET_S
    while time.monotonic() < end:
        (entry,) = sandbox.notices()
        if holds(entry):
            return entry
        time.sleep(0.01)
    raise AssertionError(entry)


def test_a_receiver_that_is_down_gets_the_notice_once_it_is_up(sandbox, receiver):
    with Receiver() as down:
        address = down.url
    sandbox.settings(notify_url=address, notify_retry_s=0.05)
    sandbox.sell()
    until(sandbox, lambda entry: entry["last"] == "no answer")

    sandbox.settings(notify_url=receiver.url)

    assert sandbox.notice_counts(wait_s=QUIET_S)["acknowledged"] == 1
    assert len(receiver.received) == 1


def test_an_address_nobody_can_reach_stops_nothing(sandbox, receiver):
    sandbox.settings(notify_url="http://no such host/", notify_retry_s=0.05)
    sandbox.sell()
    until(sandbox, lambda entry: entry["last"] == "no answer")

    sandbox.settings(notify_url=receiver.url)

    assert sandbox.notice_counts(wait_s=QUIET_S)["acknowledged"] == 1


def test_each_wait_is_longer_than_the_one_before(sandbox, receiver):
    sandbox.settings(notify_retry_s=0.1)
    receiver.replies.extend([refusal("E-400-900")] * 3)

    sandbox.sell()
    sandbox.notice_counts(wait_s=QUIET_S)

    at = [r.at for r in receiver.received]
    waits = [b - a for a, b in pairwise(at)]
    assert len(waits) == 3
    for wait, least in zip(waits, (0.1, 0.2, 0.4), strict=True):
        assert wait > least * 0.95


def test_a_taken_notice_is_not_sent_again(sandbox, receiver):
    sandbox.settings(notify_retry_s=0.0)

    sandbox.sell(5)
    counts = sandbox.notice_counts(wait_s=QUIET_S)
    sandbox.sell(1)
    sandbox.notice_counts(wait_s=QUIET_S)

    assert counts == {
        "made": 5, "lost": 0, "acknowledged": 5, "waiting": 0, "sent": 5,
    }  # fmt: skip
    assert len(receiver.received) == 6


def test_as_many_are_under_way_at_once_as_there_are_connections(sandbox, receiver):
    sandbox.settings(notify_connections=3)
    receiver.replies.extend([Reply(hang_s=0.1)] * 9)

    sandbox.sell(12)
    sandbox.notice_counts(wait_s=QUIET_S)

    assert receiver.most_at_once == 3


def test_a_silent_receiver_does_not_slow_the_api(rms, sandbox, receiver):
    receiver.replies.extend([Reply(hang_s=30)] * 4)
    sandbox.sell(20)
    began = time.monotonic()

    rms.call("getSubStatusList", {})

    assert time.monotonic() - began < 2
    assert sandbox.notice_counts()["acknowledged"] == 0


def test_forgotten_notices_are_not_sent_again(sandbox, receiver):
    sandbox.settings(notify_retry_s=0.02, notify_held_s=0)
    receiver.replies.append(Reply(503, hang_s=0.2))
    sandbox.sell()
    until(sandbox, lambda entry: entry["attempts"] == 1)

    sandbox.control("DELETE", "notices")
    sandbox.settings(notify_delay_s=0.4)
    sandbox.sell()
    counts = sandbox.notice_counts(wait_s=QUIET_S)

    assert (counts["made"], counts["acknowledged"]) == (1, 1)
    assert receiver.seq_ids() == [1, 2]


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"notify_url": "ftp://example.test/"}, "http"),
        ({"notify_url": 5}, "http"),
        ({"notify_url": "http://127.0.0.1:99999/"}, "Port"),
        ({"notify_loss": 1.5}, "from 0 to 1"),
        ({"notify_reorder": True}, "from 0 to 1"),
        ({"notify_connections": 0}, "whole number"),
        ({"notify_batch": 2.5}, "whole number"),
        ({"notify_retry_s": None}, "seconds"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(sandbox, settings, reason):
    before = sandbox.settings()

    with pytest.raises(ValueError, match=reason):
        sandbox.settings(**settings)

    assert sandbox.settings() == before


def test_the_command_line_switches_notices_on():
    with Receiver() as own, Sandbox.start("--notify", own.url, "--sell", "3") as rms:
        assert rms.notice_counts(wait_s=QUIET_S)["acknowledged"] == 3
        rms.reset()
        assert rms.settings()["notify_url"] == own.url
        assert sorted(own.seq_ids()) == [1, 2, 3]


@for_ci
def test_seq_ids_go_on_after_a_restart(tmp_path):
    options = ("--state", str(tmp_path / "state.db"))
    with Receiver() as own:
        for _ in range(2):
            with Sandbox.start(*options, "--notify", own.url) as rms:
                rms.sell()
                rms.notice_counts(wait_s=QUIET_S)

        assert own.seq_ids() == [1, 2]


@for_ci
def test_it_ends_cleanly_while_a_notice_hangs():
    with Receiver() as own:
        own.replies.append(Reply(hang_s=30))
        rms = Sandbox.start("--notify", own.url)
        rms.sell(1000, every_s=60)
        until(rms, lambda entry: entry["attempts"] == 1)
        began = time.monotonic()

        assert rms.stop() == 0
        assert time.monotonic() - began < 2
