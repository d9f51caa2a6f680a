"""Serves the sandbox on the loopback address, and says so once it listens.

The sandbox as an ASGI app: RMS's paths, and the control API beside them.
"""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import orjson
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from uvicorn.protocols.http.h11_impl import H11Protocol

from connectors.sandbox.control_api import control
from connectors.sandbox.gate.gateway import call_function
from connectors.sandbox.inventory_api import endpoint as inventory
from connectors.sandbox.license_api import expiry_date
from connectors.sandbox.notices.sender import sending
from connectors.sandbox.order_api.calls import Function
from connectors.sandbox.order_api.functions import FUNCTIONS
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


_GRACE_S = 1


class _Protocol(H11Protocol):
    """Hands the app its connection, so that ordered faults can cut it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class _Server(uvicorn.Server):
    """Prints the first line when requests can come."""

    def __init__(self, config: uvicorn.Config, first_line: dict[str, Any]) -> None:
        super().__init__(config)
        self._first_line = first_line

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(orjson.dumps(self._first_line).decode() + "\n")
        sys.stdout.flush()


def serve(world: World, port: int) -> None:
    """Serve until SIGTERM or SIGINT; hanging requests are let go after a second."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        first_line = {
            "url": f"http://127.0.0.1:{listening.getsockname()[1]}",
            "shops": [shop.introduced() for shop in world.shops.values()],
        }
        config = uvicorn.Config(
            make_app(world),
            http=_Protocol,
            ws="none",
            lifespan="on",
            log_level="error",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
        # uvicorn raises the signal again when it has stopped: leave with status 0.
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: sys.exit(0))
        _Server(config, first_line).run(sockets=[listening])
