"""The one header that carries the key (rms/order-api.md §1.1)."""

import base64

from data.model.shop import Shop

MASKED_FROM = 6
"""Shorter secrets are no secrets, and blanking them would eat RMS's own words."""


class Credentials:
    """Secret and key of one shop, pasted blanks cut. Never shown by `repr`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    def __repr__(self) -> str:
        return f"Credentials({self._shop.handle!r})"

    def header(self) -> dict[str, str]:
        """Give `Authorization: ESA base64(secret:key)`."""
        return {"Authorization": f"ESA {self._token()}"}

    def masked(self, text: str) -> str:
        """Blank what must never be shown, in a text that somebody else wrote."""
        for secret in (self._token(), *self._pair()):
            if len(secret) >= MASKED_FROM:
                text = text.replace(secret, "***")
        return text

    def _token(self) -> str:
        return base64.b64encode(":".join(self._pair()).encode()).decode()

    def _pair(self) -> tuple[str, str]:
        return (
            self._shop.service_secret.get_secret_value().strip(),
            self._shop.license_key.get_secret_value().strip(),
        )
