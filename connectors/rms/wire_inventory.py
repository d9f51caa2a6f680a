"""The inventory API's answers (rms/inventory-and-license-api.md)."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BeforeValidator

from connectors.rms.wire_types import Wire
from data.model.japan_time import JapanTime


def _moment(text: Any) -> Any:
    return datetime.fromisoformat(text) if isinstance(text, str) else text


class RmsStock(Wire):
    """One SKU's row. Only the quantity is needed, so a missing time refuses nothing."""

    manage_number: str
    variant_id: str
    quantity: int
    updated: Annotated[JapanTime | None, BeforeValidator(_moment)] = None


class RmsStocks(Wire):
    """What bulk-get answers; SKUs that do not exist are not in it."""

    inventories: list[RmsStock]
