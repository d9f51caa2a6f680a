"""searchOrder: every order number in a span of any length (docs/rms/order-api.md §2).

RMS searches at most 63 days at once, lists at most 15,000 orders and does not say
whether a window's ends belong to it (§2.4). So a span is cut into windows that overlap,
a full window is halved, and a number that comes twice is yielded once.
"""

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import Field, ValidationError

from connectors.codes.table import Action, code_of
from connectors.rms import error_words
from connectors.rms.answers import Reply, RmsFunction
from connectors.rms.errors import Refused, RmsTrouble, Unavailable
from connectors.rms.http import RmsHttp
from connectors.rms.wire import Wire, unreadable, wire_datetime
from data.model.japan_time import in_japan

PATH = "/es/2.0/order/searchOrder/"
SEARCH_ORDER = RmsFunction("searchOrder")
PAGE_SIZE = 1000
BY_ORDER_DATE, BY_SHIPPED = 1, 5
"""Which time of an order is searched: 注文日 or 発送完了報告日 (§2.1)."""
CEILING = 15_000
"""Hits after which RMS stops listing (§2.3)."""

RESTARTS = 3
"""How often a window is read again from page 1 because its hits moved meanwhile."""
PASSES = 12
"""How often in all, while pages leave out hits: orders of one second have no order of
their own, and a page may begin elsewhere than the one before it ended (§2.4)."""

LONGEST = timedelta(days=63)
OLDEST = timedelta(days=730)
OVERLAP = timedelta(minutes=5)
SHORTEST = timedelta(minutes=1)
SECOND = timedelta(seconds=1)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SearchSpan:
    """A span of whole seconds, for one search."""

    start: datetime
    end: datetime

    def halves(self) -> tuple["SearchSpan", "SearchSpan"] | None:
        """Split in two that overlap and are each shorter; None at one minute."""
        span = self.end - self.start
        if span <= SHORTEST:
            return None
        middle = self.start + timedelta(seconds=span // SECOND // 2)
        overlap = timedelta(seconds=max(1, min(OVERLAP, span / 16) // SECOND))
        return SearchSpan(self.start, middle + overlap), SearchSpan(
            middle - overlap, self.end
        )


@dataclass(frozen=True)
class SearchPage:
    """One page: the numbers not seen before, and where the search stands."""

    numbers: tuple[str, ...]
    window: SearchSpan
    page: int
    pages: int
    total: int


class Search:
    """One walk over a span; each number once, old to new inside a window.

    With `progress` only orders that stand at one of these codes now; `by` is the time
    of theirs that lies in the span.
    """

    def __init__(
        self,
        http: RmsHttp,
        now: Callable[[], datetime],
        path: str = PATH,
        progress: Collection[int] = (),
        *,
        by: int = BY_ORDER_DATE,
    ) -> None:
        self._http = http
        self._path = path
        self._progress = sorted(progress)
        self._by = by
        self._now = now
        self._seen: set[str] = set()

    def pages(self, since: datetime, until: datetime) -> Iterator[SearchPage]:
        """Yield every page of the span, or raise RmsTrouble; never a silent subset.

        A span that RMS cannot search is Refused at once, before the first call and
        before the first page is asked for.
        """
        if in_japan(since) >= in_japan(until):
            fact = "開始日時が終了日時より前ではありません"
            raise _bad_span(fact, error_words.BACKWARDS)
        if in_japan(since) < in_japan(self._now()) - OLDEST:
            raise _bad_span("開始日時が730日より前です", error_words.TOO_OLD)
        return self._all_windows(since, until)

    def _all_windows(self, since: datetime, until: datetime) -> Iterator[SearchPage]:
        for window in windows(since, until):
            yield from self._window(window)

    def _window(self, window: SearchSpan) -> Iterator[SearchPage]:
        """Yield one window's pages; one that is too full is halved, never cut off.

        Raises:
            Unavailable: hits of one minute were still missing after the last pass.

        """
        page, restarts, total, listed = 1, 0, 0, set[str]()
        while True:
            found = self._ask(window, page)
            if found.total >= CEILING:
                yield from self._halves(window)
                return
            if found.total < total and restarts < RESTARTS:
                # An order left the hits, so later ones moved up a page (§2.4).
                page, restarts, total, listed = 1, restarts + 1, found.total, set()
                continue
            total = found.total
            listed.update(found.numbers or ())
            numbers = tuple(self._unseen(found.numbers or ()))
            yield SearchPage(numbers, window, page, found.pages, found.total)
            page += 1
            if page <= found.pages:
                continue
            if len(listed) >= total:
                return
            if found.pages <= 1 and restarts >= RESTARTS:
                # No page hides them: RMS counts more than it has to list.
                log.warning("searchOrder: %d of %d hits listed", len(listed), total)
                return
            if restarts >= PASSES:
                if window.halves() is None:
                    raise _never_all(len(listed), total)
                yield from self._halves(window)  # fewer pages hide fewer orders
                return
            # One came among the hits of a page that was read already, or moved from one
            # page to another (§2.4). What was listed before is a hit all the same.
            page, restarts, total = 1, restarts + 1, 0

    def _halves(self, window: SearchSpan) -> Iterator[SearchPage]:
        halves = window.halves()
        if halves is None:
            fact = "1分間に15,000件以上の注文があり、検索できません"
            raise _bad_span(fact, error_words.WINDOW_TOO_FULL)
        for half in halves:
            yield from self._window(half)

    def _unseen(self, numbers: Sequence[str]) -> Iterator[str]:
        for number in numbers:
            if number not in self._seen:
                self._seen.add(number)
                yield number

    def _ask(self, window: SearchSpan, page: int) -> "_Found":
        reply = self._http.post(
            SEARCH_ORDER,
            self._path,
            {
                "dateType": self._by,
                "startDatetime": wire_datetime(window.start),
                "endDatetime": wire_datetime(window.end),
                **({"orderProgressList": self._progress} if self._progress else {}),
                "PaginationRequestModel": {
                    "requestRecordsAmount": PAGE_SIZE,
                    "requestPage": page,
                    # Oldest first, so that an order placed meanwhile moves no page.
                    "SortModelList": [{"sortColumn": 1, "sortDirection": 1}],
                },
            },
        )
        return _parsed(reply)


def windows(since: datetime, until: datetime) -> Iterator[SearchSpan]:
    """Cover `since` to `until` with windows of at most 63 days, oldest first.

    Neighbours overlap, and RMS counts whole seconds, so both ends are widened to the
    next one: no instant is left out. ValueError when `since` is not before `until`.
    """
    start, end = _floor(since), _ceiling(until)
    if since >= until:
        raise ValueError("since must be before until")
    while end - start > LONGEST:
        yield SearchSpan(start, start + LONGEST)
        start += LONGEST - OVERLAP
    yield SearchSpan(start, end)


def _floor(moment: datetime) -> datetime:
    return in_japan(moment).replace(microsecond=0)


def _ceiling(moment: datetime) -> datetime:
    whole = _floor(moment)
    return whole if whole == in_japan(moment) else whole + SECOND


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
        """Pages of the hits; never fewer than they fill, whatever RMS leaves out."""
        told = (self.pagination and self.pagination.total_pages) or 0
        return max(told, -(-self.total // PAGE_SIZE))


def _parsed(reply: Reply) -> _Found:
    if any(message.is_error for message in reply.messages):
        raise SEARCH_ORDER.refused(reply, reply.messages)
    try:
        found = _Found.model_validate(reply.body)
    except ValidationError as error:
        raise SEARCH_ORDER.unusable(unreadable(error), reply) from None
    if not found.numbers and reply.is_only_warned:
        raise SEARCH_ORDER.unsure("検索結果が返されませんでした", reply)
    # A result always carries a message. Of no hits RMS says so, and lists none: a list
    # that is missing would read as "no orders", numbers without a total as all of them.
    lacks_list = found.numbers is None and (found.total > 0 or not _says_none(reply))
    lacks_total = bool(found.numbers) and found.total == 0
    if not reply.messages or lacks_list or lacks_total:
        raise SEARCH_ORDER.unusable("応答が検索結果の形式ではありません", reply)
    return found


def _says_none(reply: Reply) -> bool:
    """Return whether RMS says in so many words that it found nothing (INFO_102)."""
    known = (code_of(message.code) for message in reply.messages)
    return any(code.action is Action.NOTHING for code in known if code)


def _never_all(listed: int, total: int) -> RmsTrouble:
    fact = (
        f"検索結果が変わり続け、{total:,}件のうち{listed:,}件しか取得できませんでした"
    )
    return SEARCH_ORDER.failed(Unavailable, fact, error_words.TRY_LATER)


def _bad_span(fact: str, advice: str) -> RmsTrouble:
    return SEARCH_ORDER.failed(Refused, fact, advice)
