"""How often RMS may be asked, by the bucket it counts a call in. Pure.

Order API: rms/order-api.md §5.1. Inventory API, a limit per function:
rms/inventory-and-license-api.md, first table. No limit is known for the licence call;
it goes with the orders.
"""

from enum import StrEnum


class Bucket(StrEnum):
    """Calls that RMS counts together; the value names the pace's file."""

    ORDER = "order"
    STOCK_READ = "stock-read"
    STOCK_WRITE = "stock-write"

    @property
    def per_second(self) -> float:
        """How many calls a second RMS allows one shop."""
        return 5.0 if self is Bucket.STOCK_READ else 1.0
