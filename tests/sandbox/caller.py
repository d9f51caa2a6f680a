"""A bare caller of the sandbox's RMS paths, written from the reference alone."""

import base64
import json
from datetime import datetime, timedelta
from typing import Any

import httpx

from connectors.sandbox.clock import JST
from tests.support.sandbox import Sandbox

JSON = "application/json; charset=utf-8"


def esa(secret: str, key: str) -> str:
    return "ESA " + base64.b64encode(f"{secret}:{key}".encode()).decode()


def wire(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S+0900")


_BEGAN = datetime.now(JST).date()


def day(days: int = 1) -> str:
    """A day from the one the tests began on, in Japan: midnight may pass between two.

    RMS takes no shipping date before the order's day.
    """
    return f"{_BEGAN + timedelta(days=days):%Y-%m-%d}"


def codes(answer: dict[str, Any]) -> list[str]:
    """The message codes of an answer, without their common beginning."""
    return [
        m["messageCode"].removeprefix("ORDER_EXT_API_")
        for m in answer["MessageModelList"]
    ]


class Caller:
    """Calls functions for one shop; nothing is checked, nothing retried."""

    def __init__(self, sandbox: Sandbox, http: httpx.Client, handle: str) -> None:
        self.sandbox = sandbox
        self.http = http
        self.shop = sandbox.shops[handle]

    @property
    def headers(self) -> dict[str, str]:
        token = esa(self.shop.service_secret, self.shop.license_key)
        return {"Authorization": token, "Content-Type": JSON}

    def post(self, function: str, content: bytes, **headers: str) -> httpx.Response:
        url = f"{self.sandbox.url}/es/2.0/order/{function}/"
        renamed = {k.replace("_", "-"): v for k, v in headers.items()}
        return self.http.post(url, content=content, headers=self.headers | renamed)

    def call(self, function: str, body: Any) -> httpx.Response:
        return self.post(function, json.dumps(body, ensure_ascii=False).encode())

    def ask(self, function: str, body: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.call(function, body).json()
        return answer

    def now(self) -> datetime:
        return datetime.fromisoformat(self.sandbox.clock())

    def search_body(self, days: float = 30, **more: Any) -> dict[str, Any]:
        """A valid search of order dates that reaches to the present."""
        now = self.now()
        return {
            "dateType": 1,
            "startDatetime": wire(now - timedelta(days=days)),
            "endDatetime": wire(now + timedelta(days=1)),
            **more,
        }

    def search(self, **more: Any) -> list[str]:
        """The numbers a search finds, up to 1,000, old ones first."""
        page = {
            "requestRecordsAmount": 1000,
            "requestPage": 1,
            "SortModelList": [{"sortColumn": 1, "sortDirection": 1}],
        }
        body = self.search_body(PaginationRequestModel=page) | more
        numbers: list[str] = self.ask("searchOrder", body)["orderNumberList"]
        return numbers

    def order(self, number: str, version: int = 10) -> dict[str, Any]:
        body = {"orderNumberList": [number], "version": version}
        order: dict[str, Any] = self.ask("getOrder", body)["OrderModelList"][0]
        return order

    def basket(self, number: str, position: int = 0) -> int:
        basket: int = self.order(number)["PackageModelList"][position]["basketId"]
        return basket

    def rows(self, number: str, position: int = 0) -> list[dict[str, Any]]:
        package = self.order(number)["PackageModelList"][position]
        rows: list[dict[str, Any]] = package["ShippingModelList"]
        return rows

    def report(self, number: str, *rows: dict[str, Any]) -> dict[str, Any]:
        """Report rows of an order's first destination."""
        return self.ask("updateOrderShipping", self.shipping(number, *rows))

    def shipping(self, number: str, *rows: dict[str, Any]) -> dict[str, Any]:
        basket = {"basketId": self.basket(number), "ShippingModelList": list(rows)}
        return {"orderNumber": number, "BasketidModelList": [basket]}
