"""The client of a running sandbox's control API, for the demo and for tests."""

import json
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class ShopKeys:
    """A shop of the sandbox and the keys that authorise its calls."""

    handle: str
    shop_id: str
    shop_url: str
    service_secret: str
    license_key: str
    notice_auth_key: str
    contract_id: str

    def environment(self) -> dict[str, str]:
        """Return the environment variables that describe this shop to juchu."""
        prefix = f"JUCHU_SHOP_{self.handle.upper().replace('-', '_')}_"
        return {
            f"{prefix}MALL": "rakuten",
            f"{prefix}SHOP_ID": self.shop_id,
            f"{prefix}SHOP_URL": self.shop_url,
            f"{prefix}SERVICE_SECRET": self.service_secret,
            f"{prefix}LICENSE_KEY": self.license_key,
            f"{prefix}NOTICE_AUTH_KEY": self.notice_auth_key,
            f"{prefix}CONTRACT_ID": self.contract_id,
        }


class SandboxControl:
    """One running sandbox; every method is one call of its control API.

    A call that the sandbox refuses raises ValueError with the sandbox's reason.
    """

    def __init__(self, first_line: str) -> None:
        answer = json.loads(first_line)
        self.url: str = answer["url"]
        self.shops = {shop["handle"]: ShopKeys(**shop) for shop in answer["shops"]}
        self._http = httpx.Client(base_url=f"{self.url}/_control", timeout=60)

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def control(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Make any control call and return its JSON."""
        response = self._http.request(method, f"/{path}", json=body or {}, params=query)
        answer = response.json()
        if response.is_error:
            raise ValueError(answer["error"])
        return answer

    def reset(self, seed: int | None = None) -> None:
        """Return the sandbox to the empty start state; keys follow the seed."""
        answer = self.control("POST", "reset", {} if seed is None else {"seed": seed})
        self.shops = {shop["handle"]: ShopKeys(**shop) for shop in answer["shops"]}

    def sell(
        self, count: int = 1, shape: str = "plain", shop: str = "demo", **more: Any
    ) -> list[str]:
        """Sell orders and return their numbers; `over_days`, `progress` as wanted.

        With `every_s` they are sold one by one in the background, and none is returned.
        """
        body = {"shop": shop, "count": count, "shape": shape, **more}
        numbers: list[str] = self.control("POST", "sell", body)["orderNumbers"]
        return numbers

    def orders_left(self) -> int:
        """Count the orders that sales in the background have still to sell."""
        left: int = self.control("GET", "sell")["left"]
        return left

    def fault(self, name: str, **more: Any) -> None:
        """Inject a fault into coming requests: `function`, `times`, `retry_after`."""
        self.control("POST", "faults", {"fault": name, **more})

    def no_faults(self) -> None:
        """Remove every waiting fault."""
        self.control("DELETE", "faults")

    def clock(self, **move: Any) -> str:
        """Move the clock (`advance_s=…` or `set=…, hold=True`) and return its time."""
        now: str = self.control("POST" if move else "GET", "clock", move)["now"]
        return now

    def journal(self) -> Any:
        """Return what RMS's side saw: requests, counts, too_fast."""
        return self.control("GET", "journal")

    def empty_journal(self) -> None:
        """Delete what RMS's side saw so far."""
        self.control("DELETE", "journal")

    def cancel(self, number: str, **more: Any) -> Any:
        """Cancel an order as its buyer."""
        return self.control("POST", "cancel", {"orderNumber": number, **more})

    def edit(self, number: str, **fields: Any) -> Any:
        """Change top-level fields of an order behind the shop's back."""
        return self.control("POST", f"orders/{number}", {"set": fields})

    def edit_at(self, number: str, changes: dict[str, Any]) -> Any:
        """Change fields of an order by dotted path."""
        return self.control("POST", f"orders/{number}", {"set": changes})

    def notify(self, kind: str, number: str | None = None, **more: Any) -> Any:
        """Send a notice by hand: order, changed, screening, caution or other."""
        body = {"kind": kind, "orderNumber": number, **more}
        return self.control("POST", "notify", body)["notice"]

    def notices(self, wait_s: float = 0) -> list[dict[str, Any]]:
        """List the state of every notice, at the latest after `wait_s`.

        Earlier once every notice that was not lost has been taken.
        """
        answer: list[dict[str, Any]] = self.control("GET", "notices", wait_s=wait_s)[
            "notices"
        ]
        return answer

    def notice_counts(self, wait_s: float = 0) -> dict[str, int]:
        """Count notices made, lost, acknowledged, waiting, and POSTs sent."""
        answer = self.control("GET", "notices", wait_s=wait_s, brief=1)
        counts: dict[str, int] = answer["counts"]
        return counts

    def stock(self, shop: str = "demo") -> list[dict[str, Any]]:
        """Return a shop's stock rows as they truly are, those without an item too."""
        rows: list[dict[str, Any]] = self.control("GET", "stock", shop=shop)["stock"]
        return rows

    def set_stock(
        self, manage_number: str, variant_id: str, quantity: int | None = None,
        shop: str = "demo", **more: Any,
    ) -> Any:  # fmt: skip
        """Set a SKU's quantity; `known` and `restores` describe its item."""
        sku = {"manageNumber": manage_number, "variantId": variant_id}
        body = {"shop": shop, **sku, "quantity": quantity, **more}
        return self.control("POST", "stock", body)["stock"][0]

    def set_stocks(self, items: list[dict[str, Any]], shop: str = "demo") -> None:
        """Set many SKUs in one call: manageNumber, variantId, quantity, known."""
        self.control("POST", "stock", {"shop": shop, "items": items})

    def stock_writes(self, after: int = 0) -> list[dict[str, Any]]:
        """Return what callers wrote, in the order RMS took it."""
        answer = self.control("GET", "stock/writes", after=after)
        writes: list[dict[str, Any]] = answer["writes"]
        return writes

    def set_item(self, manage_number: str, shop: str = "demo", **more: Any) -> Any:
        """Change an item: `set` is laid over it, `deleted` takes it away."""
        body = {"shop": shop, "manageNumber": manage_number, **more}
        return self.control("POST", "items", body)["items"][0]

    def spoil(self, number: str, field: str, value: Any = None, **more: Any) -> None:
        """Make getOrder return one field of an order wrongly."""
        body = {"orderNumber": number, "field": field, "value": value, **more}
        self.control("POST", "spoil", body)

    def vanish(self, number: str) -> None:
        """Make getOrder lose an order that searches still list."""
        self.control("POST", "vanish", {"orderNumber": number})

    def settings(self, **changes: Any) -> Any:
        """Change settings (or none) and return them all."""
        return self.control("POST", "settings", changes)

    def shop(self, handle: str, **changes: Any) -> Any:
        """Change a shop: keys, their ends, switched-off functions, maintenance."""
        return self.control("POST", f"shops/{handle}", changes)

    def orders(self, shop: str = "demo") -> dict[str, Any]:
        """Return a shop's orders as they truly are, by number."""
        answer = self.control("GET", "orders", shop=shop, full=1)["orders"]
        return {order["orderNumber"]: order for order in answer}
