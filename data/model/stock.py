"""Stock: what moves it, and how many pieces a push sends (docs/rules.md 6.4–6.5)."""

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from data.model.order import Frozen

MOST_UNITS: Final = 99_999
"""The most RMS accepts for one SKU (docs/rms/inventory-and-license-api.md §2)."""

CODE: Final = r"^[0-9A-Za-z_-]{1,32}$"
"""商品管理番号 and SKU管理番号, as RMS's inventory API accepts them."""

_UNSEEN: Final = (
    r"\x00-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
)
OWN_SKU: Final = rf"^[^\s{_UNSEEN}]([^{_UNSEEN}]{{0,94}}[^\s{_UNSEEN}])?$"
"""The merchant's own SKU (システム連携用SKU番号), at most 96 characters, each of them
to be seen: two SKUs that look the same would be two stocks."""

StockFileKind = Literal["count", "receipt"]
"""What the quantities of a stock file are: counted (棚卸) or received (入荷) pieces."""


class MovementKind(StrEnum):
    """Why stock moved; the value is the word in tables."""

    COUNT = "count"
    RECEIPT = "receipt"
    ORDER = "order"
    CANCELLATION = "cancellation"
    ADJUSTMENT = "adjustment"


MOVEMENT_WORDS: Final = {
    MovementKind.COUNT: "棚卸",
    MovementKind.RECEIPT: "入荷",
    MovementKind.ORDER: "受注",
    MovementKind.CANCELLATION: "取消・減数",
    MovementKind.ADJUSTMENT: "手動調整",
}
"""Why stock moved, for shop staff."""


class PushState(StrEnum):
    """The state of the push of one listing; the value is the word in tables."""

    PLANNED = "planned"
    SENT = "sent"
    VERIFIED = "verified"
    UNKNOWN_SKU = "unknown_sku"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


PUSH_WORDS: Final = {
    PushState.VERIFIED: "確認済み",
    PushState.REFUSED: "RMSが拒否",
    PushState.UNKNOWN_SKU: "RMSにないSKU",
    PushState.UNKNOWN: "未確認",
    PushState.SENT: "送信中",
    PushState.PLANNED: "未送信",
}
"""Where a push stands, for shop staff; a superseded one is not shown."""
PUSH_TO_DO: Final = {
    PushState.REFUSED: "理由に従って修正してください。在庫数が変わるか、"
    "「全件」を選ぶと再送します",
    PushState.UNKNOWN_SKU: "RMSの商品管理番号とSKU管理番号を確認してください。"
    "修正した後は、在庫数が変わるか、「全件」を選ぶと転送します",
    PushState.UNKNOWN: "もう一度 push-inventory を実行してください"
    "(RMSの在庫数を確認してから送信します)",
    PushState.SENT: "5分後に、もう一度 push-inventory を実行してください",
    PushState.PLANNED: "もう一度 push-inventory を実行してください",
}
"""What to do about each state in which the mall may show another number than ours."""
OPEN_PUSHES: Final = frozenset({PushState.UNKNOWN, PushState.SENT, PushState.PLANNED})
"""States that a later run can still settle."""


class Listing(Frozen):
    """One SKU as a shop lists it.

    RMS ignores case in the manage number, never in the variant.
    """

    manage_number: Annotated[str, StringConstraints(min_length=1, to_lower=True)]
    variant_id: str

    @property
    def default_sku(self) -> str:
        """The SKU of a listing without a SKU of the merchant's own; never empty."""
        if not self.variant_id:
            return self.manage_number
        return f"{self.manage_number}/{self.variant_id}"


class Counted(Frozen):
    """One row of a stock file: the units of a listing that were counted or received."""

    manage_number: Annotated[str, StringConstraints(pattern=CODE, to_lower=True)]
    variant_id: Annotated[str, StringConstraints(pattern=CODE)]
    quantity: Annotated[int, Field(ge=0, le=MOST_UNITS)]
    own_sku: Annotated[str, StringConstraints(pattern=OWN_SKU)] | None = None
    safety: Annotated[int, Field(ge=0, le=MOST_UNITS)] | None = None

    @property
    def listing(self) -> Listing:
        """The listing that was counted or received."""
        return Listing(manage_number=self.manage_number, variant_id=self.variant_id)


class SkuMapping(Frozen):
    """A person's statement that a listing sells this SKU."""

    manage_number: Annotated[str, StringConstraints(min_length=1, to_lower=True)]
    variant_id: str
    sku: Annotated[str, StringConstraints(pattern=OWN_SKU)]


class Adjustment(Frozen):
    """A person's decision on an order line that waits: book its units, others, or none.

    `quantity` None books the line's own units. `is_done` books nothing, because the
    stock was adjusted elsewhere, and records that in the ledger.
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
    """Return the number of pieces a push sends: level less safety stock, 0 to 99,999.

    See docs/rules.md 6.5. The warehouse computes it for all SKUs at once, in its
    statement `gather_inventory_levels`; a test feeds both the same numbers.
    """
    return min(max(level - safety, 0), MOST_UNITS)


def raises(offered: int, found: int | None) -> bool:
    """Return whether telling the mall `offered` puts more on sale than it shows now.

    None = the mall has no stock of the listing, so it sells none. What was sold unseen
    would be on sale once more: no comparison with what we expected shows that it was
    not, because a cancellation that the mall gave back hides it.
    """
    return (found or 0) < offered


def may_not_raise(offered: int, found: int | None, waiting: int) -> bool:
    """Return whether a push must leave the mall's number as it is.

    `waiting` pieces were sold by orders that only a CSV knows, and the level does not
    know of them: raising the number would sell them once more, and so would giving a
    listing its first number. Lowering it is allowed. The statement
    `judge_inventory_levels` decides so too; a test feeds both.
    """
    return waiting > 0 and raises(offered, found)


def unseen_units(expected: int | None, found: int | None) -> int:
    """Return how many units the mall has sold of which we hold no order yet.

    More pieces than expected are no sale: a cancellation gave some back, or a person
    changed the number. None = not known.
    """
    if expected is None or found is None:
        return 0
    return max(expected - found, 0)


def read_back(offered: int, before: int | None, after: int | None) -> PushState:
    """Judge a push by the quantity read after it; RMS's 204 proves nothing.

    Fewer pieces than offered mean a sale since the write, unless it is the very number
    from before the write: then the write may not have arrived, and the next run
    decides.
    """
    if after is None:
        return PushState.UNKNOWN_SKU
    if after == offered or (after < offered and after != before):
        return PushState.VERIFIED
    return PushState.UNKNOWN
