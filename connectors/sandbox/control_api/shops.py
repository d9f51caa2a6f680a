"""The controls of a shop: its keys, switched-off functions and maintenance."""

from typing import Any

from starlette.requests import Request

from connectors.sandbox.clock import read_iso
from connectors.sandbox.control_api.calls import choice
from connectors.sandbox.inventory_api.functions import FUNCTIONS as INVENTORY
from connectors.sandbox.item_api.endpoint import FUNCTIONS as ITEMS
from connectors.sandbox.license_api import FUNCTION as LICENSE
from connectors.sandbox.order_api.endpoint import FUNCTIONS
from connectors.sandbox.order_api.sample import FUNCTIONS as SAMPLES
from connectors.sandbox.shops import SubStatus, stored
from connectors.sandbox.world import World

KNOWN_FUNCTIONS = (*FUNCTIONS, *SAMPLES, *INVENTORY, *ITEMS, LICENSE)
_TEXTS = (
    "license_key",
    "license_expires_at",
    "license_live_from",
    "service_secret",
    "notice_auth_key",
)
_KINDS = {"license_expires_at": (str, type(None))}
_EDITABLE = (*_TEXTS, "functions_off", "maintenance", "sub_statuses", "has_skus")


async def list_shops(world: World, _body: dict[str, Any], _request: Request) -> Any:
    """List every shop with everything that can be changed about it."""
    return {"shops": stored(world.shops)}


async def change_shop(world: World, body: dict[str, Any], request: Request) -> Any:
    """Change the named things of one shop, or none if one of them is wrong."""
    handle = request.path_params["handle"]
    if handle not in world.shops:
        raise LookupError(f"no such shop: {handle}; there are {sorted(world.shops)}")
    _check(body)
    if "sub_statuses" in body:
        body["sub_statuses"] = [SubStatus(**each) for each in body["sub_statuses"]]
    for name, value in body.items():
        setattr(world.shops[handle], name, value)
    world.keep()
    return {"shop": stored({handle: world.shops[handle]})[0]}


def _check(body: dict[str, Any]) -> None:
    """Raise ValueError or TypeError for what a shop cannot be changed to."""
    if unknown := sorted(set(body) - set(_EDITABLE)):
        raise ValueError(f"unknown {unknown}; a shop has {list(_EDITABLE)}")
    for function in body.get("functions_off", ()):
        choice({"functions_off": function}, "functions_off", KNOWN_FUNCTIONS)
    for window in body.get("maintenance", ()):
        read_iso(str(window.get("from"))), read_iso(str(window.get("to")))
        choice(window, "style", ("html", "gateway"), "html")
    for name in _TEXTS:
        if not isinstance(body.get(name, ""), _KINDS.get(name, str)):
            raise TypeError(f"{name} must be a text")
    for name in ("license_expires_at", "license_live_from"):
        if body.get(name) is not None:
            read_iso(body[name])
