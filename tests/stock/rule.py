"""What stock means, told in plain Python: the steps of a history, and the oracle.

The oracle keeps no movements. Each line of an `auto` order has effects, each since some
minute; a level is the last count and what took effect after it.
"""

from dataclasses import dataclass, field
from typing import Literal

from hypothesis import strategies as st

from tests.support.orders import order_number

LISTINGS = ("tea", "mug")
ORDERED = {1: -60, 2: 25, 3: 45}
"""When each order was placed, in minutes after nine; steps are ten minutes apart."""


@dataclass(frozen=True)
class See:
    """A snapshot of an order: units of each line by listing; cancelled or not."""

    number: int
    lines: tuple[tuple[str, int], ...]
    cancelled: bool = False


@dataclass(frozen=True)
class Again:
    """The n-th snapshot of before arrives once more."""

    nth: int


@dataclass(frozen=True)
class Csv:
    """A CSV with an order of these units of tea."""

    number: int
    units: tuple[int, ...]


@dataclass(frozen=True)
class Count:
    """A count made some minutes ago, perhaps naming the SKU."""

    listing: str
    units: int
    ago: int = 0
    own: bool = False


@dataclass(frozen=True)
class Receive(Count):
    """Goods that came in some minutes ago, perhaps naming the SKU."""


@dataclass(frozen=True)
class Adjust:
    """A person adjusts every waiting line of an order."""

    number: int
    done: bool = False


@dataclass(frozen=True)
class Name:
    """A person says what a listing sells."""

    listing: str
    sku: Literal["TEA", "MUG", "BOTH"]


Step = See | Again | Csv | Count | Receive | Adjust | Name
units = st.integers(0, 3)
lines = st.lists(st.tuples(st.sampled_from(LISTINGS), units), min_size=1, max_size=2)
numbers = st.sampled_from(list(ORDERED))
steps = st.lists(
    st.builds(See, numbers, lines.map(tuple), st.booleans())
    | st.builds(Again, st.integers(0, 3))
    | st.builds(Csv, numbers, st.lists(units, min_size=1, max_size=2).map(tuple))
    | st.builds(
        lambda of, *given: of(*given),
        st.sampled_from([Count, Receive]),
        st.sampled_from(LISTINGS),
        st.integers(0, 20),
        st.sampled_from([0, 15, 65]),
        st.booleans(),
    )
    | st.builds(Adjust, numbers, st.booleans())
    | st.builds(
        Name, st.sampled_from(LISTINGS), st.sampled_from(["TEA", "MUG", "BOTH"])
    ),
    min_size=3,
    max_size=8,
)


@dataclass
class Known:
    """An order as the mall, or a CSV, last told it."""

    policy: str
    lines: dict[str, tuple[str, int]]
    adjusted: set[str] = field(default_factory=set)
    cancelled: bool = False


@dataclass
class Effect:
    """Units gone (or back) since a minute, for a line that sells a listing.

    Goods received are of order 0 and no line.
    """

    number: int
    line: str
    listing: str
    sku: str
    units: int
    since: float


class Rule:
    """Rule 6.4."""

    def __init__(self, names: dict[str, str]) -> None:
        self.own = {"tea": names["TEA"]}
        self.default = {listing: names[listing] for listing in LISTINGS}
        self.orders: dict[int, Known] = {}
        self.effects: list[Effect] = []
        self.counts: dict[str, tuple[int, float]] = {}
        self.sells: dict[str, tuple[str, str]] = {}
        self.booked: set[tuple[int, str]] = set()

    def shown(self, listing: str) -> tuple[str, str]:
        if listing in self.own:
            return self.own[listing], "order"
        return self.default[listing], "default"

    def see(self, now: float, step: See) -> None:
        lines = {str(at): told for at, told in enumerate(step.lines, start=1)}
        known = self.orders.get(step.number)
        if known is None:
            known = self.orders[step.number] = Known("auto", lines)
        known.cancelled = step.cancelled
        known.adjusted &= set(lines)
        known.lines = lines
        if known.policy == "manual":
            return
        for listing, _ in lines.values():
            sku, source = self.shown(listing)
            if self.sells.get(listing, ("", "default"))[1] == "default":
                self.name(listing, sku, source)
        wanted = {
            (line, self.sells[listing][0]): (listing, 0 if step.cancelled else -units)
            for line, (listing, units) in lines.items()
        }
        had = [e for e in self.effects if e.number == step.number and e.line]
        since = now if had else ORDERED[step.number]
        for key in {*wanted, *((e.line, e.sku) for e in had)}:
            moved = sum(e.units for e in had if (e.line, e.sku) == key)
            listing, target = wanted.get(key, ("", 0))
            if target != moved:
                effect = Effect(
                    step.number, key[0], listing, key[1], target - moved, since
                )
                self.effects.append(effect)
        for effect in had:
            effect.listing = lines.get(effect.line, ("", 0))[0]

    def take(self, step: Csv) -> None:
        lines = {str(at): ("tea", units) for at, units in enumerate(step.units, 1)}
        known = self.orders.setdefault(step.number, Known("manual", {}))
        if known.policy == "manual":
            known.lines |= lines

    def count(self, step: Count, minute: float) -> None:
        sku = self.sku_of(step)
        if sku not in self.counts or self.counts[sku][1] < minute:
            self.counts[sku] = (step.units, minute)

    def receive(self, step: Receive, minute: float) -> None:
        sku = self.sku_of(step)
        if step.units:
            self.effects.append(Effect(0, "", "", sku, step.units, minute))

    def sku_of(self, step: Count) -> str:
        known = self.sells.get(step.listing, (self.default[step.listing], "default"))
        said = (self.shown(step.listing)[0], "person") if step.own else known
        self.name(step.listing, *said)
        return self.sells[step.listing][0]

    def adjust(self, now: float, step: Adjust) -> None:
        known = self.orders.get(step.number)
        if known is None or known.policy == "auto" or known.cancelled:
            return
        for line_id, (listing, units) in sorted(known.lines.items()):
            if line_id in known.adjusted or not units:
                continue
            self.sells.setdefault(listing, self.shown(listing))
            known.adjusted.add(line_id)
            if (step.number, line_id) not in self.booked and not step.done:
                sku = self.sells[listing][0]
                effect = Effect(step.number, line_id, listing, sku, -units, now)
                self.effects.append(effect)
            self.booked.add((step.number, line_id))

    def name(self, listing: str, sku: str, source: str) -> None:
        before = self.sells.get(listing, (sku, source))[0]
        self.sells[listing] = (sku, source)
        if before == sku:
            return
        for effect in self.effects:
            if effect.listing == listing and effect.sku == before:
                effect.sku = sku
        is_last = before not in {one for one, _ in self.sells.values()}
        if is_last and self.has_stock(before) and not self.has_stock(sku):
            if before in self.counts:
                self.counts[sku] = self.counts.pop(before)
            for effect in self.effects:
                if effect.sku == before:
                    effect.sku = sku

    def has_stock(self, sku: str) -> bool:
        return sku in self.counts or any(
            e.sku == sku and e.number == 0 for e in self.effects
        )

    def levels(self) -> dict[str, int]:
        found = {}
        for sku in {*self.counts, *(e.sku for e in self.effects)}:
            counted, minute = self.counts.get(sku, (0, float("-inf")))
            found[sku] = counted + sum(
                e.units for e in self.effects if e.sku == sku and e.since > minute
            )
        return {sku: level for sku, level in found.items() if level}

    def waiting(self) -> set[tuple[str, str]]:
        return {
            (order_number(number), line)
            for number, known in self.orders.items()
            if known.policy == "manual" and not known.cancelled
            for line, (_, units) in known.lines.items()
            if units and line not in known.adjusted  # without pieces nothing waits
        }
