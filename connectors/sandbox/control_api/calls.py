"""How a control call is parsed and answered: JSON both ways, errors with a reason."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from connectors.sandbox.world import World

Control = Callable[[World, dict[str, Any], Request], Awaitable[Any]]
_MISSING = object()


def controlled(work: Control) -> Callable[[Request], Awaitable[Response]]:
    """Return an endpoint for a control; its errors become 400 or 404 {"error": …}."""

    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        try:
            body = orjson.loads(raw or b"{}")
            if not isinstance(body, dict):
                return _json({"error": "the body must be a JSON object"}, 400)
            return _json(await work(request.app.state.world, body, request), 200)
        except LookupError as problem:
            return _json({"error": str(problem.args[0])}, 404)
        except (ValueError, TypeError) as problem:
            return _json({"error": str(problem)}, 400)

    return endpoint


def _json(body: Any, status: int) -> Response:
    headers = {"Connection": "close"}
    return Response(orjson.dumps(body), status, headers, "application/json")


def number(
    body: dict[str, Any], key: str, default: float | None = None, *,
    low: float = 0.0, high: float = 1e10,
) -> float:  # fmt: skip
    """Return a number between `low` and `high`, or raise ValueError."""
    value = body.get(key, default)
    if not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{key} must be a number from {low:g} to {high:g}")
    return value


def choice(
    body: dict[str, Any], key: str, known: Collection[Any], default: Any = _MISSING
) -> Any:
    """Return one of the known values, or raise ValueError."""
    value = body.get(key, default)
    if value not in list(known):
        names = [each for each in known if each is not None]
        raise ValueError(f"{key} must be one of {names}")
    return value
