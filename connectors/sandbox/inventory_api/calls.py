"""What a function of the inventory API is given, and what it returns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.sandbox.inventory_api.entries import EntryError
from connectors.sandbox.shops import SandboxShop
from connectors.sandbox.world import World


@dataclass(frozen=True, slots=True)
class InventoryCall:
    """One admitted request; a function without a body gets an empty one."""

    world: World
    shop: SandboxShop
    now: datetime
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: dict[str, Any]
    version: str = "2.0"


@dataclass(frozen=True, slots=True)
class InventoryAnswer:
    """A body, or None for 204; how many SKUs; errors that did not stop the rest."""

    body: dict[str, Any] | None
    skus: int
    errors: tuple[EntryError, ...] = ()


@dataclass(frozen=True, slots=True)
class InventoryFunction:
    """One function: its name in RMS, method and path, and how often a second."""

    name: str
    method: str
    path: str
    per_second: float
    run: Callable[[InventoryCall], InventoryAnswer]
    has_body: bool = False
    versions: tuple[str, ...] = ("2.0", "2.1")
