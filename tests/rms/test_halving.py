"""One bad entry of a write that RMS refuses as a whole, found and left alone."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.rms import halving
from connectors.rms.answers import AnswerHead, RmsFunction
from connectors.rms.errors import ClockWrong, CredentialsRefused, Refused
from connectors.rms.halving import Halving
from connectors.rms.messages import RmsMessage
from tests.support.effort import examples
from tests.support.planted import caught

WRITE = RmsFunction("updateOrderShippingAsync", is_write=True)


def refusal(code: str, kind: type[Refused] = Refused) -> Refused:
    head = AnswerHead(400, (RmsMessage("ERROR", code, "x"),))
    error = WRITE.failed(kind, "f", "a", head)
    assert isinstance(error, Refused)
    return error


UNKNOWN_FIELD = "ORDER_EXT_API_UPDATE_ORDERSHIPPING_ASYNC_ERROR_011"
CASES = {
    "ERROR_011": (UNKNOWN_FIELD, Refused),
    "ES01-01": ("ES01-01", CredentialsRefused),
}


class Mall:
    """Refuses every call that holds a bad entry, or every call at all."""

    def __init__(self, bad: set[int], how: str = "ERROR_011") -> None:
        self.bad, self.how = bad, CASES[how]
        self.taken: list[int] = []
        self.calls = 0

    def __call__(self, part: Sequence[int]) -> None:
        self.calls += 1
        if self.bad & set(part):
            raise refusal(*self.how)
        self.taken += part


def sent(mall: Mall, many: int, allowed: bool = True) -> list[int]:
    search = Halving[int](lambda: allowed)
    search.send(list(range(many)), mall)
    return [entry for entry, _ in search.bad]


@pytest.mark.parametrize("how", CASES)
@given(bad=st.integers(0, 99))
@examples(10)
def test_one_bad_of_a_hundred_stands_alone_and_the_others_go(how: str, bad: int):
    mall = Mall({bad}, how)

    assert sent(mall, 100) == [bad]
    assert sorted(mall.taken) == [n for n in range(100) if n != bad]
    assert mall.calls <= 16


def test_where_all_is_refused_no_entry_is_blamed():
    mall = Mall(set(range(100)))
    with pytest.raises(Refused):
        sent(mall, 100)
    assert (mall.taken, mall.calls) == ([], 16)


def test_a_function_that_is_off_is_not_halved():
    mall = Mall({3}, "ES01-01")
    with pytest.raises(CredentialsRefused):
        sent(mall, 100, allowed=False)
    assert mall.calls == 1


@pytest.mark.parametrize(
    "error", [refusal("ES04-02"), refusal(UNKNOWN_FIELD, ClockWrong)]
)
def test_a_fault_of_the_call_is_not_halved(error: Refused):
    calls: list[int] = []

    def refuse(part: Sequence[int]) -> None:
        calls.append(len(part))
        raise error

    with pytest.raises(Refused):
        Halving[int](lambda: True).send([1, 2, 3], refuse)
    assert calls == [3]


def test_a_single_entry_is_refused_by_itself():
    assert sent(Mall({0}), 1) == [0]


def every_refusal_is_an_entrys(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Halving, "_may_be_an_entry", lambda *_: True)


def a_refused_call_is_never_halved(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Halving, "_may_be_an_entry", lambda *_: False)


def it_goes_on_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(halving, "HOPELESS_AFTER", 10**9)


PLANTED = {
    every_refusal_is_an_entrys: test_a_function_that_is_off_is_not_halved,
    a_refused_call_is_never_halved: test_a_single_entry_is_refused_by_itself,
    it_goes_on_for_ever: test_where_all_is_refused_no_entry_is_blamed,
}


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_noticed(monkeypatch, plant):
    PLANTED[plant]()
    plant(monkeypatch)

    with caught(Refused, pytest.fail.Exception):
        PLANTED[plant]()
