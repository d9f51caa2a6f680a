"""The sandbox's shops: invented keys, the same for the same seed.

See docs/rms/order-api.md §1.2 for the life of a key, §4.4 for sub-statuses.
"""

import hashlib
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from connectors.sandbox.clock import JST, read_iso

_SHOPS = (("demo", "123456"), ("demo2", "54321"))
_SUB_STATUSES = (
    (100, "在庫確認中"),
    (100, "お客様へ確認中"),
    (400, "変更内容の確認中"),
    (300, "ピッキング中"),
    (300, "出荷準備済"),
    (800, "返送待ち"),
)
"""They exist for 100, 300, 400 and 800 only (§4.4)."""


@dataclass(slots=True)
class SubStatus:
    """A sub-status a shop made itself; it belongs to one orderProgress (§4.4)."""

    sub_status_id: int
    progress: int
    name: str
    order: int | None


@dataclass(slots=True)
class SandboxShop:
    """One shop at RMS: its keys, its maintenance, its switched-off functions."""

    handle: str
    shop_id: str
    shop_url: str
    service_secret: str
    license_key: str
    notice_auth_key: str
    license_expires_at: str | None
    """None = a key without an end date."""
    contract_id: str = ""
    """Stands in notices beside the shop (docs/rms/event-notification.md §1)."""
    license_live_from: str | None = None
    functions_off: list[str] = field(default_factory=list)
    maintenance: list[dict[str, str]] = field(default_factory=list)
    sub_statuses: list[SubStatus] = field(default_factory=list)
    has_skus: bool = True
    """Whether the shop was migrated to SKU; else writing stock is closed (IE1105)."""

    def keys(self) -> dict[str, str]:
        """Return the shop's names and keys, as on the first line of output."""
        return {
            "handle": self.handle,
            "shop_id": self.shop_id,
            "shop_url": self.shop_url,
            "service_secret": self.service_secret,
            "license_key": self.license_key,
            "notice_auth_key": self.notice_auth_key,
            "contract_id": self.contract_id,
        }

    def key_is_live(self, now: datetime) -> bool:
        """Return whether the licence key has begun and not ended (§1.2)."""
        begins = self.license_live_from
        ends = self.license_expires_at
        return (ends is None or now <= read_iso(ends)) and (
            begins is None or now >= read_iso(begins)
        )

    def sub_status(self, sub_status_id: int, progress: int) -> SubStatus | None:
        """Return a sub-status by ID, or None if it does not fit the state (§4.4)."""
        for each in self.sub_statuses:
            if each.sub_status_id == sub_status_id and each.progress == progress:
                return each
        return None


def default_shops(
    seed: int, now: datetime, many: int = len(_SHOPS)
) -> dict[str, SandboxShop]:
    """Return `demo` and `demo2`, and `demo3` and on where there are to be more.

    Their keys end 90 days from now, 23:59:59 (§1.2).
    """
    more = ((f"demo{n}", f"{600_000 + n}") for n in range(len(_SHOPS) + 1, many + 1))
    end = (now.astimezone(JST) + timedelta(days=90)).strftime("%Y-%m-%dT23:59:59")
    return {
        handle: SandboxShop(
            handle=handle,
            shop_id=shop_id,
            shop_url=f"{handle}-shop",
            service_secret=f"SP{shop_id}_{_invented(seed, handle, 'secret')}",
            license_key=f"SL{shop_id}_{_invented(seed, handle, 'licence')}",
            notice_auth_key=_invented(seed, handle, "notice"),
            license_expires_at=end,
            contract_id=f"C{_invented(seed, handle, 'contract')[:10]}",
            sub_statuses=[
                SubStatus(3600 + 100 * position + n, progress, name, n or None)
                for n, (progress, name) in enumerate(_SUB_STATUSES)
            ],
        )
        for position, (handle, shop_id) in enumerate((*_SHOPS, *more))
    }


def stored(shops: dict[str, SandboxShop]) -> list[dict[str, Any]]:
    """Return the shops as JSON for the state file."""
    return [asdict(shop) for shop in shops.values()]


def restored(rows: list[dict[str, Any]]) -> dict[str, SandboxShop]:
    """Return the shops of the state file's JSON."""
    shops = [
        SandboxShop(
            **{**row, "sub_statuses": [SubStatus(**s) for s in row["sub_statuses"]]}
        )
        for row in rows
    ]
    return {shop.handle: shop for shop in shops}


def _invented(seed: int, handle: str, what: str) -> str:
    return hashlib.sha256(f"{seed}:{handle}:{what}".encode()).hexdigest()[:20]
