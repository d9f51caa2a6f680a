"""The draft of an order, which a shape may change before the model is built."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from connectors.sandbox.selling import people
from connectors.sandbox.selling.goods import SHELF, Goods, Variant

SETTLEMENTS = {
    1: "クレジットカード",
    2: "代金引換",
    8: "ポイント",
    9: "銀行振込",
    14: "ファミリーマート、ローソン等",
    21: "後払い決済",
}


@dataclass(slots=True)
class DraftLine:
    """One item in some quantity."""

    goods: Goods
    variant: Variant
    units: int
    choice: str | None = None


@dataclass(slots=True)
class DraftPackage:
    """One package: its recipient and its lines."""

    receiver: dict[str, Any]
    lines: list[DraftLine]
    postage: int = 550
    cod_fee: int = 0
    more: dict[str, Any] = field(default_factory=dict)
    """Fields of PackageModel that a shape sets itself."""


@dataclass(slots=True)
class DraftCoupon:
    """One coupon; `line` is the position of the line it is tied to."""

    name: str
    capital: int
    price: int
    units: int = 1
    line: int | None = None


@dataclass(slots=True)
class Draft:
    """One order before its money is added up."""

    rng: Random
    serial: int
    shop_id: str
    now: datetime
    ordered_at: datetime
    progress: int
    orderer: dict[str, Any]
    packages: list[DraftPackage]
    settlement: int = 1
    points: int = 0
    coupons: list[DraftCoupon] = field(default_factory=list)
    wrapping: list[tuple[int, str, int]] = field(default_factory=list)
    postage_open: bool = False
    delivery_name: str = "宅配便"
    more: dict[str, Any] = field(default_factory=dict)
    """Top-level fields that a shape sets itself."""

    @property
    def number(self) -> str:
        """The order number, `<shop>-<yyyymmdd>-<10 digits>`.

        See docs/rms/order-api.md §5.4.
        """
        return (
            f"{self.shop_id}-{self.ordered_at:%Y%m%d}-{200_000_000 + self.serial:010d}"
        )

    @property
    def lines(self) -> list[DraftLine]:
        """Every line of every package."""
        return [line for package in self.packages for line in package.lines]

    def goods_price(self) -> int:
        """Return the sum of items and wrapping, with tax."""
        items = sum(line.goods.price_with_tax * line.units for line in self.lines)
        return items + sum(price for _, _, price in self.wrapping)

    def moment(self, minutes: int) -> datetime:
        """Return a moment some minutes after the order, never in the future."""
        return min(self.ordered_at + timedelta(minutes=minutes), self.now)


def pick_line(rng: Random, most: int = 3) -> DraftLine:
    """Draw one item of the shelf, in a quantity of 1 to `most`."""
    goods = rng.choice(SHELF)
    return DraftLine(goods, rng.choice(goods.variants), rng.randrange(1, most + 1))


def chosen_line(manage_number: str, variant_id: str, units: int) -> DraftLine:
    """Return a line of an SKU: of the shelf's goods, else of invented ones."""
    for goods in SHELF:
        for variant in goods.variants:
            if (goods.manage_number, variant.variant_id) == (manage_number, variant_id):
                return DraftLine(goods, variant, units)
    variant = Variant(variant_id, None, None)
    name = f"見本の品 {manage_number}"
    goods = Goods(manage_number, 10_009_999, None, name, 1000, 10, True, (variant,))
    return DraftLine(goods, variant, units)


def plain(
    rng: Random, serial: int, shop_id: str, now: datetime, over_s: float
) -> Draft:
    """Draw a one-line card order at 100 or 300, placed within the last `over_s`."""
    ordered_at = now - timedelta(seconds=int(rng.random() * over_s))
    orderer = people.buyer(rng)
    to_self = rng.random() < 0.7
    receiver = people.same_person(orderer) if to_self else people.receiver(rng)
    progress = 300 if rng.random() < 0.6 else 100
    package = DraftPackage(
        receiver, [pick_line(rng)], postage=rng.choice((0, 550, 780))
    )
    return Draft(rng, serial, shop_id, now, ordered_at, progress, orderer, [package])
