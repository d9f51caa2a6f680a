"""The calls of a connection check (接続チェック): one cheap read of every function.

Nothing is written and nothing raised: each call ends in a `Probe`. What the probes mean
together is judged in `data.model.shops.connection`.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from connectors.codes.table import INVENTORY, ORDER, code_of
from connectors.rms import items, marks
from connectors.rms.client import RmsClient
from connectors.rms.errors import (
    ClockWrong,
    CredentialsRefused,
    OutcomeUnknown,
    Refused,
    RmsTrouble,
    Throttled,
)
from connectors.rms.fetch import NO_ORDER
from connectors.rms.orders import CONFIRM_ORDER
from connectors.rms.shipping import REPORT, RESULT
from connectors.rms.stock import WRITE
from data.model.shops.connection import (
    LICENCE_FUNCTION,
    OTHER_SHOP_CODE,
    CallEnd,
    Probe,
)
from data.model.stock import Listing

LOOK_BACK = timedelta(minutes=1)
"""A window with few orders: only whether RMS answers counts."""

NO_REQUEST = "juchu-connection-check"
NO_LISTING = Listing(manage_number="juchu-connection-check", variant_id="none")
"""They do not exist: RMS has no result and an empty list of stock for them."""


class Checked(NamedTuple):
    """How every call ended, and when the key ends if RMS said so."""

    probes: tuple[Probe, ...]
    expires_at: datetime | None = None
    has_no_end: bool = False
    """Whether RMS said that the key never ends."""


def check(
    rms: RmsClient, shop_id: str, now: datetime, stopped: Collection[str] = ()
) -> Checked:
    """Call each function once and return how the calls ended.

    Writes are called without anything to write, which RMS refuses by its form and so
    shows that the function is on. confirmOrder, the functions of a person's marks and
    those that read items are tried only while they are in `stopped`: not every shop
    switches them on, and a stop is lifted by nothing else.

    Orders need searchOrder and getOrder. The shop can do without stock and the key's
    date, so their failure is reported but is no fault of the connection.
    """
    ends: list[datetime | None] = []
    reads = _reads(rms, shop_id, now)
    probes: tuple[Probe, ...] = (
        _tried("searchOrder", reads["searchOrder"]),
        probe_shop_number(rms, shop_id),
        _tried("inventories.bulk.get", reads["inventories.bulk.get"], needed=False),
        _tried(
            LICENCE_FUNCTION, lambda: ends.append(rms.licence.expiry()), needed=False
        ),
        _permitted(REPORT.name, rms.shipping.try_permission),
        _permitted(RESULT.name, lambda: rms.shipping.results(NO_REQUEST, ())),
        _permitted(WRITE.name, rms.stock.try_permission),
    )
    if CONFIRM_ORDER.name in stopped:
        probes += (_permitted(CONFIRM_ORDER.name, rms.orders.try_permission),)
    probes += tuple(
        _permitted(name, partial(rms.marks.try_permission, name))
        for name in marks.FUNCTIONS
        if name in stopped
    )
    probes += tuple(
        _tried(name, partial(rms.items.try_permission, name), needed=False)
        for name in items.FUNCTIONS
        if name in stopped
    )
    told = ends[0] if ends else None
    return Checked(probes, told, has_no_end=bool(ends) and told is None)


def probes_of_others(
    rms: RmsClient, shop_id: str, now: datetime, function: str
) -> tuple[Probe, ...]:
    """Read with other functions until one answers: does the key work at all?

    Usually one call. Whether the key or `function` alone was refused is judged from
    these by `data.model.shops.connection.judge_check`.
    """
    tries: list[Probe] = []
    for name, call in _reads(rms, shop_id, now).items():
        if name == function:
            continue
        tries.append(_tried(name, call))
        if tries[-1].answer is CallEnd.OK:
            break
    return tuple(tries)


def clock_is_shown_right(rms: RmsClient, shop_id: str) -> bool:
    """Return whether an answer shows our clock to be right; False if it has no time.

    Raises:
        ClockWrong: it shows another time than ours.
        RmsTrouble: there was no good answer.

    """
    rms.orders.get([f"{shop_id}-{NO_ORDER}"])
    return rms.clock_agrees


def _reads(
    rms: RmsClient, shop_id: str, now: datetime
) -> dict[str, Callable[[], object]]:
    return {
        "getOrder": lambda: rms.orders.get([f"{shop_id}-{NO_ORDER}"]),
        "searchOrder": lambda: next(
            iter(rms.orders.search_pages(now - LOOK_BACK, now)), None
        ),
        "inventories.bulk.get": lambda: rms.stock.read([NO_LISTING]),
    }


def is_permitted(function: str, rms: RmsClient) -> bool:
    """Return whether a function that writes is on, by a call of it without effect."""
    calls: dict[str, Callable[[], object]] = {
        REPORT.name: rms.shipping.try_permission,
        WRITE.name: rms.stock.try_permission,
        CONFIRM_ORDER.name: rms.orders.try_permission,
    }
    return _permitted(function, calls[function]).answer is CallEnd.OK


def _permitted(function: str, call: Callable[[], object]) -> Probe:
    """Call without effect: a refusal of its form shows that the function is on."""
    try:
        call()
    except RmsTrouble as trouble:
        if not _is_of_form(trouble):
            return probe_of(trouble, function, needed=False)
    return Probe(function=function, answer=CallEnd.OK, needed=False)


def _is_of_form(trouble: RmsTrouble) -> bool:
    """Return whether the API itself refused what was written, and so was reached."""
    if not isinstance(trouble, Refused) or isinstance(trouble, CredentialsRefused):
        return False
    known = [code for name in trouble.codes if (code := code_of(name))]
    return bool(known) and all(code.table in {ORDER, INVENTORY} for code in known)


def probe_of(trouble: RmsTrouble, function: str = "", *, needed: bool = True) -> Probe:
    """Return the probe of a call that failed; `function` overrides the error's own."""
    match trouble:
        case CredentialsRefused():
            answer = CallEnd.CREDENTIALS
        case ClockWrong():
            answer = CallEnd.CLOCK
        case Refused():
            answer = CallEnd.REFUSED
        case Throttled():
            answer = CallEnd.THROTTLED
        case OutcomeUnknown():
            answer = CallEnd.OUTCOME_UNKNOWN
        case _:
            answer = CallEnd.UNAVAILABLE
    return Probe(
        function=function or trouble.function,
        answer=answer,
        status=trouble.status,
        codes=trouble.codes,
        needed=needed,
    )


def probe_shop_number(rms: RmsClient, shop_id: str) -> Probe:
    """Read an order that does not exist; RMS says if its shop number is another's."""
    codes: list[str] = []

    def read() -> None:
        fetched = rms.orders.get([f"{shop_id}-{NO_ORDER}"])
        codes.extend(one.code for one in fetched.refused)

    probe = _tried("getOrder", read)
    if not any(code.endswith(OTHER_SHOP_CODE) for code in codes):
        return probe
    return Probe(function="getOrder", answer=CallEnd.REFUSED, codes=tuple(codes))


def _tried(function: str, call: Callable[[], object], *, needed: bool = True) -> Probe:
    try:
        call()
    except RmsTrouble as trouble:
        return probe_of(trouble, function, needed=needed)
    return Probe(function=function, answer=CallEnd.OK, needed=needed)
