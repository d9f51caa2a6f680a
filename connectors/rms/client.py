"""Everything RMS for one shop, behind one `with`."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Self

from connectors.rms.exchange import USUAL, Limits
from connectors.rms.http import NO_PACES, RmsHttp
from connectors.rms.inventory import InventoryApi
from connectors.rms.licence import LicenceApi
from connectors.rms.orders import OrdersApi
from connectors.rms.rates import Bucket
from connectors.rms.shipping import ShippingApi
from data.model.shop import Shop


class RmsClient:
    """Ask RMS for one shop; answers are typed, or an error that says what to do.

    `pace` is called before every request and returns when it may go; calls of a bucket
    in `paces` ask that one instead (see `paces_for`). Without it stock goes at the
    orders' pace, slower than it might. `now` gives the time with its zone. ValueError
    for an address that is neither https nor loopback.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - all of it is what a call depends on
        self,
        shop: Shop,
        base_url: str,
        pace: Callable[[], None],
        now: Callable[[], datetime],
        deadline_s: float = USUAL.deadline_s,
        sleep: Callable[[float], None] = time.sleep,
        paces: Mapping[Bucket, Callable[[], None]] = NO_PACES,
    ) -> None:
        self._http = RmsHttp(
            shop, base_url, pace, now, Limits(deadline_s), sleep, paces
        )
        self.orders = OrdersApi(self._http, shop.shop_id, now)
        self.inventory = InventoryApi(self._http)
        self.shipping = ShippingApi(self._http, sleep)
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
