"""Parcels on their way to RMS, and a push that something disturbs."""

from collections.abc import Callable

from tasks.shipping import tracking
from tasks.shipping import tracking as tracking_calls
from tests.shipping.lab import SHOP, Lab, tracking_number

ONE, TWO = tracking_number(0), tracking_number(1)


def imported(lab: Lab, count: int = 1, shape: str = "plain") -> list[str]:
    """Orders at RMS, each with one parcel in the warehouse."""
    numbers = lab.sell(count, shape)
    lab.parcels(*(lab.key(number) for number in numbers))
    return numbers


def numbers_at_rms(lab: Lab, *orders: str) -> list[str | None]:
    return [number for *_, number in lab.rows_at_rms(*orders)]


def push_and(meanwhile: Callable[[], object]) -> None:
    """Push; right after the first round's calls, something happens elsewhere."""
    load = tracking.open_tracking_push(SHOP)
    for n, batches in enumerate(tracking.rounds(SHOP, load)):
        for batch in batches:
            tracking_calls.report_orders(SHOP, batch, load)
        if n == 0:
            meanwhile()
