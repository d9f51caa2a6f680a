"""Stock: what may move it, and what a mall is told of it (design: rules 6.4, 6.5)."""

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from data.model.order import Frozen

MOST_UNITS: Final = 99_999
"""RMS shows no more of a SKU (rms/inventory-and-license-api.md, IE0003)."""

CODE: Final = r"^[0-9A-Za-z_-]{1,32}$"
"""商品管理番号 and SKU管理番号, as RMS's inventory API takes them."""

OWN_SKU: Final = r"^[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]{0,94}[^\s\x00-\x1f\x7f])?$"
"""The merchant's own SKU (システム連携用SKU番号), at most 96 characters."""

Source = Literal["api", "count", "person", "mapping", "emptied"]
"""Who may cause a movement. A mall's CSV is none of them, by type (rule 6.4)."""

StockFileKind = Literal["count", "receipt"]
"""What a stock file tells: what stood there (棚卸), or what came in (入荷)."""


class MovementKind(StrEnum):
    """Why stock moved; the value is the word used in tables."""

    COUNT = "count"
    RECEIPT = "receipt"
    ORDER = "order"
    CANCELLATION = "cancellation"
    ADJUSTMENT = "adjustment"


class PushState(StrEnum):
    """Where one listing's push stands."""

    PLANNED = "planned"
    SENT = "sent"
    VERIFIED = "verified"
    UNKNOWN_SKU = "unknown_sku"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


class Listing(Frozen):
    """One SKU as a shop lists it. RMS folds the manage number, never the variant."""

    manage_number: Annotated[str, StringConstraints(min_length=1, to_lower=True)]
    variant_id: str

    @property
    def default_sku(self) -> str:
        """The SKU of a listing nobody gave another name; never empty."""
        if not self.variant_id:
            return self.manage_number
        return f"{self.manage_number}/{self.variant_id}"


class Counted(Frozen):
    """One row of a stock file: so many units of a listing stood there, or came in."""

    manage_number: Annotated[str, StringConstraints(pattern=CODE, to_lower=True)]
    variant_id: Annotated[str, StringConstraints(pattern=CODE)]
    quantity: Annotated[int, Field(ge=0, le=MOST_UNITS)]
    own_sku: Annotated[str, StringConstraints(pattern=OWN_SKU)] | None = None
    safety: Annotated[int, Field(ge=0, le=MOST_UNITS)] | None = None

    @property
    def listing(self) -> Listing:
        """What was counted or received."""
        return Listing(manage_number=self.manage_number, variant_id=self.variant_id)


class SkuMapping(Frozen):
    """A person's word that a listing sells this SKU."""

    manage_number: Annotated[str, StringConstraints(min_length=1, to_lower=True)]
    variant_id: str
    sku: Annotated[str, StringConstraints(pattern=OWN_SKU)]


class Adjustment(Frozen):
    """What a person decided on a line that waits: book units, or none.

    `quantity` None books the line's own units; `is_done` books nothing, because the
    stock was adjusted elsewhere, and says so in the ledger.
    """

    mall: str
    shop_id: str
    order_number: str
    line_id: str
    quantity: Annotated[int, Field(ge=0, le=MOST_UNITS)] | None = None
    is_done: bool = False

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if self.is_done and self.quantity is not None:
            raise ValueError("already adjusted, yet units to book")
        return self


def offered(level: int, safety: int) -> int:
    """Give what a mall is to show: level less safety stock, 0 to 99,999 (rule 6.5)."""
    return min(max(level - safety, 0), MOST_UNITS)


def unseen_units(expected: int | None, found: int | None) -> int:
    """Count the units a mall sold that no order of ours tells of; 0 if none.

    More than expected is no sale: a cancellation gave back, or a person changed it.
    """
    if expected is None or found is None:
        return 0
    return max(expected - found, 0)


def read_back(offered: int, before: int | None, after: int | None) -> PushState:
    """Judge a push by what the mall shows afterwards; its 204 proves nothing.

    Fewer than offered are a sale since the write, unless that is the very number from
    before: then the write may not have arrived, and the next run decides.
    """
    if after is None:
        return PushState.UNKNOWN_SKU
    if after == offered or (after < offered and after != before):
        return PushState.VERIFIED
    return PushState.UNKNOWN
