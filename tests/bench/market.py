"""The buyers of a storm: who wants what, where and when, and what they get.

Two shops sell the same goods from one shelf. A buyer buys what the mall shows; whether
it is really there, only the market knows. The same buyers come to juchu's shops and to
the peer's.
"""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from random import Random
from typing import NamedTuple

from connectors.sandbox.control_api.remote import SandboxControl

Key = tuple[str, str]
SHOPS = ("demo", "demo2")
MOST_UNITS = 2
SLOPE = 0.7
"""How much more often the popular SKUs are wanted: by their rank to this power."""


class Buyer(NamedTuple):
    """Who comes after so many seconds and wants so many units of a SKU of a shop."""

    after_s: float
    shop: str
    key: Key
    units: int


class Sold(NamedTuple):
    """An order that the mall took, and when (seconds since 1970)."""

    number: str
    shop: str
    key: Key
    units: int
    at: float


def goods(skus: int) -> list[Key]:
    """Return so many SKUs, the most popular first."""
    return [(f"storm-{n:03}", "v") for n in range(skus)]


def buyers(
    keys: Sequence[Key], orders: int, seconds: float, seed: int = 7
) -> list[Buyer]:
    """Return the buyers of a storm, the first one first."""
    chance = Random(seed)  # noqa: S311 - chance must repeat with the seed
    popular = list(accumulate((n + 1) ** -SLOPE for n in range(len(keys))))
    moments = sorted(chance.uniform(0, seconds) for _ in range(orders))
    return [
        Buyer(
            moment,
            chance.choice(SHOPS),
            chance.choices(keys, cum_weights=popular)[0],
            chance.randint(1, MOST_UNITS),
        )
        for moment in moments
    ]


class Market:
    """Both shops of one sandbox, the shelf behind them, and what its buyers got."""

    def __init__(self, rms: SandboxControl, keys: Sequence[Key], units: int) -> None:
        self._rms = rms
        self._there = Counter(dict.fromkeys(keys, units))
        self.sold: list[Sold] = []
        self.lost_units = 0
        """Units that buyers wanted and that were there, but not shown."""
        for shop in SHOPS:
            rms.set_stocks(
                [
                    {
                        "manageNumber": manage_number,
                        "variantId": variant_id,
                        "quantity": units,
                        "known": True,
                    }
                    for manage_number, variant_id in keys
                ],
                shop,
            )

    def serve(self, coming: Iterable[Buyer]) -> None:
        """Let the buyers come at their moments, from now on."""
        began = time.monotonic()
        for buyer in coming:
            time.sleep(max(0.0, began + buyer.after_s - time.monotonic()))
            self._serve(buyer)

    def _serve(self, buyer: Buyer) -> None:
        at = time.time()
        manage_number, variant_id = buyer.key
        numbers = self._rms.sell(
            1,
            shop=buyer.shop,
            over_days=0,
            only_shown=True,
            line={
                "manageNumber": manage_number,
                "variantId": variant_id,
                "units": buyer.units,
            },
        )
        if numbers:
            self.sold.append(Sold(numbers[0], buyer.shop, buyer.key, buyer.units, at))
            self._there[buyer.key] -= buyer.units
        elif self._there[buyer.key] >= buyer.units:
            self.lost_units += buyer.units

    @property
    def oversold_units(self) -> int:
        """Units sold that were not there any more."""
        return -sum(min(units, 0) for units in self._there.values())
