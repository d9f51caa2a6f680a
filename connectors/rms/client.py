"""The client of RMS for one shop: orders, stock, items, shipping, licence key."""

from datetime import datetime
from types import TracebackType
from typing import Self

from connectors.rms.answers import RmsFunction
from connectors.rms.errors import Refused
from connectors.rms.http import RmsHttp
from connectors.rms.items import ItemsApi
from connectors.rms.marks import MarksApi
from connectors.rms.orders import OrdersApi
from connectors.rms.shipping import ShippingApi
from connectors.rms.stock import StockApi
from connectors.rms.wire import moment_or_none
from data.model.shops.shop import Shop

LICENCE_PATH = "/es/1.0/license-management/license-key/expiry-date"
EXPIRY_DATE = RmsFunction("license.expiryDate.get")
NEVER_ENDS = "DR0006"


class RmsClient:
    """Everything RMS for one shop, behind one `with`; typed answers or RmsTrouble.

    `http` makes every call; ask it whether one may be made, or for a raw answer.
    """

    def __init__(self, http: RmsHttp) -> None:
        self.http = http
        self.orders = OrdersApi(http, http.shop.shop_id, http.now)
        self.marks = MarksApi(http)
        self.stock = StockApi(http)
        self.items = ItemsApi(http)
        self.shipping = ShippingApi(http, http.sleep)
        self.licence = LicenceApi(http, http.shop)

    @property
    def clock_agrees(self) -> bool:
        """Whether an answer has shown that this machine's clock is right."""
        return self.http.clock_agrees

    def __enter__(self) -> Self:
        self.http.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.__exit__(kind, error, trace)

    def __repr__(self) -> str:
        return f"RmsClient({self.http!r})"


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
