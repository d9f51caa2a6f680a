"""Rakuten's own test endpoint, read by the very readers of real orders.

POST `/es/2.0/sample.order/<function>/` with a real key gives fixed answers to fixed
numbers (docs/rms/order-api.md §0; the last part of the path is not confirmed). The two
reads are tried; of an answer only its form is judged, and nothing of it is kept.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

from connectors.codes.table import ORDER, code_of
from connectors.rms.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    Refused,
    RmsTrouble,
    Throttled,
    Unavailable,
)
from connectors.rms.fetch import GET_ORDER, Fetch, Fetched
from connectors.rms.http import RmsHttp
from connectors.rms.orders import nothing_known
from connectors.rms.search import SEARCH_ORDER, Search
from data.model.notice import UNREADABLE
from data.model.shops.sample import MOST_NUMBERS, Sampled, SampleVerdict

BASE: Final = "/es/2.0/sample.order"
LOOK_BACK: Final = timedelta(minutes=1)
ANY_NUMBER: Final = "123456-20240101-0000000001"
"""Asked for where no sample's number is known; its answer shows the form."""
NOT_THERE: Final = frozenset({404, 405})
GATEWAY_HAS_NONE: Final = frozenset({"ES05-05", "ES05-06"})


def read_sample(
    http: RmsHttp, numbers: Sequence[str], now: Callable[[], datetime]
) -> tuple[Sampled, ...]:
    """Search and read at the test endpoint; whatever comes is a verdict, never raised.

    Without `numbers` those that the search brings are read, 10 at most.
    """
    searched, found = _searched(http, now)
    wanted = (list(numbers) or found or [ANY_NUMBER])[:MOST_NUMBERS]
    return searched, _read(http, wanted, now)


def _searched(http: RmsHttp, now: Callable[[], datetime]) -> tuple[Sampled, list[str]]:
    name = SEARCH_ORDER.name
    walk = Search(http, now, path=f"{BASE}/{name}/")
    try:
        page = next(walk.pages(now() - LOOK_BACK, now()))
    except RmsTrouble as trouble:
        return _of_trouble(name, trouble), []
    if not page.numbers:
        return Sampled(name, SampleVerdict.FORM_ONLY), []
    detail = f"注文番号 {len(page.numbers):,}件"
    return Sampled(name, SampleVerdict.READ, detail), list(page.numbers)


def _read(
    http: RmsHttp, numbers: Sequence[str], now: Callable[[], datetime]
) -> Sampled:
    """Read the orders as those of whatever shop their numbers begin with."""
    name, fetched = GET_ORDER.name, Fetched()
    shops = dict.fromkeys(number.partition("-")[0] for number in numbers)
    try:
        for shop_id in shops:
            mine = [one for one in numbers if one.partition("-")[0] == shop_id]
            reader = Fetch(http, shop_id, now, path=f"{BASE}/{name}/")
            fetched = sum(reader.chunks(mine, nothing_known), start=fetched)
    except RmsTrouble as trouble:
        return _of_trouble(name, trouble)
    unreadable = [one for one in fetched.refused if one.code == UNREADABLE]
    if unreadable:
        return Sampled(name, SampleVerdict.DIFFERENT, unreadable[0].reason)
    if fetched.orders:
        detail = f"注文 {len(fetched.orders):,}件"
        return Sampled(name, SampleVerdict.READ, detail)
    codes = dict.fromkeys(one.code for one in fetched.refused)
    return Sampled(name, SampleVerdict.FORM_ONLY, "、".join(codes))


def _of_trouble(function: str, trouble: RmsTrouble) -> Sampled:
    """Judge a call that failed: by its code first, then by its status."""
    return Sampled(function, _verdict(trouble), "、".join(trouble.codes))


def _verdict(trouble: RmsTrouble) -> SampleVerdict:
    is_gone = trouble.status in NOT_THERE or not GATEWAY_HAS_NONE.isdisjoint(
        trouble.codes
    )
    if is_gone:
        return SampleVerdict.NOT_THERE
    if isinstance(trouble, CredentialsRefused):
        return SampleVerdict.KEY_REFUSED
    if isinstance(trouble, Throttled | Unavailable | OutcomeUnknown):
        return SampleVerdict.NO_ANSWER
    known = [code for name in trouble.codes if (code := code_of(name))]
    if isinstance(trouble, Refused) and any(code.table == ORDER for code in known):
        return SampleVerdict.FORM_ONLY
    return SampleVerdict.DIFFERENT
