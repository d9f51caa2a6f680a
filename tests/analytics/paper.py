"""A shop's sales on paper: what happens to its orders, and a person's sums.

Nothing of it knows SQL, files or hashes. RMS shows an order whole, and a file tells of
an order what it has: lines it does not name stay, a blank amount stays, and what is
over stays over.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from hypothesis import strategies as st

from data.model.japan_time import JST

Word = Literal["open", "shipped", "cancelled", "refunded"]
PLACED: Final = tuple(
    datetime(2026, *when, tzinfo=JST)
    for when in (
        (6, 30, 23, 59, 59),
        (7, 1, 0, 0, 0),
        (7, 31, 8, 59, 59),
        (7, 31, 23, 59, 59),
        (8, 1, 0, 0, 0),
    )
)
"""When each order was placed: at midnight, and where UTC's day is another."""


@dataclass(frozen=True)
class Sold:
    """A line of an order: pieces of an item, for how much each, or nobody knows."""

    pieces: int
    price: int | None
    percent: int


@dataclass(frozen=True)
class Tell:
    """RMS shows an order, or a file tells of it."""

    by: Literal["rms", "file"]
    number: int
    lines: tuple[tuple[int, Sold], ...]
    word: Word
    has_total: bool
    paid_back: int | None


@dataclass(frozen=True)
class Close:
    """The night in which the months before August are closed."""


Step = Tell | Close
sold = st.builds(
    Sold, st.integers(0, 4), st.sampled_from([165, 405, None]), st.sampled_from([8, 10])
)
lines = st.dictionaries(st.integers(1, 3), sold, min_size=1, max_size=2)
steps = st.lists(
    st.builds(
        Tell,
        st.sampled_from(["rms", "file"]),
        st.integers(0, len(PLACED) - 1),
        lines.map(lambda made: tuple(sorted(made.items()))),
        st.sampled_from(["open", "open", "shipped", "cancelled", "refunded"]),
        st.booleans(),
        st.sampled_from([None, 100, 300]),
    )
    | st.builds(Close),
    min_size=4,
    max_size=14,
)
FAR: Final = {"open": 0, "shipped": 1, "cancelled": 2, "refunded": 2}


@dataclass
class Order:
    """An order as it was told last."""

    mall: str
    placed: datetime
    lines: dict[int, Sold] = field(default_factory=dict)
    word: Word = "open"
    cancelled: bool = False
    total: int | None = None
    paid_back: int = 0
    rates: dict[int, int] = field(default_factory=dict)

    @property
    def day(self) -> str:
        return f"{self.placed:%Y-%m-%d}"

    @property
    def month(self) -> str:
        return f"{self.placed:%Y-%m}"

    @property
    def counts(self) -> bool:
        return not self.cancelled and FAR[self.word] < FAR["cancelled"]

    @property
    def yen(self) -> list[int]:
        """What its lines were sold for, where that is known."""
        return [
            one.price * one.pieces
            for one in self.lines.values()
            if one.price is not None
        ]

    def billed(self) -> Iterable[tuple[int | None, int | None]]:
        """Rate and yen; what was paid back is of no rate, nor is what nobody tells."""
        yield from self.rates.items()
        if not self.rates:
            yield None, None if self.total is None else self.total - self.paid_back
        elif self.paid_back:
            yield None, -self.paid_back


def total_of(told: Tell) -> int | None:
    """Goods and 500 yen of postage, where all prices are known."""
    prices = [one.price for _, one in told.lines]
    if not told.has_total or None in prices:
        return None
    return 500 + sum(one.pieces * (one.price or 0) for _, one in told.lines)


def rates_of(told: Tell) -> dict[int, int]:
    """What is billed at each rate, of the lines told."""
    rates: dict[int, int] = defaultdict(int)
    for _, one in told.lines:
        rates[one.percent] += (one.price or 0) * one.pieces
    return {rate: yen for rate, yen in sorted(rates.items()) if yen}


Sums = dict[tuple[str, str], list[int]]
"""By month, or day, and mall: orders, pieces, yen of lines, lines unknown, paid back,
yen billed, orders whose total is not known."""


class Paper:
    """Every order, and how the months stood when they were closed."""

    def __init__(self) -> None:
        self.orders: dict[tuple[str, int], Order] = {}
        self.closed: Sums = {}
        self.closed_months: set[str] = set()

    def hear(self, told: Tell) -> None:
        mall = "rakuten" if told.by == "rms" else "shopify"
        new = Order(mall, PLACED[told.number])
        order = self.orders.setdefault((mall, told.number), new)
        if told.by == "rms":
            order.lines = dict(told.lines)
            order.word = "shipped" if told.word == "refunded" else told.word
            order.total = total_of(told)
            order.rates = rates_of(told)
            return
        order.lines |= {
            line: one
            if one.price is not None
            else Sold(one.pieces, before, one.percent)
            for line, one in told.lines
            for before in [order.lines[line].price if line in order.lines else None]
        }
        total = total_of(told)
        order.total = order.total if total is None else total
        knows_less = (told.paid_back or order.paid_back) < order.paid_back
        is_old = FAR[told.word] < FAR[order.word] or (
            knows_less and FAR[told.word] == FAR[order.word]
        )
        if not is_old and told.word != "open":
            order.word = told.word
        order.cancelled |= told.word == "cancelled"
        order.paid_back = max(order.paid_back, told.paid_back or 0)

    def close(self) -> None:
        months = {one.month for one in self.orders.values()} - {"2026-08"}
        new = months - self.closed_months
        today = self.by(lambda one: one.month)
        self.closed |= {key: sums for key, sums in today.items() if key[0] in new}
        self.closed_months |= new

    def by(self, part: Callable[[Order], str]) -> Sums:
        found: Sums = defaultdict(lambda: [0] * 7)
        for one in self.orders.values():
            if one.counts:
                key = part(one), one.mall
                more = [
                    1,
                    sum(line.pieces for line in one.lines.values()),
                    sum(one.yen),
                    len(one.lines) - len(one.yen),
                    one.paid_back,
                    0 if one.total is None else one.total - one.paid_back,
                    one.total is None,
                ]
                found[key] = [a + b for a, b in zip(found[key], more, strict=True)]
        return dict(found)

    def by_rate(self) -> dict[tuple[str, str, int | None], int]:
        """Yen billed by month, mall and rate."""
        found: dict[tuple[str, str, int | None], int] = defaultdict(int)
        for one in self.orders.values():
            for rate, yen in one.billed() if one.counts else ():
                found[one.month, one.mall, rate] += yen or 0
        return {key: yen for key, yen in found.items() if yen}

    def over(self) -> dict[tuple[str, str], tuple[int, int, int]]:
        """Orders, cancelled ones and refunded ones by month and mall."""
        found: dict[tuple[str, str], list[Order]] = defaultdict(list)
        for one in self.orders.values():
            found[one.month, one.mall].append(one)
        return {
            key: (
                len(orders),
                sum(o.cancelled or o.word == "cancelled" for o in orders),
                sum(o.word == "refunded" and not o.cancelled for o in orders),
            )
            for key, orders in found.items()
        }
