"""What an order's number tells: of Rakuten's, whose order it is."""

import re
from typing import Final

SHOP_IN_NUMBER: Final = r"^([0-9]+)-[0-9]{8}-"
"""What begins an order number of Rakuten: the shop's number and the day."""


def is_of_other_shop(order_number: str, shop_id: str) -> bool:
    """Return whether an order number begins with another shop's number.

    A number that has not Rakuten's form proves nothing (docs/rms/order-api.md §5.4).
    """
    begins = re.match(SHOP_IN_NUMBER, order_number)
    return begins is not None and begins[1] != shop_id
