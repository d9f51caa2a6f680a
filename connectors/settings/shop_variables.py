"""Names of the variables that describe a shop: `JUCHU_SHOP_<HANDLE>_<ENDING>`."""

from typing import Final

PREFIX: Final = "JUCHU_"
"""How every name of ours begins."""
SHOP_VARIABLES: Final = {
    "mall": ("MALL", "rakuten"),
    "shop_id": ("SHOP_ID", "123456"),
    "shop_url": ("SHOP_URL", "demo-shop"),
    "service_secret": ("SERVICE_SECRET", "SP…"),
    "license_key": ("LICENSE_KEY", "SL…"),
    "license_key_before": ("LICENSE_KEY_BEFORE", "SL…"),
    "notice_auth_key": ("NOTICE_AUTH_KEY", "…"),
    "notice_auth_key_before": ("NOTICE_AUTH_KEY_BEFORE", "…"),
    "contract_id": ("CONTRACT_ID", "…"),
    "license_expires_on": ("LICENSE_EXPIRES_ON", "2027-02-21"),
    "safety_stock": ("SAFETY_STOCK", "0"),
    "stock_link": ("STOCK_LINK", "true"),
    "silent_hours": ("SILENT_HOURS", "20-22"),
    "home": ("HOME", "home-1"),
}
"""A shop's fields, each with the ending of its variable and an example."""
NEEDED: Final = ("shop_id", "service_secret", "license_key")
"""The fields without which no call of RMS can be made."""
NEEDED_ANYWHERE: Final = ("shop_id",)
"""The field without which no order can be stored, of a shop of any mall."""


def stem_of(handle: str) -> str:
    """Return how the names of a shop's variables begin."""
    return f"{PREFIX}SHOP_{handle.upper().replace('-', '_')}_"
