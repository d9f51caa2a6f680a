"""A shop: one store on one mall, and the credentials for its API."""

from datetime import date
from typing import Annotated, Final, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
)

from data.model.order import Mall
from data.model.stock_link import SILENT_HOURS, StockLink
from data.model.typed.time import day_of

SHOP_HANDLE: Final = r"^[a-z0-9][a-z0-9-]{0,62}$"
ShopHandle = Annotated[str, StringConstraints(pattern=SHOP_HANDLE)]
SHOP_ID: Final = r"^[0-9A-Za-z_-]{1,32}$"
ShopId = Annotated[str, StringConstraints(pattern=SHOP_ID)]
"""Under which a shop's orders are stored; of a Rakuten shop its number."""
HOME_NAME: Final = r"^([a-z0-9][a-z0-9-]{0,62})?$"
"""A home's or a host's name; empty where there is one machine (docs/scaling.md)."""


LastDay = Annotated[
    date | None,
    BeforeValidator(
        lambda typed: day_of(typed, "有効期限") if isinstance(typed, str) else typed
    ),
]
"""The last day of a key, also as RMS's page or a person writes it: 2027/2/21."""


def without_mask(key: SecretStr) -> str:
    """Return a key without blanks around it; "" for the asterisks a page shows of one.

    Prefect's page of a block shows no key, and who copies from there copies these. As
    the key of notices they would let in whoever guesses them.
    """
    text = key.get_secret_value().strip()
    return text if text.strip("*") else ""


class Shop(BaseModel):
    """One store on one mall with its credentials; secrets print as asterisks."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    handle: ShopHandle
    mall: Mall
    shop_id: ShopId
    shop_url: str = ""
    service_secret: SecretStr
    license_key: SecretStr
    license_key_before: SecretStr = SecretStr("")
    """The key used until now; it is a fallback until the new one answers."""
    notice_auth_key: SecretStr = SecretStr("")
    notice_auth_key_before: SecretStr = SecretStr("")
    """The key agreed before; accepted until Rakuten has changed over."""
    contract_id: str = ""
    license_expires_on: LastDay = None
    safety_stock: Annotated[int, Field(ge=0)] = 0
    """Units of each listing that are never offered to the mall."""
    stock_link: bool = True
    """Whether levels go to the mall by themselves, not in the morning at nine only."""
    silent_hours: Annotated[str, StringConstraints(pattern=SILENT_HOURS)] = ""
    """Hours of the day in Japan in which no level goes by itself, such as `20-22`."""
    home: Annotated[str, StringConstraints(pattern=HOME_NAME)] = ""
    """The home whose warehouse has the shop's orders; "" on the one machine."""

    @property
    def link(self) -> StockLink:
        """What the shop has set of its stock link."""
        return StockLink(self.stock_link, self.silent_hours)

    @property
    def has_former_key(self) -> bool:
        """Whether there is a key to fall back on until the new one is usable."""
        return bool(without_mask(self.license_key_before))

    def with_former_key(self) -> Self:
        """Return the shop as it was before the key was changed.

        It has no end date: the one typed in is the new key's.
        """
        return self.model_copy(
            update={
                "license_key": self.license_key_before,
                "license_key_before": SecretStr(""),
                "license_expires_on": None,
            }
        )
