"""The sandbox as an ASGI app: RMS's paths, and the control API beside them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.control_api import control
from connectors.sandbox.gate.gateway import call_function
from connectors.sandbox.inventory_api import endpoint as inventory
from connectors.sandbox.notices.sender import sending
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
    routes += inventory.routes()
    app = Starlette(routes=[*routes, *control.ROUTES], lifespan=_background(world))
    app.router.redirect_slashes = False
    app.state.world = world
    return app


def _background(
    world: World,
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def background(_app: Starlette) -> AsyncIterator[None]:
        async with sending(world):
            try:
                yield
            finally:
                world.gradual_sales.stop()

    return background


def _endpoint(function: Function) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await call_function(request, function)

    return endpoint
