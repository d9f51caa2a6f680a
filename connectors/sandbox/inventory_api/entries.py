"""The entries of an inventory request, parsed field by field; errors are collected.

See docs/rms/inventory-and-license-api.md §2 and §5.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from connectors.sandbox.inventory_api.stock import MOST, Sku

REQUIRED, UNREADABLE, OUT_OF_RANGE, TOO_LONG = "IE0001", "IE0002", "IE0003", "IE0004"
NO_BOUND, BOUNDS_CROSS, TOO_MANY_FOUND = "IE0105", "IE0113", "IE0116"
LEAVES_THE_RANGE, NO_ROW = "IE0117", "IE0500"
NOT_IN_SETTINGS, TOO_MANY_VARIANTS = "IE0118", "IE0121"
TOO_MANY, DOUBLED, NO_SKUS = "IE1101", "IE1102", "IE1105"
NOT_FOUND, NO_BODY, DEAD_KEY = "GE0014", "GE0011", "GA0001"
_LONGEST_SHOWN = 40

ABSOLUTE, RELATIVE = "ABSOLUTE", "RELATIVE"
LEAD_TIME_IDS, SHIP_FROM_IDS = range(1, 11), range(1, 4)
"""Ids that every invented shop has set up."""
_LEAD_TIMES = {"normalDeliveryTimeId", "backOrderDeliveryTimeId"}
_LONGEST = 32
_SIGNS = re.compile("[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class EntryError:
    """One thing wrong with a request, and the path to its entry if there is one."""

    code: str
    message: str
    path: str | None = None

    def shown(self) -> dict[str, Any]:
        """Return the form it has in an answer; without a path there is no metadata."""
        about = {"metadata": {"propertyPath": self.path}} if self.path else {}
        return {"code": self.code, "message": self.message, **about}


class InventoryRefusal(Exception):
    """The request is refused whole; nothing of it is written."""

    def __init__(self, *errors: EntryError, status: int = 400) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = errors
        self.status = status


def invalid(path: str, value: object) -> EntryError:
    """Build IE0002: a value cannot be parsed."""
    name = path.rpartition(".")[2]
    shown = str(value)[:_LONGEST_SHOWN]
    return EntryError(UNREADABLE, f"{name} has an invalid value : {shown}.", path)


class Upsert(NamedTuple):
    """One quantity to be written, and its path in the request."""

    sku: Sku
    mode: str
    quantity: int
    path: str
    chosen: dict[str, Any] | None = None
    """Lead times and places to ship from; None = this version has none."""


class Reading:
    """One part of a request; what is wrong with it is collected in `errors`."""

    def __init__(self, given: dict[str, Any], path: str = "") -> None:
        self.given = given
        self.path = path
        self.errors: list[EntryError] = []

    def only(self, *known: str) -> None:
        """Record an error for every field that is not known."""
        for name in sorted(self.given.keys() - set(known)):
            text = f"Unrecognized field : {name[:_LONGEST]}."
            self.errors.append(EntryError(UNREADABLE, text, f"{self.path}{name}"))

    def required(self, name: str) -> Any:
        """Return a field's value; absent and null are an error and None."""
        value = self.given.get(name)
        if value is None:
            text = f"{name} is required."
            self.errors.append(EntryError(REQUIRED, text, f"{self.path}{name}"))
        return value

    def identifier(self, name: str) -> str:
        """Parse a manage number or variant ID: 1 to 32 bytes of a–z A–Z 0–9 - _."""
        value = self.required(name)
        path = f"{self.path}{name}"
        if value is None:
            return ""
        if isinstance(value, str) and len(value.encode()) > _LONGEST:
            text = f"{name} must be at most {_LONGEST} bytes."
            self.errors.append(EntryError(TOO_LONG, text, path))
        elif not isinstance(value, str) or not _SIGNS.fullmatch(value):
            self.errors.append(invalid(path, value))
        else:
            return value
        return ""

    def sku(self) -> Sku:
        """Parse a SKU; the manage number is folded to lower case, the ID is not."""
        manage_number = self.identifier("manageNumber").lower()
        return Sku(manage_number, self.identifier("variantId"))

    def quantity(self, mode: str) -> int:
        """Parse a quantity, 0 to 99,999; for RELATIVE it may be as far below 0."""
        value, path = self.required("quantity"), f"{self.path}quantity"
        lowest = -MOST if mode == RELATIVE else 0
        if value is None:
            return 0
        if type(value) is not int:
            self.errors.append(invalid(path, value))
        elif not lowest <= value <= MOST:
            self.errors.append(out_of_range(path))
        else:
            return value
        return 0

    def mode(self) -> str:
        """Parse the mode, ABSOLUTE or RELATIVE."""
        value = self.required("mode")
        if value is not None and value not in (ABSOLUTE, RELATIVE):
            self.errors.append(invalid(f"{self.path}mode", value))
        return str(value)

    def upsert(self, sku: Sku) -> Upsert:
        """Parse what is to be written for a SKU."""
        mode = self.mode()
        return Upsert(sku, mode, self.quantity(mode), self.path)

    def lead_times(self) -> dict[str, Any]:
        """Parse the two fields of 2.1; an id the shop has not set up is IE0118."""
        chosen: dict[str, Any] = {}
        lead_time = self.given.get("operationLeadTime")
        if isinstance(lead_time, dict) and lead_time.keys() <= _LEAD_TIMES:
            self._settings("operationLeadTime", lead_time.values(), LEAD_TIME_IDS)
            chosen["operationLeadTime"] = lead_time
        elif lead_time is not None:
            self.errors.append(invalid(f"{self.path}operationLeadTime", lead_time))
        places = self.given.get("shipFromIds")
        if isinstance(places, list):
            self._settings("shipFromIds", places, SHIP_FROM_IDS)
            chosen["shipFromIds"] = places
        elif places is not None:
            self.errors.append(invalid(f"{self.path}shipFromIds", places))
        return chosen

    def _settings(self, name: str, ids: Iterable[Any], known: range) -> None:
        path = f"{self.path}{name}"
        for one in ids:
            if type(one) is not int:
                self.errors.append(invalid(path, one))
            elif one not in known:
                text = f"{name} is not registered in the shop's settings."
                self.errors.append(EntryError(NOT_IN_SETTINGS, text, path))

    def settle(self) -> None:
        """Raise InventoryRefusal if anything was wrong."""
        if self.errors:
            raise InventoryRefusal(*self.errors)


def out_of_range(path: str) -> EntryError:
    """Build IE0003: the number is not in 0 to 99,999."""
    return EntryError(OUT_OF_RANGE, f"quantity must be between 0 and {MOST}.", path)


def entries(body: dict[str, Any], most: int) -> list[Reading]:
    """Return the entries of the list `inventories`: 1 to `most`, or a refusal."""
    whole = Reading(body)
    whole.only("inventories")
    listed = whole.required("inventories")
    if listed is not None and not isinstance(listed, list):
        whole.errors.append(invalid("inventories", listed))
    elif listed == []:
        text = "inventories must not be empty."
        whole.errors.append(EntryError(REQUIRED, text, "inventories"))
    elif listed and len(listed) > most:
        text = f"inventories must have at most {most} entries."
        whole.errors.append(EntryError(TOO_MANY, text, "inventories"))
    whole.settle()
    for n, each in enumerate(listed):
        if not isinstance(each, dict):
            whole.errors.append(invalid(f"inventories[{n}]", each))
    whole.settle()
    return [Reading(each, f"inventories[{n}].") for n, each in enumerate(listed)]


def doubled(read: Iterable[tuple[Reading, Sku]]) -> None:
    """Record an error for every SKU that stands further up already (IE1102)."""
    seen: set[Sku] = set()
    for reading, sku in read:
        if sku in seen and not reading.errors:
            path = reading.path.removesuffix(".")
            text = "The same SKU is given twice."
            reading.errors.append(EntryError(DOUBLED, text, path))
        seen.add(sku)
