"""What chance does to notices on their way, the same for the same seed."""

import time
from collections import Counter
from itertools import pairwise

QUIET_S = 5


def arrivals(sandbox, receiver, **settings):
    """The seqIds of 20 sales in the order they arrived, under these settings."""
    sandbox.reset()
    receiver.received.clear()
    sandbox.settings(notify_url=receiver.url, notify_connections=1, **settings)
    sandbox.sell(20)
    sandbox.notice_counts(wait_s=QUIET_S)
    copies = 40 if settings.get("notify_duplicate") else 0
    end = time.monotonic() + QUIET_S
    while len(receiver.received) < copies and time.monotonic() < end:
        time.sleep(0.01)
    return receiver.seq_ids()


def test_one_connection_keeps_the_order_of_the_sales(sandbox, receiver):
    assert arrivals(sandbox, receiver) == list(range(1, 21))


def test_lost_notices_never_come_and_are_listed_as_lost(sandbox, receiver):
    came = arrivals(sandbox, receiver, notify_loss=0.3)

    listed = sandbox.notices()
    lost = [int(entry["key"]) for entry in listed if entry["lost"]]
    assert sorted(came + lost) == list(range(1, 21))
    assert 2 <= len(lost) <= 10
    assert {e["attempts"] for e in listed if e["lost"]} == {0}


def test_the_seed_decides_what_is_lost(sandbox, receiver):
    first = arrivals(sandbox, receiver, notify_loss=0.3)

    assert arrivals(sandbox, receiver, notify_loss=0.3) == first


def test_when_all_are_doubled_each_comes_twice(sandbox, receiver):
    came = arrivals(sandbox, receiver, notify_duplicate=1, notify_held_s=0.2)

    assert Counter(came) == dict.fromkeys(range(1, 21), 2)


def test_reordered_notices_are_overtaken_and_none_is_missing(sandbox, receiver):
    came = arrivals(sandbox, receiver, notify_reorder=0.4, notify_held_s=0.4)

    assert came != sorted(came)
    assert sorted(came) == list(range(1, 21))
    stayed = sum(a < b for a, b in pairwise(came))
    assert stayed >= 10


def test_the_seed_decides_what_is_overtaken(sandbox, receiver):
    settings = {"notify_reorder": 0.4, "notify_held_s": 0.4}
    first = arrivals(sandbox, receiver, **settings)

    again = arrivals(sandbox, receiver, **settings)

    assert again == first


def test_a_delay_holds_every_notice_back(sandbox, receiver):
    sandbox.settings(notify_delay_s=0.3)
    began = time.monotonic()

    sandbox.sell(3)
    sandbox.notice_counts(wait_s=QUIET_S)

    assert min(r.at for r in receiver.received) - began > 0.3
