"""What one run of push-inventory knows: whose stock, and what the mall showed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.rms.stock import StockWord
from data.model.order import Mall
from data.model.stock import Listing
from data.warehouse.stock_push import LevelToPush


@dataclass(frozen=True)
class InventoryRun:
    """Whose stock a run tells the mall, and what it keeps back; no secret in it."""

    run_id: str
    mall: Mall
    shop_id: str
    safety: int
    full: bool


@dataclass(frozen=True)
class Seen:
    """The levels to push beside what the mall shows of them.

    found   units the mall shows, None for a listing it does not have; one it could not
            read is absent
    unseen  units that the mall sold and no order of ours tells of, where there are any
    """

    levels: Sequence[LevelToPush]
    found: Mapping[Listing, int | None]
    read_at: datetime
    unseen: Mapping[Listing, int]
    unreadable: Sequence[StockWord] = ()
