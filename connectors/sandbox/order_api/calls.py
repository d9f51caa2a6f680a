"""What a function of RMS is given and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.sandbox.gate.wire import Message
from connectors.sandbox.shops import Shop
from connectors.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Call:
    """One admitted request: the shop is known, the body is a JSON object."""

    world: World
    shop: Shop
    body: dict[str, Any]
    now: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a body; `order_count` goes to the journal."""

    body: dict[str, Any]
    order_count: int = 0
    status: int = 200


def _messages_only(messages: list[Message]) -> dict[str, Any]:
    return {"MessageModelList": messages}


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the order API; `code` stands in its message codes (§1.7)."""

    name: str
    code: str
    run: Callable[[Call], Answer]
    refused: Callable[[list[Message]], dict[str, Any]] = _messages_only
    body_optional: bool = False
