"""A SKU, its level, and RMS's word on it (rms/inventory-and-license-api.md)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

MOST = 99_999


@dataclass(frozen=True, order=True)
class SkuKey:
    """A SKU as RMS names it; it folds the manage number to lower case, so do we."""

    manage_number: str
    variant_id: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "manage_number", self.manage_number.lower())

    def wire(self) -> dict[str, str]:
        """Write the key by RMS's names."""
        return {"manageNumber": self.manage_number, "variantId": self.variant_id}


@dataclass(frozen=True)
class StockLevel:
    """The quantity a SKU shall have; ValueError outside 0–99,999."""

    manage_number: str
    variant_id: str
    quantity: int

    def __post_init__(self) -> None:
        if not 0 <= self.quantity <= MOST:
            raise ValueError(f"a stock level is 0 to {MOST}")

    @property
    def sku(self) -> SkuKey:
        """The SKU it is about."""
        return SkuKey(self.manage_number, self.variant_id)

    def wire(self) -> dict[str, str | int]:
        """Write the level by RMS's names."""
        return {**self.sku.wire(), "mode": "ABSOLUTE", "quantity": self.quantity}


class StockSeen(NamedTuple):
    """What RMS has of one SKU, and when that last changed, if it says so."""

    quantity: int
    updated: datetime | None


class StockOutcome(StrEnum):
    """What became of one SKU in a call; SENT is not yet seen to be there."""

    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class StockWord:
    """RMS's word on one SKU; UNKNOWN means read the stock, then decide."""

    sku: SkuKey
    outcome: StockOutcome
    code: str = ""
    reason: str = ""


@dataclass(frozen=True)
class StockRead:
    """What RMS has. A SKU in neither was understood and does not exist there."""

    seen: Mapping[SkuKey, StockSeen] = field(default_factory=dict)
    refused: Sequence[StockWord] = ()
