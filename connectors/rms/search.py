"""searchOrder: every order number in a span, however long or full (§2).

Cut any span of time into windows RMS accepts, leaving no instant out. Pure.

Whether RMS takes start and end inclusively is not documented, so neighbours overlap
(rms/order-api.md §2.4); whoever reads them drops the duplicates.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import Field, ValidationError

from connectors.rms import advice
from connectors.rms.answers import Call, Reply
from connectors.rms.errors import Refused, RmsTrouble
from connectors.rms.http import RmsHttp
from connectors.rms.order_wire import Wire, wire_datetime
from data.model.japan_time import in_japan

LONGEST = timedelta(days=63)
OLDEST = timedelta(days=730)
OVERLAP = timedelta(minutes=5)
SHORTEST = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Window:
    """A span of whole seconds, for one search."""

    start: datetime
    end: datetime

    def halves(self) -> tuple["Window", "Window"] | None:
        """Split in two that overlap and are each shorter; None at one minute."""
        span = self.end - self.start
        if span <= SHORTEST:
            return None
        middle = self.start + timedelta(seconds=span // SECOND // 2)
        overlap = timedelta(seconds=max(1, min(OVERLAP, span / 16) // SECOND))
        return Window(self.start, middle + overlap), Window(middle - overlap, self.end)


def windows(since: datetime, until: datetime) -> Iterator[Window]:
    """Cover `since` to `until` with windows of at most 63 days, oldest first.

    Raises ValueError when `since` is not before `until`. RMS counts whole seconds, so
    the ends are widened to the next one.
    """
    start, end = _floor(since), _ceiling(until)
    if since >= until:
        raise ValueError("since must be before until")
    while end - start > LONGEST:
        yield Window(start, start + LONGEST)
        start += LONGEST - OVERLAP
    yield Window(start, end)


def _floor(moment: datetime) -> datetime:
    return in_japan(moment).replace(microsecond=0)


def _ceiling(moment: datetime) -> datetime:
    whole = _floor(moment)
    return whole if whole == in_japan(moment) else whole + SECOND


PATH = "/es/2.0/order/searchOrder/"
CALL = Call("searchOrder")
PAGE_SIZE = 1000
CEILING = 15_000
RESTARTS = 3


@dataclass(frozen=True)
class SearchFilter:
    """Conditions of a search beside its span; an empty one asks for every order."""

    order_progress: tuple[int, ...] = ()
    sub_status_ids: tuple[int, ...] = ()
    order_types: tuple[int, ...] = ()
    settlement_method: int | None = None
    shipping_date_blank: bool = False
    shipping_number_blank: bool = False

    def wire(self) -> dict[str, Any]:
        """Write the conditions by RMS's names (§2.1), leaving out what is not asked."""
        conditions = {
            "orderProgressList": list(self.order_progress),
            "subStatusIdList": list(self.sub_status_ids),
            "orderTypeList": list(self.order_types),
            "settlementMethod": self.settlement_method,
            "shippingDateBlankFlag": int(self.shipping_date_blank),
            "shippingNumberBlankFlag": int(self.shipping_number_blank),
        }
        return {name: value for name, value in conditions.items() if value}


EVERY_ORDER = SearchFilter()


@dataclass(frozen=True)
class SearchPage:
    """One page: the numbers not seen before, and where the search stands."""

    numbers: tuple[str, ...]
    window: Window
    page: int
    pages: int
    total: int


class _Pagination(Wire):
    total_records_amount: int | None = None
    total_pages: int | None = None


class _Found(Wire):
    numbers: list[str] | None = Field(None, alias="orderNumberList")
    pagination: _Pagination | None = Field(None, alias="PaginationResponseModel")

    @property
    def total(self) -> int:
        """Hits; RMS writes null for none (§2.3)."""
        return (self.pagination and self.pagination.total_records_amount) or 0

    @property
    def pages(self) -> int:
        return (self.pagination and self.pagination.total_pages) or 0


class Search:
    """One walk over a span. Numbers come out once each, old to new inside a window."""

    def __init__(
        self,
        http: RmsHttp,
        now: Callable[[], datetime],
        date_type: int = 1,
        conditions: SearchFilter = EVERY_ORDER,
    ) -> None:
        self._http = http
        self._now = now
        self._date_type = date_type
        self._conditions = conditions
        self._seen: set[str] = set()

    def pages(self, since: datetime, until: datetime) -> Iterator[SearchPage]:
        """Yield every page of the span, or raise; a span RMS cannot search is Refused.

        The span is checked before the first call, when this function is called.
        """
        if in_japan(since) >= in_japan(until):
            raise _bad_span("the span ends before it begins", advice.BACKWARDS)
        if in_japan(since) < in_japan(self._now()) - OLDEST:
            raise _bad_span("the span begins over 730 days ago", advice.TOO_OLD)
        return self._all_windows(since, until)

    def _all_windows(self, since: datetime, until: datetime) -> Iterator[SearchPage]:
        for window in windows(since, until):
            yield from self._window(window)

    def _window(self, window: Window) -> Iterator[SearchPage]:
        """Page through one window; too full a one is halved (§2.3), never cut off."""
        page, restarts, total = 1, 0, 0
        while True:
            found = self._ask(window, page)
            if found.total >= CEILING:
                yield from self._halves(window)
                return
            if found.total < total and restarts < RESTARTS:
                # An order left the hits, so later ones moved up a page (§2.4).
                page, restarts, total = 1, restarts + 1, found.total
                continue
            total = found.total
            numbers = tuple(self._unseen(found.numbers or ()))
            yield SearchPage(numbers, window, page, found.pages, found.total)
            if page >= found.pages:
                return
            page += 1

    def _halves(self, window: Window) -> Iterator[SearchPage]:
        halves = window.halves()
        if halves is None:
            raise _bad_span("over 15,000 orders in one minute", advice.WINDOW_TOO_FULL)
        for half in halves:
            yield from self._window(half)

    def _unseen(self, numbers: Sequence[str]) -> Iterator[str]:
        for number in numbers:
            if number not in self._seen:
                self._seen.add(number)
                yield number

    def _ask(self, window: Window, page: int) -> _Found:
        reply = self._http.post(
            CALL,
            PATH,
            {
                "dateType": self._date_type,
                "startDatetime": wire_datetime(window.start),
                "endDatetime": wire_datetime(window.end),
                **self._conditions.wire(),
                "PaginationRequestModel": {
                    "requestRecordsAmount": PAGE_SIZE,
                    "requestPage": page,
                    "SortModelList": [{"sortColumn": 1, "sortDirection": 1}],
                },
            },
        )
        return _read(reply)


def _read(reply: Reply) -> _Found:
    if any(message.is_error for message in reply.messages):
        raise CALL.refused(reply, reply.messages)
    try:
        found = _Found.model_validate(reply.body)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, e["loc"])) for e in error.errors())
        raise CALL.unusable(f"unreadable: {places}", reply) from None
    if not reply.messages or (found.total and found.numbers is None):
        raise CALL.unusable("the answer is not a search result", reply)
    return found


def _bad_span(fact: str, next_step: str) -> RmsTrouble:
    return CALL.failed(Refused, fact, next_step)
