"""Everything RMS for one shop, behind one `with`."""

import time
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

from connectors.rms.exchange import USUAL, Limits
from connectors.rms.http import RmsHttp
from connectors.rms.licence import LicenceApi
from connectors.rms.orders import OrdersApi
from data.model.shop import Shop


class RmsClient:
    """Ask RMS for one shop; answers are typed, or an error that says what to do.

    `pace` is called before every request and returns when it may go; `now` gives the
    time with its zone. ValueError for an address that is neither https nor loopback.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - all of it is what a call depends on
        self,
        shop: Shop,
        base_url: str,
        pace: Callable[[], None],
        now: Callable[[], datetime],
        deadline_s: float = USUAL.deadline_s,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = RmsHttp(shop, base_url, pace, now, Limits(deadline_s), sleep)
        self.orders = OrdersApi(self._http, shop.shop_id, now)
        self.licence = LicenceApi(self._http, shop)

    @property
    def http(self) -> RmsHttp:
        """The bare caller, for APIs that are not here yet."""
        return self._http

    def __enter__(self) -> Self:
        self._http.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.__exit__(kind, error, trace)

    def __repr__(self) -> str:
        return f"RmsClient({self._http!r})"
