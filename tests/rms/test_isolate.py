"""One bad entry must not hold up the others, however RMS names it or does not."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.rms.answers import RawAnswer, Reply, RmsFunction, judge
from connectors.rms.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unavailable,
)
from connectors.rms.messages import RmsMessage
from connectors.rms.stock import HOPELESS_AFTER, CallPart, isolate
from tests.rms.judged import errors

UPSERT = RmsFunction("inventories.bulk.upsert", is_write=True)
TAKEN = Reply(204)
Namer = Callable[[list[int]], list[int | None]]


def all_named(places: list[int]) -> list[int | None]:
    return [*places]


def first_named(places: list[int]) -> list[int | None]:
    return [places[0]]


def counted_from_one(places: list[int]) -> list[int | None]:
    return [place + 1 for place in places]


def neighbour_named(places: list[int]) -> list[int | None]:
    return [max(place - 1, 0) for place in places]


def zero_named(_: list[int]) -> list[int | None]:
    return [0]


def nobody_named(_: list[int]) -> list[int | None]:
    return [None]


NAMERS = [
    all_named,
    first_named,
    counted_from_one,
    neighbour_named,
    zero_named,
    nobody_named,
]


class Picky:
    """Takes a call only when no entry in it is bad, and names the bad its own way."""

    def __init__(self, bad: set[int], names: Namer) -> None:
        self._bad = bad
        self._names = names
        self.calls: list[list[int]] = []

    def __call__(self, entries: Sequence[int]) -> Reply:
        self.calls.append(list(entries))
        places = [i for i, entry in enumerate(entries) if entry in self._bad]
        if not places:
            return TAKEN
        return judge(UPSERT, RawAnswer(400, errors("IE0003", *self._names(places))))


def taken(parts: list[CallPart[int]]) -> list[int]:
    return sorted(e for c in parts if c.reply is not None for e in c.entries)


def refused(parts: list[CallPart[int]]) -> list[int]:
    return sorted(e for c in parts if c.refusal is not None for e in c.entries)


@given(
    many=st.integers(0, 40),
    bad=st.sets(st.integers(0, 39), max_size=6),
    names=st.sampled_from(NAMERS),
)
@example(many=40, bad={0, 39}, names=counted_from_one)
@example(many=40, bad=set(range(3, 9)), names=neighbour_named)
def test_the_good_are_taken_and_the_bad_alone_refused(many, bad, names):
    rms = Picky(bad, names)
    bad_ones = [n for n in range(many) if n in bad]

    parts = list(isolate(range(many), rms))

    assert refused(parts) == bad_ones
    assert taken(parts) == [n for n in range(many) if n not in bad]
    assert len(rms.calls) <= 2 + 14 * len(bad_ones)


@pytest.mark.parametrize(
    ("names", "calls"),
    [(all_named, 3), (first_named, 7), (counted_from_one, 49), (nobody_named, 47)],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_names_save_calls_and_wrong_names_cost_few(names, calls):
    rms = Picky({7, 200, 399}, names)

    assert refused(list(isolate(range(400), rms))) == [7, 200, 399]
    assert len(rms.calls) == calls


def test_each_of_the_refused_has_the_word_that_is_about_it():
    def send(entries: Sequence[str]) -> Reply:
        said = [
            RmsMessage("ERROR", code, "", property_path=f"inventories[{i}].quantity")
            for i, code in enumerate(entries)
            if code.startswith("IE")
        ]
        if said:
            raise UPSERT.refused(Reply(400, tuple(said)), said)
        return TAKEN

    parts = list(isolate(["a", "IE0003", "b", "IE0004"], send))

    assert {c.entries[0]: c.refusal.code for c in parts if c.refusal} == {
        "IE0003": "IE0003",
        "IE0004": "IE0004",
    }


def test_a_fault_of_the_whole_call_is_not_laid_on_every_entry():
    rms = Picky(set(range(400)), nobody_named)

    with pytest.raises(Refused):
        list(isolate(range(400), rms))

    assert len(rms.calls) == HOPELESS_AFTER


def test_many_bad_ones_are_no_reason_to_give_up_once_one_was_taken():
    rms = Picky(set(range(1, 60)), nobody_named)

    assert taken(list(isolate(range(64), rms))) == [0, 60, 61, 62, 63]


@pytest.mark.parametrize(
    ("status", "body", "family"),
    [
        (401, errors("GA0001"), CredentialsRefused),
        (400, errors("GE0011"), Refused),
        (400, errors("IE1105"), Refused),
        (400, b'{"Results":{"errorCode":"ES04-02","message":"x"}}', Refused),
        (400, b'{"Results":{"errorCode":"ES05-05","message":"x"}}', Refused),
        (409, errors("CE0001"), Throttled),
        (403, b'{"Results":{"errorCode":"ES01-03","message":"x"}}', Throttled),
        (404, errors("GE0014"), Refused),
        (405, b"", Refused),
        (400, b"", Refused),
        (200, errors("IE0002"), Refused),
        (429, b"", Throttled),
        (503, b'{"Results":{"errorCode":"ES01-02","message":"x"}}', Unavailable),
    ],
)
def test_what_is_not_about_entries_is_raised_after_one_call(status, body, family):
    calls: list[int] = []

    def send(entries: Sequence[int]) -> Reply:
        calls.append(len(entries))
        return judge(UPSERT, RawAnswer(status, body))

    with pytest.raises(family):
        list(isolate([1, 2, 3], send))
    assert calls == [3]


def test_after_a_lost_answer_nothing_more_is_sent():
    rms = Picky({0}, all_named)

    def loses_the_third(entries: Sequence[int]) -> Reply:
        if len(rms.calls) < 2:
            return rms(entries)
        rms.calls.append(list(entries))
        raise UPSERT.unsure("応答を受信できませんでした")

    parts: list[CallPart[int]] = []
    with pytest.raises(OutcomeUnknown):
        parts.extend(isolate(range(4), loses_the_third))

    assert rms.calls == [[0, 1, 2, 3], [0], [1, 2, 3]]
    assert refused(parts) == [0]
    assert [list(c.entries) for c in parts if not (c.reply or c.refusal)] == [[1, 2, 3]]
