"""What the shop's machine holds, month by month, and how far that may grow.

By plan only the warehouse grows, and with it what is copied from it: by its orders. No
process grows, and the number of backups stays.
"""

from datetime import timedelta
from typing import Final, NamedTuple, Self

from tests.year.calendar import FIRST_DAY
from tests.year.machine import Sizes
from tests.year.year import Year

SETTLED: Final = 3
"""After so many months a process holds what it needs."""
GROWTH: Final = 1.3
"""The most a process holds at the end, of what it held then."""
KB_AN_ORDER: Final = 10.0
"""The most that the warehouse holds for an order; 5.7 were measured."""
BASE_MB: Final = 60.0
BACKUPS, COPIES = 14, 3
"""How many warehouses' sizes the backups, and the copies for analysts, may have."""
COLUMNS: Final = (
    "until", "orders", "requests", "runs", "min", "ms/order", "clerk MB", "receiver MB",
    "warehouse MB", "KB/order", "backups MB", "other MB",
)  # fmt: skip


class Month(NamedTuple):
    """What stood at the end of a month."""

    until: str
    orders: int
    requests: int
    runs: int
    minutes: float
    cpu_s: float
    """What all flows have worked so far."""
    sizes: Sizes

    @classmethod
    def of(cls, year: Year, nth: int, seconds: float) -> Self:
        """Measure the end of the nth day."""
        return cls(
            f"{FIRST_DAY + timedelta(days=nth + 1):%m-%d}",
            year.sold,
            year.requests.total(),
            year.runs.total(),
            seconds / 60,
            year.cpu_s.total(),
            year.machine.sizes(),
        )


def header() -> str:
    """Return the line above the months."""
    return " ".join(f"{column:>12}" for column in COLUMNS)


def line(month: Month, before: Month | None) -> str:
    """Return a month as a line; what an order costs is of this month alone."""
    sizes = month.sizes
    orders = month.orders - (before.orders if before else 0)
    cpu_s = month.cpu_s - (before.cpu_s if before else 0)
    cells = (
        month.until,
        f"{month.orders:,}",
        f"{month.requests:,}",
        f"{month.runs:,}",
        f"{month.minutes:.1f}",
        f"{1000 * cpu_s / max(orders, 1):.1f}",
        *(f"{size:,.1f}" for size in sizes[:3]),
        f"{1000 * sizes.warehouse / max(month.orders, 1):.1f}",
        *(f"{size:,.1f}" for size in sizes[3:]),
    )
    return " ".join(f"{cell:>12}" for cell in cells)


def beyond_plan(months: list[Month]) -> list[str]:
    """Return what has grown that should not have, or by more than it should."""
    last = months[-1]
    held, orders = last.sizes, last.orders
    most = {
        "warehouse": BASE_MB + KB_AN_ORDER * orders / 1000,
        "backups": BACKUPS * (BASE_MB + held.warehouse),
        "other": BASE_MB + COPIES * held.warehouse,
    }
    if len(months) > SETTLED:
        then = months[SETTLED - 1].sizes
        most |= {
            "clerk": GROWTH * then.clerk,
            "receiver": GROWTH * then.receiver,
        }
    sizes = held._asdict()
    return [
        f"{what}: {sizes[what]:,.0f} MB, by plan at most {limit:,.0f}"
        for what, limit in most.items()
        if sizes[what] > limit
    ]
