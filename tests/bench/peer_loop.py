"""The peer of the storm: a loop that moves stock from mall to mall every seven minutes.

It is what one writes by hand, and what a service does whose stock follows every 7 to 15
minutes: read the new orders of each shop, lower the same SKUs of the other shop by what
was sold. A call that the mall refuses as too fast, too busy or in conflict is made
again, a few times. Where a round breaks off, the next one does its orders again; so a
write whose answer was lost counts twice, which the loop cannot know.
"""

import time
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

import httpx

from connectors.sandbox.control_api.remote import ShopKeys
from data.model.japan_time import JST

EVERY_S = 420.0
CALL_S = 1.01
"""Between two calls of a shop: one a second is what RMS allows."""
OVERLAP = timedelta(minutes=1)
AGAIN_AFTER_S = 2.0
TRIES = 4
UNDONE = {403, 409, 429, 503}
FORM = "%Y-%m-%dT%H:%M:%S+0900"
Key = tuple[str, str]


class Shop:
    """One shop's calls, one a second, and how far its orders were read."""

    def __init__(self, url: str, keys: ShopKeys) -> None:
        token = b64encode(f"{keys.service_secret}:{keys.license_key}".encode())
        self.handle = keys.handle
        self.read_until = datetime.now(JST)
        self.seen: set[str] = set()
        self._http = httpx.Client(
            base_url=f"{url}/es/2.0",
            timeout=20,
            trust_env=False,
            headers={
                "Authorization": f"ESA {token.decode()}",
                "Content-Type": "application/json; charset=utf-8",
                "Accept": "application/json",
            },
        )

    def read(self, path: str, body: Mapping[str, Any]) -> Any:
        """Ask, and again where no answer came or one that says "not now".

        Raises:
            httpx.HTTPError: it went wrong each time.

        """
        for _ in range(TRIES - 1):
            try:
                return self.call(path, body).json()
            except httpx.TransportError:
                continue
        return self.call(path, body).json()

    def call(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        """Call, and again where the mall says that it did nothing.

        Raises:
            httpx.HTTPError: no answer came, or none that helps.

        """
        for _ in range(TRIES):
            time.sleep(CALL_S)
            answer = self._http.post(path, json=body)
            if answer.status_code not in UNDONE:
                break
            time.sleep(AGAIN_AFTER_S)
        return answer.raise_for_status()

    def new_orders(self, until: datetime) -> list[dict[str, Any]]:
        """Return the orders placed since the last round that worked."""
        numbers: list[str] = []
        page, pages = 1, 1
        while page <= pages:
            found = self.read(
                "/order/searchOrder/",
                {
                    "dateType": 1,
                    "startDatetime": (self.read_until - OVERLAP).strftime(FORM),
                    "endDatetime": until.strftime(FORM),
                    "PaginationRequestModel": {
                        "requestRecordsAmount": 1000,
                        "requestPage": page,
                        "SortModelList": [{"sortColumn": 1, "sortDirection": 1}],
                    },
                },
            )
            numbers += found["orderNumberList"] or []
            pages = found["PaginationResponseModel"]["totalPages"] or 0
            page += 1
        new = [number for number in dict.fromkeys(numbers) if number not in self.seen]
        orders = []
        for at in range(0, len(new), 100):
            asked = {"orderNumberList": new[at : at + 100], "version": 10}
            orders += self.read("/order/getOrder/", asked)["OrderModelList"]
        return orders

    def lower(self, sold: Counter[Key]) -> None:
        """Take what was sold elsewhere off this shop's numbers, down to nothing."""
        keys = [{"manageNumber": one, "variantId": other} for one, other in sold]
        shown = self.read("/inventories/bulk-get", {"inventories": keys})
        there = {
            (row["manageNumber"], row["variantId"]): row["quantity"]
            for row in shown["inventories"]
        }
        less = {key: min(units, there.get(key, 0)) for key, units in sold.items()}
        changes = [
            {
                "manageNumber": manage_number,
                "variantId": variant_id,
                "mode": "RELATIVE",
                "quantity": -units,
            }
            for (manage_number, variant_id), units in less.items()
            if units
        ]
        for at in range(0, len(changes), 400):
            chunk = {"inventories": changes[at : at + 400]}
            self.call("/inventories/bulk-upsert", chunk)


class PeerLoop:
    """The loop over two shops that sell the same SKUs, in a thread."""

    def __init__(
        self, url: str, shops: Sequence[ShopKeys], every_s: float = EVERY_S
    ) -> None:
        self._shops = [Shop(url, keys) for keys in shops]
        self._every_s = every_s
        self._ending = Event()
        self._thread = Thread(target=self._work, daemon=True)
        self.told_at: dict[str, float] = {}
        """When the other shop had taken an order's units, in seconds since 1970."""
        self.broken_off = 0
        self.rounds = 0

    def start(self) -> None:
        """Begin with a round at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round at work."""
        self._ending.set()
        self._thread.join()

    def _work(self) -> None:
        due = time.monotonic()
        while not self._ending.wait(max(0.0, due - time.monotonic())):
            due += self._every_s
            one, other = self._shops
            self._carry(one, other)
            self._carry(other, one)
            self.rounds += 1

    def _carry(self, shop: Shop, other: Shop) -> None:
        """Take a shop's new sales off the other one."""
        until = datetime.now(JST)
        try:
            orders = shop.new_orders(until)
            if sold := units_of(orders):
                other.lower(sold)
        except httpx.HTTPError:
            self.broken_off += 1
            return
        numbers = [order["orderNumber"] for order in orders]
        self.told_at |= dict.fromkeys(numbers, time.time())
        shop.seen.update(numbers)
        shop.read_until = until


def units_of(orders: Sequence[Mapping[str, Any]]) -> Counter[Key]:
    """Return how many units the orders take of each SKU."""
    units: Counter[Key] = Counter()
    for order in orders:
        for package in order["PackageModelList"]:
            for line in package["ItemModelList"]:
                for sku in line["SkuModelList"]:
                    key = line["manageNumber"].lower(), sku["variantId"]
                    units[key] += line["units"]
    return units
