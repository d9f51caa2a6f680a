"""All functions of a shop together, against a limit that nobody has told us.

RMS does not tell what it counts by (docs/rms/order-api.md §1.5), so each way is tried:
the paces and their slowness are the real ones, only the time is told.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest

from connectors.rms import pace as pace_module
from connectors.rms.pace import Bucket, Pace, Slowness, paces_for, slowness_of
from data.model.shops.shop import Shop

RMS_URL = "https://api.rms.rakuten.co.jp"
MINUTE = 60.0
MINUTES = 8
SLACK_S = 1e-6
"""The pace's file holds microseconds."""


@dataclass
class Limit:
    """So many calls in any span; calls of another tool with the same key count."""

    calls: float
    span_s: float
    others_each_s: float = 0.0
    taken: deque[float] = field(default_factory=deque)
    others_next: float = 0.0

    def admits(self, now: float) -> bool:
        while self.others_each_s and self.others_next <= now:
            self._take(self.others_next)
            self.others_next += self.others_each_s
        return self._take(now)

    def _take(self, now: float) -> bool:
        while self.taken and self.taken[0] <= now - self.span_s + SLACK_S:
            self.taken.popleft()
        if len(self.taken) >= self.calls:
            return False
        self.taken.append(now)
        return True


@dataclass
class Chance:
    """Refuses one call in so many by chance, whatever the pace: no limit is behind."""

    one_in: int
    dice: Random = field(default_factory=lambda: Random(7))  # noqa: S311 - no secret

    def admits(self, _now: float) -> bool:
        return self.dice.randrange(self.one_in) > 0


class Busy:
    """A shop that calls every function as fast as its paces let it."""

    def __init__(self, tmp_path: Path, shop: Shop, patch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        told = SimpleNamespace(monotonic=lambda: self.now, sleep=self._sleep)
        patch.setattr(pace_module, "time", told)
        patch.setattr(Slowness.__init__, "__defaults__", (told.monotonic,))
        self.slow = slowness_of(tmp_path, shop)
        self.paces = paces_for(tmp_path, shop, 1.0, RMS_URL)

    def _sleep(self, seconds: float) -> None:
        """Make a caller wait for the others' turn."""
        self.now += seconds

    def work(
        self, minutes: float, limit: Limit | Chance
    ) -> Iterator[tuple[float, bool]]:
        """Call until then; yield when each call was made and whether it was taken."""
        until = self.now + minutes * MINUTE
        while True:
            bucket = min(self.paces, key=self._free_at)
            self.now = max(self.now, self._free_at(bucket)) + SLACK_S
            if self.now > until:
                return
            with self.paces[bucket]():
                is_taken = limit.admits(self.now)
            if not is_taken:
                self.slow.too_fast()
            yield self.now, is_taken

    def _path(self, bucket: Bucket) -> Path:
        pace = self.paces[bucket]
        assert isinstance(pace, Pace)
        return pace.path

    def _free_at(self, bucket: Bucket) -> float:
        try:
            return float(self._path(bucket).read_text("ascii"))
        except FileNotFoundError:
            return self.now


@pytest.fixture
def busy(tmp_path: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Busy:
    return Busy(tmp_path, shop, monkeypatch)


def by_minute(calls: list[tuple[float, bool]]) -> tuple[Counter[int], Counter[int]]:
    """How many calls were taken, and how many refused, in each minute."""
    taken, refused = Counter[int](), Counter[int]()
    for moment, is_taken in calls:
        (taken if is_taken else refused)[int((moment - 1000) // MINUTE)] += 1
    return taken, refused


LIMITS: dict[str, Callable[[], Limit]] = {
    "one a second for the whole key": lambda: Limit(1, 1.0),
    "sixty a minute for the whole key": lambda: Limit(60, MINUTE),
    "three a second for the whole key": lambda: Limit(3, 1.0),
    "one a second, another tool takes a third": lambda: Limit(1, 1.0, 3.0),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_whatever_is_counted_few_calls_are_refused_and_most_are_taken(
    busy: Busy, limit: str
):
    taken, refused = by_minute(list(busy.work(MINUTES, LIMITS[limit]())))
    steady = range(3, MINUTES)

    assert (
        sum(refused[minute] for minute in steady)
        <= sum(taken[minute] for minute in steady) / 4
    )
    assert min(taken[minute] for minute in steady) >= 20


def test_by_the_documented_limits_nothing_is_ever_refused(busy: Busy):
    """One order call and one stock write a second, five reads: seven in all."""
    calls = list(busy.work(5, Limit(7, 1.0)))

    assert all(is_taken for _, is_taken in calls)
    assert len(calls) >= 5 * MINUTE * 6.5


def test_the_slowest_pace_of_all_together_is_below_one_call_a_second():
    assert pace_module.ALL_TOGETHER / pace_module.SLOWEST < 1


def test_when_the_other_tool_ends_the_usual_pace_comes_back(busy: Busy):
    list(busy.work(5, Limit(1, 1.0)))
    assert busy.slow.factor() > 1
    list(busy.work(4, Limit(7, 1.0)))
    taken, refused = by_minute(list(busy.work(1, Limit(7, 1.0))))

    assert (busy.slow.factor(), sum(refused.values())) == (1, 0)
    assert sum(taken.values()) >= 6.5 * MINUTE


def test_refusals_by_chance_leave_a_shop_most_of_its_pace(busy: Busy):
    """A busy gateway's 429s say nothing about the pace, and sales do not wait."""
    taken, refused = by_minute(list(busy.work(20, Chance(30))))

    assert sum(refused.values()) > 50
    assert sum(taken.values()) >= 20 * 1.5 * MINUTE


def test_planted_a_pace_that_each_refusal_slows_down_stands_at_its_slowest(
    busy: Busy, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pace_module, "SOON_S", MINUTE)
    with pytest.raises(AssertionError):
        test_refusals_by_chance_leave_a_shop_most_of_its_pace(busy)


def test_planted_a_pace_that_never_slows_down_is_refused_most_of_the_time(
    busy: Busy, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(Slowness, "too_fast", lambda _: None)
    with pytest.raises(AssertionError):
        test_whatever_is_counted_few_calls_are_refused_and_most_are_taken(
            busy, "one a second for the whole key"
        )
