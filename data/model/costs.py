"""What goods cost and what malls keep of a sale."""

from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

ALWAYS: Final = date(1970, 1, 1)
"""The first day of a cost or fee that a file gives no day for."""


class SkuCost(NamedTuple):
    """What one piece of a SKU costs with tax from a day on, in yen."""

    sku: str
    valid_from: date
    cost: int


class MallFee(NamedTuple):
    """What a mall keeps from a day on; an empty shop_id means every shop there.

    `percent` is of a line's price with tax, `each_order` in yen besides.
    """

    mall: str
    shop_id: str
    valid_from: date
    percent: Decimal
    each_order: int
