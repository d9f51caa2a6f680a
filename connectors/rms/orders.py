"""The order desk's questions to RMS, in our words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from connectors.rms.confirm import Confirmation, confirm
from connectors.rms.fetch import Fetch, Fetched
from connectors.rms.http import RmsHttp
from connectors.rms.search import EVERY_ORDER, Search, SearchFilter, SearchPage

NOTHING_KNOWN: Mapping[str, str] = MappingProxyType({})


class OrdersApi:
    """Orders of one shop: find, read, confirm."""

    def __init__(
        self, http: RmsHttp, shop_id: str, now: Callable[[], datetime]
    ) -> None:
        self._http = http
        self._now = now
        self._fetch = Fetch(http, shop_id, now)

    def search_pages(
        self,
        since: datetime,
        until: datetime,
        *,
        date_type: int = 1,
        conditions: SearchFilter = EVERY_ORDER,
    ) -> Iterator[SearchPage]:
        """Yield every page of a span of any length; each order number once.

        Raises Refused at once, before any call, for a span that is backwards or begins
        over 730 days ago, and later when one minute holds 15,000 orders.
        """
        walk = Search(self._http, self._now, date_type, conditions)
        return walk.pages(since, until)

    def search(
        self,
        since: datetime,
        until: datetime,
        *,
        date_type: int = 1,
        conditions: SearchFilter = EVERY_ORDER,
    ) -> list[str]:
        """Give every order number of a span, or raise; never a silent subset."""
        pages = self.search_pages(
            since, until, date_type=date_type, conditions=conditions
        )
        return [number for page in pages for number in page.numbers]

    def get_chunks(
        self, numbers: Sequence[str], known: Mapping[str, str] = NOTHING_KNOWN
    ) -> Iterator[Fetched]:
        """Yield what came of each 100 orders, so that a caller can store as it goes."""
        return self._fetch.chunks(numbers, known)

    def get(
        self, numbers: Sequence[str], known: Mapping[str, str] = NOTHING_KNOWN
    ) -> Fetched:
        """Read every order asked for, or say of each that is missing why, or raise.

        `known` holds, by order number, the hash of an answer that was stored before;
        RMS answering the same again makes the order `same` and costs no reading.
        """
        return sum(self.get_chunks(numbers, known), start=Fetched())

    def confirm(self, numbers: Sequence[str]) -> list[Confirmation]:
        """Confirm up to 100 orders; a word on each, or Refused, or OutcomeUnknown."""
        return confirm(self._http, numbers)
