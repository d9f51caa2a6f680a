"""What a function of the inventory API is given and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.sandbox.inventory_api.entries import Fault
from connectors.sandbox.shops import Shop
from connectors.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """One admitted request; a function without a body gets an empty one."""

    world: World
    shop: Shop
    now: datetime
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """A body, or None for 204; faults that did not stop the rest; SKUs concerned."""

    body: dict[str, Any] | None
    skus: int
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Function:
    """One function: its name in RMS, where it is, and how often a second."""

    name: str
    method: str
    path: str
    per_second: float
    run: Callable[[Call], Answer]
    has_body: bool = False
