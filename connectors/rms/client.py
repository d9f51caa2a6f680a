"""Everything RMS for one shop, behind one `with`.

When the licence key ends (rms/inventory-and-license-api.md, Licence management).
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Self

from connectors.rms.answers import Call
from connectors.rms.http import NO_PACES, USUAL, Limits, RmsHttp
from connectors.rms.orders import OrdersApi
from connectors.rms.rates import Bucket
from connectors.rms.shipping import ShippingApi
from connectors.rms.stock import InventoryApi
from data.model.japan_time import in_japan
from data.model.shop import Shop

PATH = "/es/1.0/license-management/license-key/expiry-date"
CALL = Call("license.expiryDate.get")


class LicenceApi:
    """The licence key of one shop."""

    def __init__(self, http: RmsHttp, shop: Shop) -> None:
        self._http = http
        self._shop = shop

    def expiry(self) -> datetime:
        """Give the instant the key ends, in Japan time.

        Raises CredentialsRefused when the key is wrong or already over, or when the
        shop has not switched this function on. The key stands in the URL of this call
        alone, and no error of ours holds a URL.
        """
        reply = self._http.get(CALL, PATH, {"licenseKey": self._shop.license_key})
        text = reply["expiryDate"]
        if not isinstance(text, str):
            raise CALL.unusable("the answer has no expiryDate", reply)
        try:
            return in_japan(datetime.fromisoformat(text))
        except ValueError:
            raise CALL.unusable("expiryDate is not a date-time", reply) from None


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
