"""The client of RMS for one shop: orders, stock, items, shipping, licence key."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Self

from connectors.rms.answers import RmsFunction
from connectors.rms.errors import Refused
from connectors.rms.http import NO_PACES, USUAL, Limits, RmsHttp
from connectors.rms.items import ItemsApi
from connectors.rms.marks import MarksApi
from connectors.rms.orders import OrdersApi
from connectors.rms.pace import Bucket, Turn
from connectors.rms.shipping import ShippingApi
from connectors.rms.stock import StockApi
from connectors.rms.wire import moment_or_none
from data.model.shops.shop import Shop

LICENCE_PATH = "/es/1.0/license-management/license-key/expiry-date"
EXPIRY_DATE = RmsFunction("license.expiryDate.get")
NEVER_ENDS = "DR0006"


class RmsClient:
    """Everything RMS for one shop, behind one `with`; typed answers or RmsTrouble.

    `pace` is entered before every request, when it may go, and left when it has gone;
    calls of a bucket in `paces` ask that one instead (see `paces_for`). Without `paces`
    stock goes at the orders' pace, slower than it might. `now` gives the time with its
    zone, `undated` is called after an answer that shows none, `admit` before every
    call. ValueError for an address that is neither https nor loopback.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - all of it is what a call depends on
        self,
        shop: Shop,
        base_url: str,
        pace: Callable[[], Turn],
        now: Callable[[], datetime],
        deadline_s: float = USUAL.deadline_s,
        sleep: Callable[[float], None] = time.sleep,
        paces: Mapping[Bucket, Callable[[], Turn]] = NO_PACES,
        undated: Callable[[], None] = lambda: None,
        admit: Callable[[str], None] = lambda _: None,
        too_fast: Callable[[], None] = lambda: None,
    ) -> None:
        self._http = RmsHttp(
            shop,
            base_url,
            pace,
            now,
            Limits(deadline_s),
            sleep,
            paces,
            undated,
            admit,
            too_fast,
        )
        self.orders = OrdersApi(self._http, shop.shop_id, now)
        self.marks = MarksApi(self._http)
        self.stock = StockApi(self._http)
        self.items = ItemsApi(self._http)
        self.shipping = ShippingApi(self._http, sleep)
        self.licence = LicenceApi(self._http, shop)

    @property
    def http(self) -> RmsHttp:
        """The bare caller, to ask whether a call may be made, and for a raw sample."""
        return self._http

    @property
    def clock_agrees(self) -> bool:
        """Whether an answer has shown that this machine's clock is right."""
        return self._http.clock_agrees

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


class LicenceApi:
    """The licence key of one shop (docs/rms/inventory-and-license-api.md §8)."""

    def __init__(self, http: RmsHttp, shop: Shop) -> None:
        self._http = http
        self._shop = shop

    def expiry(self) -> datetime | None:
        """Return the instant at which the key ends, in Japan time; None if it does not.

        Raises CredentialsRefused when the key is wrong or has ended, or when the shop
        has not switched this function on. This is the one call with the key in its URL;
        no error of ours holds a URL.
        """
        key = self._shop.license_key
        try:
            reply = self._http.get(EXPIRY_DATE, LICENCE_PATH, {"licenseKey": key})
        except Refused as refusal:
            if NEVER_ENDS in refusal.codes:
                return None
            raise
        text = reply["expiryDate"]
        if not isinstance(text, str):
            fact = "応答に有効期限(expiryDate)がありません"
            raise EXPIRY_DATE.unusable(fact, reply)
        ends_at = moment_or_none(text)
        if ends_at is None:
            fact = "有効期限(expiryDate)を日時として読み取れません"
            raise EXPIRY_DATE.unusable(fact, reply)
        return ends_at
