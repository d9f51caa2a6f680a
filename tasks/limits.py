"""One caller per shop and API at a time, as a Prefect limit people can see."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.concurrency.sync import concurrency
from prefect.exceptions import ObjectNotFound

from data.model.shop import ShopHandle

Api = Literal["order", "stock"]
"""What is guarded apart: RMS counts their calls apart as well."""
LEASE_S = 60
"""How long a killed run keeps others waiting; a living one renews in time."""


def limit_name(shop: ShopHandle, api: Api = "order") -> str:
    """Name the limit that guards one API of a shop."""
    return f"rms-{api}-{shop}"


def ensure_limit(shop: ShopHandle, api: Api = "order") -> None:
    """Create the shop's limit unless it is there; a changed one is left alone.

    Setting it to 0 in the UI stops all calls for the shop until it is 1 again.
    """
    with get_client(sync_client=True) as client:
        try:
            client.read_global_concurrency_limit_by_name(limit_name(shop, api))
        except ObjectNotFound:
            client.create_global_concurrency_limit(
                GlobalConcurrencyLimitCreate(name=limit_name(shop, api), limit=1)
            )


@contextmanager
def one_caller(
    shop: ShopHandle, api: Api = "order", patience_s: float = 1800
) -> Iterator[None]:
    """Hold one API of the shop for one run; others wait.

    Who needs both takes `stock` first: then nobody waits for the other in a circle.

    This is the guard between runs; the pace within them is held by
    `connectors.rms.pace`. A killed run keeps the slot until its lease ends.

    Raises:
        TimeoutError: another run held it for longer than `patience_s`.

    """
    ensure_limit(shop, api)
    with concurrency(
        limit_name(shop, api),
        timeout_seconds=patience_s,
        lease_duration=LEASE_S,
        strict=True,
        raise_on_lease_renewal_failure=False,  # a blip of the server stops no run
    ):
        yield
