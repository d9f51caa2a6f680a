"""Speak to a running sandbox's control API, from the demo and from tests."""

import json
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True)
class Shop:
    """A shop of the sandbox and the keys it is let in with."""

    handle: str
    shop_id: str
    shop_url: str
    service_secret: str
    license_key: str
    notice_auth_key: str

    def environment(self) -> dict[str, str]:
        """Give the settings that describe this shop to juchu."""
        prefix = f"JUCHU_SHOP_{self.handle.upper().replace('-', '_')}_"
        return {
            f"{prefix}MALL": "rakuten",
            f"{prefix}SHOP_ID": self.shop_id,
            f"{prefix}SHOP_URL": self.shop_url,
            f"{prefix}SERVICE_SECRET": self.service_secret,
            f"{prefix}LICENSE_KEY": self.license_key,
            f"{prefix}NOTICE_AUTH_KEY": self.notice_auth_key,
        }


class SandboxControl:
    """One running sandbox; every method is one call of its control API.

    A call the sandbox refuses raises ValueError with the sandbox's reason.
    """

    def __init__(self, first_line: str) -> None:
        told = json.loads(first_line)
        self.url: str = told["url"]
        self.shops = {shop["handle"]: Shop(**shop) for shop in told["shops"]}
        self._http = httpx.Client(base_url=f"{self.url}/_control", timeout=60)

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def control(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Make any control call; a refused one raises with the sandbox's reason."""
        response = self._http.request(method, f"/{path}", json=body or {}, params=query)
        answer = response.json()
        if response.is_error:
            raise ValueError(answer["error"])
        return answer

    def reset(self, seed: int | None = None) -> None:
        """Go back to the empty start state; keys follow the seed."""
        told = self.control("POST", "reset", {} if seed is None else {"seed": seed})
        self.shops = {shop["handle"]: Shop(**shop) for shop in told["shops"]}

    def sell(
        self, count: int = 1, shape: str = "plain", shop: str = "demo", **more: Any
    ) -> list[str]:
        """Sell orders and return their numbers; `over_days`, `progress` as wanted."""
        body = {"shop": shop, "count": count, "shape": shape, **more}
        numbers: list[str] = self.control("POST", "sell", body)["orderNumbers"]
        return numbers

    def fault(self, name: str, **more: Any) -> None:
        """Order a fault for coming requests: `function`, `times`, `retry_after`."""
        self.control("POST", "faults", {"fault": name, **more})

    def no_faults(self) -> None:
        """Take every waiting fault back."""
        self.control("DELETE", "faults")

    def clock(self, **move: Any) -> str:
        """Move the clock (`advance_s=…` or `set=…, hold=True`) and tell the time."""
        now: str = self.control("POST" if move else "GET", "clock", move)["now"]
        return now

    def journal(self) -> Any:
        """Tell what RMS's side saw: requests, counts, too_fast."""
        return self.control("GET", "journal")

    def empty_journal(self) -> None:
        """Forget what RMS's side saw so far."""
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

    def spoil(self, number: str, field: str, value: Any = None, **more: Any) -> None:
        """Show one field of an order wrongly in getOrder."""
        body = {"orderNumber": number, "field": field, "value": value, **more}
        self.control("POST", "spoil", body)

    def vanish(self, number: str) -> None:
        """Let getOrder lose an order that searches still list."""
        self.control("POST", "vanish", {"orderNumber": number})

    def settings(self, **changes: Any) -> Any:
        """Change settings (or none) and tell them all."""
        return self.control("POST", "settings", changes)

    def shop(self, handle: str, **changes: Any) -> Any:
        """Change a shop: keys, their ends, switched-off functions, maintenance."""
        return self.control("POST", f"shops/{handle}", changes)

    def orders(self, shop: str = "demo") -> dict[str, Any]:
        """Return a shop's orders as they truly are, by number."""
        told = self.control("GET", "orders", shop=shop, full=1)["orders"]
        return {order["orderNumber"]: order for order in told}
