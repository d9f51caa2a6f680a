"""How hard the suite tries: `JUCHU_SUITE=fast` (the default), `ci` or `long`.

The fast suite is what people wait for. It plants every bug and catches each; the other
two go further along the same ways, with more examples and longer histories.
"""

import os
from typing import Any, Literal, cast

from hypothesis import HealthCheck, settings

Effort = Literal["fast", "ci", "long"]
EFFORT = cast(Effort, os.environ.get("JUCHU_SUITE", "fast"))
TIMES = {"fast": 1, "ci": 4, "long": 25}[EFFORT]
"""How many times as many examples as in the fast suite."""
QUIET = [
    HealthCheck.too_slow,  # of a busy machine it says nothing
    HealthCheck.data_too_large,
    HealthCheck.function_scoped_fixture,  # ours are made to be used again
]


def load_profile() -> None:
    """Set what holds for every property; a deadline would judge the machine."""
    usual = settings(
        deadline=None, max_examples=50 * TIMES, suppress_health_check=QUIET
    )
    settings.register_profile("juchu", usual)
    settings.load_profile("juchu")


def examples(fast: int, **more: Any) -> settings:
    """Return the settings of a property that takes so many examples in the fast suite.

    One whose examples share a warehouse sets `derandomize`: what one example leaves
    there could change what the next one finds.
    """
    return settings(max_examples=fast * TIMES, **more)
