"""How hard the suite tries: `JUCHU_SUITE=fast` (the default), `ci` or `long`.

The fast suite is what people wait for. It plants every bug and catches each; the other
two go further along the same ways, with more examples, longer histories and more kills.
"""

import os
from typing import Literal, TypeVar, cast

from hypothesis import HealthCheck, settings

T = TypeVar("T")
Effort = Literal["fast", "ci", "long"]
EFFORT = cast(Effort, os.environ.get("JUCHU_SUITE", "fast"))
TIMES = {"fast": 1, "ci": 4, "long": 20}[EFFORT]
"""How many times as many examples as in the fast suite."""


def load_profile() -> None:
    """Give Hypothesis no deadline: on a busy machine it would be the machine's."""
    settings.register_profile(
        "juchu",
        deadline=None,
        max_examples=50 * TIMES,
        suppress_health_check=[
            HealthCheck.too_slow,
            HealthCheck.function_scoped_fixture,
        ],
    )
    settings.load_profile("juchu")


def examples(fast: int) -> int:
    """Return the number of examples of a test that has its own."""
    return fast * TIMES
