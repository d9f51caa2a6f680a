"""The calls of a connection check (接続チェック): one cheap read of every function.

Nothing is written and nothing raised: each call ends in a `Probe`. What the probes mean
together is judged in `data.model.connection`.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from connectors.rms.client import RmsClient
from connectors.rms.errors import (
    ClockWrong,
    CredentialsRefused,
    OutcomeUnknown,
    Refused,
    RmsTrouble,
    Throttled,
)
from data.model.connection import LICENCE_FUNCTION, OTHER_SHOP_CODE, Answer, Probe
from data.model.stock import Listing

LOOK_BACK = timedelta(minutes=1)
"""A window with few orders: only whether RMS answers counts."""

NO_ORDER = "20000101-0000000001"
NO_LISTING = Listing(manage_number="juchu-connection-check", variant_id="none")
"""Both do not exist: RMS answers INFO_102 for the order and an empty list of stock."""


class Checked(NamedTuple):
    """How every call ended, and when the key ends if RMS said so."""

    probes: tuple[Probe, ...]
    expires_at: datetime | None = None


def check(rms: RmsClient, shop_id: str, now: datetime) -> Checked:
    """Call each function once and return how the calls ended.

    Orders need searchOrder and getOrder. The shop can do without stock and the key's
    date, so their failure is reported but is no fault of the connection.
    """
    ends: list[datetime] = []
    probes = (
        _tried(
            "searchOrder",
            lambda: next(iter(rms.orders.search_pages(now - LOOK_BACK, now)), None),
        ),
        _with_shop_number(rms, shop_id),
        _tried(
            "inventories.bulk.get",
            lambda: rms.stock.read([NO_LISTING]),
            needed=False,
        ),
        _tried(
            LICENCE_FUNCTION, lambda: ends.append(rms.licence.expiry()), needed=False
        ),
    )
    return Checked(probes, ends[0] if ends else None)


def probe_of(trouble: RmsTrouble, function: str = "", *, needed: bool = True) -> Probe:
    """Return the probe of a call that failed; `function` overrides the error's own."""
    match trouble:
        case CredentialsRefused():
            answer = Answer.CREDENTIALS
        case ClockWrong():
            answer = Answer.CLOCK
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


def _with_shop_number(rms: RmsClient, shop_id: str) -> Probe:
    """Read an order that does not exist; RMS says if its shop number is another's."""
    codes: list[str] = []

    def read() -> None:
        fetched = rms.orders.get([f"{shop_id}-{NO_ORDER}"])
        codes.extend(one.code for one in fetched.refused)

    probe = _tried("getOrder", read)
    if not any(code.endswith(OTHER_SHOP_CODE) for code in codes):
        return probe
    return Probe(function="getOrder", answer=Answer.REFUSED, codes=tuple(codes))


def _tried(function: str, call: Callable[[], object], *, needed: bool = True) -> Probe:
    try:
        call()
    except RmsTrouble as trouble:
        return probe_of(trouble, function, needed=needed)
    return Probe(function=function, answer=Answer.OK, needed=needed)
