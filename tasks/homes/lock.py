"""The lock by which a home changes its owner: a limit of one that Prefect keeps."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from prefect.concurrency.sync import concurrency

from tasks.runs.limits import ensure_one

LEASE_S: Final = 60
PATIENCE_S: Final = 30


@contextmanager
def one_mover(home: str) -> Iterator[None]:
    """Keep everybody else from changing who owns the home.

    Raises:
        TimeoutError: somebody else has been at it for half a minute.

    """
    name = f"home-{home}"
    ensure_one(name)
    with concurrency(
        name, timeout_seconds=PATIENCE_S, lease_duration=LEASE_S, strict=True
    ):
        yield
