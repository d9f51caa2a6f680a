"""How hard the suite tries: `JUCHU_SUITE=fast` (the default), `ci`, `crash` or `long`.

The fast suite is what people wait for: each kind of test stands in it once, in its
short form. What would take longer is marked with the suite it waits for:

    for_ci      `make test-ci`: damaged files, histories, the bugs they must catch
    first(n)    the cases of a test behind the first n: `make test-long`, or as said
    for_crash   `make crash`: kills at every point
    for_long    `make test-long`, which runs all the others as well, but for the numbers
                of kills and cuts of `make crash`

What needs a Prefect server and is not in the fast suite is `for_long`: two processes of
`make test-ci` would start one each, for a minute of its three.
"""

import os
from collections import Counter
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any, Final, Literal, TypeVar, cast

import pytest
from hypothesis import HealthCheck, settings

T = TypeVar("T")
Effort = Literal["fast", "ci", "crash", "long"]
EFFORT = cast(Effort, os.environ.get("JUCHU_SUITE", "fast"))
TIMES: Final = {"fast": 0.4, "ci": 1, "crash": 0.4, "long": 25}[EFFORT]
"""How many times as many examples as a property asks for."""
for_ci: Final = pytest.mark.for_ci
for_crash: Final = pytest.mark.for_crash
for_long: Final = pytest.mark.for_long
LATER: Final = {f"for_{suite}": suite for suite in ("ci", "crash", "long")}
QUIET = [
    HealthCheck.too_slow,  # of a busy machine it says nothing
    HealthCheck.data_too_large,
    HealthCheck.function_scoped_fixture,  # ours are made to be used again
]


def first(
    cases: int = 1, rest: pytest.MarkDecorator = for_long
) -> pytest.MarkDecorator:
    """Mark a test of which the cases behind the first ones wait for another suite."""
    return pytest.mark.first(cases, rest.name)


def later_cases(items: Iterable[pytest.Item]) -> dict[pytest.Item, str]:
    """Return what suite's mark the cases behind the first ones of a test get."""
    seen: Counter[str] = Counter()
    later = {}
    for item in items:
        if mark := item.get_closest_marker("first"):
            test = item.nodeid.partition("[")[0]
            seen[test] += 1
            cases, rest = mark.args
            if seen[test] > cases:
                later[item] = rest
    return later


def is_later(marks: AbstractSet[str]) -> bool:
    """Whether a test with these marks waits for another suite than this one."""
    waits_for = {suite for mark, suite in LATER.items() if mark in marks}
    if EFFORT == "long" or not waits_for:
        return False
    return "long" in waits_for or EFFORT not in waits_for


def times(examples: int) -> int:
    """Return how many examples this suite makes of so many, two at least."""
    return max(2, round(examples * TIMES))


def load_profile() -> None:
    """Set what holds for every property; a deadline would judge the machine."""
    usual = settings(deadline=None, max_examples=times(50), suppress_health_check=QUIET)
    settings.register_profile("juchu", usual)
    settings.load_profile("juchu")


def examples(usual: int, **more: Any) -> settings:
    """Return the settings of a property that takes so many examples, or its share.

    One whose examples share a warehouse sets `derandomize`: what one example leaves
    there could change what the next one finds.
    """
    return settings(max_examples=times(usual), **more)
