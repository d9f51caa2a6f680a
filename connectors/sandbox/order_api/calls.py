"""What a function of the order API is given, and what it returns."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.sandbox.order_api.messages import MessageModel, message
from connectors.sandbox.shops import SandboxShop
from connectors.sandbox.world import World


@dataclass(frozen=True, slots=True)
class OrderCall:
    """One admitted request: the shop is known, the body is a JSON object."""

    world: World
    shop: SandboxShop
    body: dict[str, Any]
    now: datetime


@dataclass(frozen=True, slots=True)
class OrderAnswer:
    """A body and a status; `order_count` goes to the journal."""

    body: dict[str, Any]
    order_count: int = 0
    status: int = 200


def about_order(code: str, kind: str, text: str, number: str | None) -> OrderAnswer:
    """Return an answer of one message, which is about one order."""
    one = message(code, kind, text, orderNumber=number)
    return OrderAnswer({"MessageModelList": [one]}, order_count=1)


def _messages_only(messages: list[MessageModel]) -> dict[str, Any]:
    return {"MessageModelList": messages}


@dataclass(frozen=True, slots=True)
class OrderFunction:
    """One function of the order API.

    `code` stands in its message codes (docs/rms/order-api.md §1.7); `refused` builds
    the body of a refused request, whose form differs by function.
    """

    name: str
    code: str
    run: Callable[[OrderCall], OrderAnswer]
    refused: Callable[[list[MessageModel]], dict[str, Any]] = _messages_only
    body_optional: bool = False
