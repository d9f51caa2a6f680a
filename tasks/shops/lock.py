"""The lock by which a home changes its owner: a limit of one that Prefect keeps."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.concurrency.sync import concurrency
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound

LEASE_S: Final = 60
PATIENCE_S: Final = 30


@contextmanager
def one_mover(home: str) -> Iterator[None]:
    """Keep everybody else from changing who owns the home.

    Raises:
        TimeoutError: somebody else has been at it for half a minute.

    """
    name = f"home-{home}"
    with get_client(sync_client=True) as client:
        try:
            client.read_global_concurrency_limit_by_name(name)
        except ObjectNotFound:
            new = GlobalConcurrencyLimitCreate(name=name, limit=1)
            with suppress(ObjectAlreadyExists):
                client.create_global_concurrency_limit(new)
    with concurrency(
        name, timeout_seconds=PATIENCE_S, lease_duration=LEASE_S, strict=True
    ):
        yield
