"""Reads what a request says about SKUs, and gathers every fault it finds.

How the inventory API refuses (inventory-and-license-api.md, Errors).

Which HTTP status goes with GE0011 is not known; 403 is ours.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from starlette.responses import Response

from connectors.sandbox.gate.manner import Manner
from connectors.sandbox.gate.wire import rms_response
from connectors.sandbox.inventory_api.stock import MOST, Sku

UNREADABLE, OUT_OF_RANGE, TOO_LONG = "IE0002", "IE0003", "IE0004"
PARAMETER, TOO_MANY_FOUND, DOUBLED_OR_TOO_MANY = "IE0105", "IE0116", "IE0121"
NOT_FOUND, NOT_ALLOWED, DEAD_KEY = "GE0014", "GE0011", "GA0001"
_LONGEST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a request, and the path to it if there is one."""

    code: str
    message: str
    path: str | None = None

    def shown(self) -> dict[str, Any]:
        """Give it the form it has in an answer; metadata may be missing."""
        about = {"metadata": {"propertyPath": self.path}} if self.path else {}
        return {"code": self.code, "message": self.message, **about}


class Refusal(Exception):
    """The request is refused whole; nothing of it is written."""

    def __init__(self, *faults: Fault, status: int = 400) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults
        self.status = status


def invalid(path: str, value: object) -> Fault:
    """IE0002: a value cannot be read."""
    name = path.rpartition(".")[2]
    shown = str(value)[:_LONGEST_SHOWN]
    return Fault(UNREADABLE, f"{name} has an invalid value : {shown}.", path)


def answer_of(faults: tuple[Fault, ...], status: int) -> Response:
    """List the faults as the API does."""
    return rms_response({"errors": [fault.shown() for fault in faults]}, status)


def _dead_key() -> Response:
    return answer_of((Fault(DEAD_KEY, "Un-Authorised"),), 401)


def _switched_off() -> Response:
    return answer_of((Fault(NOT_ALLOWED, "Authorisation failed."),), 403)


def manner(per_second: float) -> Manner:
    """Tell how the gateway treats one function: each has a count of its own."""
    return Manner(_dead_key, _switched_off, per_second, each_function=True)


ABSOLUTE, RELATIVE = "ABSOLUTE", "RELATIVE"
_LONGEST = 32
_SIGNS = re.compile("[A-Za-z0-9_-]+")


class Upsert(NamedTuple):
    """One quantity to be written, and where it stood in the request."""

    sku: Sku
    mode: str
    quantity: int
    path: str


class Reading:
    """One part of a request; whatever is wrong with it is in `faults`."""

    def __init__(self, given: dict[str, Any], path: str = "") -> None:
        self.given = given
        self.path = path
        self.faults: list[Fault] = []

    def only(self, *known: str) -> None:
        """Refuse every field that is not known."""
        for name in sorted(self.given.keys() - set(known)):
            text = f"Unrecognized field : {name[:_LONGEST]}."
            self.faults.append(Fault(UNREADABLE, text, f"{self.path}{name}"))

    def required(self, name: str) -> Any:
        """Return a field's value; absent and null are noted and None."""
        value = self.given.get(name)
        if value is None:
            text = f"{name} is required."
            self.faults.append(Fault(PARAMETER, text, f"{self.path}{name}"))
        return value

    def identifier(self, name: str) -> str:
        """Read a manage number or variant ID: 1 to 32 bytes of a–z A–Z 0–9 - _."""
        value = self.required(name)
        path = f"{self.path}{name}"
        if value is None:
            return ""
        if isinstance(value, str) and len(value.encode()) > _LONGEST:
            text = f"{name} must be at most {_LONGEST} bytes."
            self.faults.append(Fault(TOO_LONG, text, path))
        elif not isinstance(value, str) or not _SIGNS.fullmatch(value):
            self.faults.append(invalid(path, value))
        else:
            return value
        return ""

    def sku(self) -> Sku:
        """Read a SKU; the manage number is folded to lower case, the ID is not."""
        manage_number = self.identifier("manageNumber").lower()
        return Sku(manage_number, self.identifier("variantId"))

    def quantity(self, mode: str) -> int:
        """Read a quantity, 0 to 99,999; for RELATIVE it may be as far below 0."""
        value, path = self.required("quantity"), f"{self.path}quantity"
        lowest = -MOST if mode == RELATIVE else 0
        if value is None:
            return 0
        if type(value) is not int:
            self.faults.append(invalid(path, value))
        elif not lowest <= value <= MOST:
            self.faults.append(out_of_range(path))
        else:
            return value
        return 0

    def mode(self) -> str:
        """Read ABSOLUTE or RELATIVE."""
        value = self.required("mode")
        if value is not None and value not in (ABSOLUTE, RELATIVE):
            self.faults.append(invalid(f"{self.path}mode", value))
        return str(value)

    def upsert(self, sku: Sku) -> Upsert:
        """Read what is to be written for a SKU."""
        mode = self.mode()
        return Upsert(sku, mode, self.quantity(mode), self.path)

    def settle(self) -> None:
        """Raise the refusal of the request if anything was wrong."""
        if self.faults:
            raise Refusal(*self.faults)


def out_of_range(path: str) -> Fault:
    """IE0003: the number, or what would come of it, is not in 0 to 99,999."""
    return Fault(OUT_OF_RANGE, f"quantity must be between 0 and {MOST}.", path)


def entries(body: dict[str, Any], most: int) -> list[Reading]:
    """Take the list `inventories` apart: 1 to `most` objects, or a refusal."""
    whole = Reading(body)
    whole.only("inventories")
    listed = whole.required("inventories")
    if listed is not None and not isinstance(listed, list):
        whole.faults.append(invalid("inventories", listed))
    elif listed == []:
        text = "inventories must not be empty."
        whole.faults.append(Fault(PARAMETER, text, "inventories"))
    elif listed and len(listed) > most:
        text = f"inventories must have at most {most} entries."
        whole.faults.append(Fault(DOUBLED_OR_TOO_MANY, text, "inventories"))
    whole.settle()
    for n, each in enumerate(listed):
        if not isinstance(each, dict):
            whole.faults.append(invalid(f"inventories[{n}]", each))
    whole.settle()
    return [Reading(each, f"inventories[{n}].") for n, each in enumerate(listed)]


def doubled(read: Iterable[tuple[Reading, Sku]]) -> None:
    """Note every SKU that the request already named further up (IE0121)."""
    seen: set[Sku] = set()
    for reading, sku in read:
        if sku in seen and not reading.faults:
            path = reading.path.removesuffix(".")
            fault = Fault(DOUBLED_OR_TOO_MANY, "The same SKU is given twice.", path)
            reading.faults.append(fault)
        seen.add(sku)
