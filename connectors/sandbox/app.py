"""The sandbox as an ASGI app: RMS's paths, and the control API beside them."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.control_api import control
from connectors.sandbox.gate.gateway import call_function
from connectors.sandbox.order_api.calls import Function
from connectors.sandbox.order_api.functions import FUNCTIONS
from connectors.sandbox.order_api.license import expiry_date
from connectors.sandbox.world import World

_ORDER_API = "/es/2.0/order"
_LICENSE = "/es/1.0/license-management/license-key/expiry-date"


def make_app(world: World) -> Starlette:
    """Route RMS's functions, with and without the trailing slash, and the controls."""
    routes = [
        Route(f"{_ORDER_API}/{name}{end}", _endpoint(function), methods=["POST"])
        for name, function in FUNCTIONS.items()
        for end in ("/", "")
    ]
    routes.append(Route(_LICENSE, expiry_date, methods=["GET"]))
    app = Starlette(routes=[*routes, *control.ROUTES])
    app.router.redirect_slashes = False
    app.state.world = world
    return app


def _endpoint(function: Function) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await call_function(request, function)

    return endpoint
