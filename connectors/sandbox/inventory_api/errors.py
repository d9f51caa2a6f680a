"""How the inventory API refuses (inventory-and-license-api.md, Errors).

Which HTTP status goes with GE0011 is not known; 403 is ours.
"""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from connectors.sandbox.gate.manner import Manner
from connectors.sandbox.gate.wire import rms_response

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
