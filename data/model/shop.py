"""A shop: one store on one mall, and what it takes to speak for it."""

from datetime import date
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from data.model.order import Mall

ShopHandle = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$"),
]


class Shop(BaseModel):
    """Who we speak for at a mall. Secrets print as asterisks."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    handle: ShopHandle
    mall: Mall
    shop_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,32}$")]
    shop_url: str = ""
    service_secret: SecretStr
    license_key: SecretStr
    license_key_before: SecretStr = SecretStr("")
    """The key used until now, still good while a new one takes over."""
    notice_auth_key: SecretStr = SecretStr("")
    notice_auth_key_before: SecretStr = SecretStr("")
    """The key that was agreed before, still good while Rakuten changes over."""
    contract_id: str = ""
    license_expires_on: date | None = None
    safety_stock: Annotated[int, Field(ge=0)] = 0
    """Units of every listing that the mall is never offered."""

    @property
    def has_former_key(self) -> bool:
        """Whether there is a key to fall back on while a new one takes over."""
        return bool(self.license_key_before.get_secret_value().strip())

    def with_former_key(self) -> Self:
        """Give the shop as it was before the key was changed.

        The date typed in is the new key's, so it does not count here.
        """
        return self.model_copy(
            update={
                "license_key": self.license_key_before,
                "license_key_before": SecretStr(""),
                "license_expires_on": None,
            }
        )
