"""One cheap read of every function a shop needs; nothing is written, nothing raised.

What the answers mean together is judged in `data.model.connection`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from connectors.rms.client import RmsClient
from connectors.rms.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    Refused,
    RmsTrouble,
    Throttled,
)
from connectors.rms.stock import SkuKey
from data.model.connection import LICENCE_FUNCTION, Answer, Probe

LOOK_BACK = timedelta(minutes=1)
"""A window with few orders: the answer counts, not what is in it."""
NO_ORDER = "20000101-0000000001"
NO_SKU = SkuKey("juchu-connection-check", "none")
"""What is not there: RMS answers an empty list, and INFO 102 for the order."""


class Checked(NamedTuple):
    """How every call ended, and the key's end if RMS told it."""

    probes: tuple[Probe, ...]
    expires_at: datetime | None = None


def check(rms: RmsClient, shop_id: str, now: datetime) -> Checked:
    """Make one call of each function and say how it ended.

    Orders need searchOrder and getOrder. Stock and the key's date can be done without,
    so their failure is told but is no fault of the connection.
    """
    ends: list[datetime] = []
    probes = (
        _tried(
            "searchOrder",
            lambda: next(iter(rms.orders.search_pages(now - LOOK_BACK, now)), None),
        ),
        _tried("getOrder", lambda: rms.orders.get([f"{shop_id}-{NO_ORDER}"])),
        _tried(
            "inventories.bulk.get",
            lambda: rms.inventory.read([NO_SKU]),
            needed=False,
        ),
        _tried(
            LICENCE_FUNCTION, lambda: ends.append(rms.licence.expiry()), needed=False
        ),
    )
    return Checked(probes, ends[0] if ends else None)


def probe_of(trouble: RmsTrouble, function: str = "", *, needed: bool = True) -> Probe:
    """Say in the model's words how a call ended that brought no answer."""
    match trouble:
        case CredentialsRefused():
            answer = Answer.CREDENTIALS
        case Refused():
            answer = Answer.REFUSED
        case Throttled():
            answer = Answer.THROTTLED
        case OutcomeUnknown():
            answer = Answer.OUTCOME_UNKNOWN
        case _:
            answer = Answer.UNAVAILABLE
    return Probe(
        function=function or trouble.function,
        answer=answer,
        status=trouble.status,
        codes=trouble.codes,
        needed=needed,
    )


def _tried(function: str, call: Callable[[], object], *, needed: bool = True) -> Probe:
    try:
        call()
    except RmsTrouble as trouble:
        return probe_of(trouble, function, needed=needed)
    return Probe(function=function, answer=Answer.OK, needed=needed)
