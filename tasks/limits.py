"""One caller per shop and API at a time, as a limit that Prefect shows."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate
from prefect.concurrency.sync import concurrency
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound

from data.model.shop import ShopHandle

Api = Literal["order", "stock"]
"""What is limited separately, because RMS counts their calls separately as well."""
LEASE_S = 60
"""How long the slot of a killed run stays taken; a living run renews it in time."""


def limit_name(shop: ShopHandle, api: Api = "order") -> str:
    """Return the name of the limit for one API of a shop."""
    return f"rms-{api}-{shop}"


def ensure_limit(shop: ShopHandle, api: Api = "order") -> None:
    """Create the limit of one caller unless it exists; leave an existing one as it is.

    Staff may set it to 0 in the UI: no call is made for the shop until it is 1 again.
    """
    with get_client(sync_client=True) as client:
        try:
            client.read_global_concurrency_limit_by_name(limit_name(shop, api))
        except ObjectNotFound:
            new = GlobalConcurrencyLimitCreate(name=limit_name(shop, api), limit=1)
            with suppress(ObjectAlreadyExists):  # another run of a new shop was first
                client.create_global_concurrency_limit(new)


@contextmanager
def one_caller(
    shop: ShopHandle, api: Api = "order", patience_s: float = 1800
) -> Iterator[None]:
    """Hold one API of the shop while the block runs; other runs wait.

    This keeps runs apart; the pace within a run is kept by `connectors.rms.pace`. A run
    that needs both APIs takes `stock` first, so that no two wait for each other. The
    slot of a killed run is free again when its lease ends.

    Raises:
        TimeoutError: another run held it for longer than `patience_s`.

    """
    ensure_limit(shop, api)
    with concurrency(
        limit_name(shop, api),
        timeout_seconds=patience_s,
        lease_duration=LEASE_S,
        strict=True,
        raise_on_lease_renewal_failure=False,  # a short outage ends no run
    ):
        yield
