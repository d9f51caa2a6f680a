"""How the gateway treats the callers of one API: how often, and how it refuses."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from connectors.sandbox.gate.wire import gateway_error


@dataclass(frozen=True, slots=True)
class Manner:
    """What one API says to a dead key and to a function that is switched off."""

    dead_key: Callable[[], Response]
    switched_off: Callable[[], Response]
    per_second: float | None = 1.0
    """Calls a second; None = as many as wanted."""
    each_function: bool = False
    """Whether every function has a count of its own, or all of the API share one."""


def _dead_key() -> Response:
    return gateway_error("ES01-01", "Un-Authorised", 401)


def _switched_off() -> Response:
    return gateway_error("ES04-01", "Bad Request", 400)


ORDER_API = Manner(_dead_key, _switched_off)
LICENSE_API = Manner(_dead_key, _switched_off, per_second=None)
