"""What a mall's upload file of tracking numbers is made of; nobody's data is in it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, Self

from data.model.shipping.shipment import NO_NUMBER, date_fault


class TrackedNumber(NamedTuple):
    """One parcel's number; `is_new`: no file held it with this company and date."""

    tracking_number: str
    carrier_code: str
    shipping_date: date
    is_new: bool = True


class TrackedLine(NamedTuple):
    """A line of the package, by what malls know it by."""

    line_id: str
    item_name: str
    choices: str
    variant_id: str
    manage_number: str
    quantity: int
    line_status: str = ""


@dataclass(frozen=True)
class TrackedPackage:
    """A package with its parcels' numbers, the earliest first, and its lines."""

    order_number: str
    basket_id: str
    mall_status: str
    payment_method: str
    numbers: tuple[TrackedNumber, ...]
    lines: tuple[TrackedLine, ...] = ()
    ordered_on: date | None = None

    @property
    def new(self) -> tuple[TrackedNumber, ...]:
        """The numbers that no file held yet."""
        return tuple(one for one in self.numbers if one.is_new)

    def numbered(self) -> Self:
        """Return the package without parcels that have no number."""
        numbers = (one for one in self.numbers if one.tracking_number != NO_NUMBER)
        return replace(self, numbers=tuple(numbers))

    def dated(self, today: date) -> tuple[Self, list["LeftOut"]]:
        """Return the package without numbers whose day cannot be right; tell new ones.

        One that is not new was told before, and no mall has it: it must not stand in
        the place of the package's first number.
        """
        faults = {
            one: fault
            for one in self.numbers
            if (fault := date_fault(one.shipping_date, today, self.ordered_on))
        }
        numbers = tuple(one for one in self.numbers if one not in faults)
        left_out = [
            LeftOut(self, one, why.value) for one, why in faults.items() if one.is_new
        ]
        return replace(self, numbers=numbers), left_out

    def all_new(self) -> Self:
        """Return the package as if no file had held any of its numbers."""
        numbers = tuple(one._replace(is_new=True) for one in self.numbers)
        return replace(self, numbers=numbers)


class LeftOut(NamedTuple):
    """A number that is not in the file, and why, in Japanese."""

    package: TrackedPackage
    number: TrackedNumber
    reason: str
