"""A bare caller of the inventory API, written from the reference alone."""

import json
from typing import Any

import httpx

from tests.sandbox.caller import Caller, esa

SHIRT = ("mihon-shirt", "ms-1")
NOWHERE = ("no-such-item", "x-1")


class Inventory:
    """Calls the six functions for one shop; nothing is checked, nothing retried."""

    def __init__(self, rms: Caller, version: str = "2.0") -> None:
        self.rms = rms
        self.base = f"{rms.sandbox.url}/es/{version}/inventories"

    def send(self, method: str, path: str, content: bytes | None = None, **more: Any
    ) -> httpx.Response:  # fmt: skip
        headers = self.rms.headers | more.pop("headers", {})
        return self.rms.http.request(
            method, self.base + path, content=content, headers=headers, **more
        )

    def _json(self, method: str, path: str, body: Any) -> httpx.Response:
        return self.send(method, path, json.dumps(body).encode())

    def get(self, sku: tuple[str, str] = SHIRT) -> httpx.Response:
        return self.send("GET", _path(sku))

    def delete(self, sku: tuple[str, str] = SHIRT) -> httpx.Response:
        return self.send("DELETE", _path(sku))

    def put(self, quantity: Any, sku: tuple[str, str] = SHIRT, mode: Any = "ABSOLUTE",
        **more: Any) -> httpx.Response:  # fmt: skip
        body = {"mode": mode, "quantity": quantity, **more}
        return self._json("PUT", _path(sku), body)

    def put_body(self, body: Any, sku: tuple[str, str] = SHIRT) -> httpx.Response:
        return self._json("PUT", _path(sku), body)

    def range(self, **query: Any) -> httpx.Response:
        return self.send("GET", "/bulk-get/range", params=query)

    def read(self, *skus: tuple[str, str]) -> httpx.Response:
        listed = [{"manageNumber": m, "variantId": v} for m, v in skus]
        return self._json("POST", "/bulk-get", {"inventories": listed})

    def write(self, *entries: Any) -> httpx.Response:
        return self._json("POST", "/bulk-upsert", {"inventories": list(entries)})

    def bulk(self, path: str, body: Any) -> httpx.Response:
        return self._json("POST", path, body)

    def quantity(self, sku: tuple[str, str] = SHIRT) -> int:
        quantity: int = self.get(sku).json()["quantity"]
        return quantity

    def with_token(self, secret: str, key: str) -> httpx.Response:
        token = {"Authorization": esa(secret, key)}
        return self.send("GET", _path(SHIRT), headers=token)


def entry(
    quantity: Any, sku: tuple[str, str] = SHIRT, mode: Any = "ABSOLUTE", **more: Any
) -> dict[str, Any]:
    names = {"manageNumber": sku[0], "variantId": sku[1]}
    return {**names, "mode": mode, "quantity": quantity, **more}


def errors(response: httpx.Response) -> list[tuple[str, str | None]]:
    """The code of each error and the path it names."""
    return [
        (error["code"], error.get("metadata", {}).get("propertyPath"))
        for error in response.json()["errors"]
    ]


def rows(response: httpx.Response) -> list[tuple[str, str, int]]:
    return [
        (row["manageNumber"], row["variantId"], row["quantity"])
        for row in response.json()["inventories"]
    ]


def _path(sku: tuple[str, str]) -> str:
    return f"/manage-numbers/{sku[0]}/variants/{sku[1]}"
