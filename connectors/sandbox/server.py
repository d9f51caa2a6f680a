"""The sandbox as a process: RMS's paths and the control API on the loopback address."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Final

import orjson
import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from connectors.sandbox import license_api
from connectors.sandbox.control_api import control
from connectors.sandbox.gate.dates import Dated
from connectors.sandbox.gate.gateway import no_such_path
from connectors.sandbox.inventory_api import endpoint as inventory_api
from connectors.sandbox.item_api import endpoint as item_api
from connectors.sandbox.notices.sender import sending
from connectors.sandbox.order_api import endpoint as order_api
from connectors.sandbox.world import World

LOOPBACK: Final = "127.0.0.1"
_GRACE_S = 1


def serve(world: World, port: int) -> None:
    """Serve until SIGTERM or SIGINT; hanging requests are let go after a second.

    The first line on stdout, once requests can come, is JSON: the address and the keys
    of every shop. Port 0 takes a free one.

    Raises:
        OSError: the port is taken, or not ours to take.

    """
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((LOOPBACK, port))
        first_line = {
            "url": f"http://{LOOPBACK}:{listening.getsockname()[1]}",
            "shops": [shop.keys() for shop in world.shops.values()],
        }
        config = uvicorn.Config(
            make_app(world),
            http=_Protocol,
            ws="none",
            lifespan="on",
            log_level="error",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=_GRACE_S,
        )
        # uvicorn raises the signal again when it has stopped: leave with status 0.
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: sys.exit(0))
        _Server(config, first_line).run(sockets=[listening])


def make_app(world: World) -> Starlette:
    """Return the ASGI app of this world, which also sends notices while it runs."""
    app = Starlette(
        routes=[
            *order_api.routes(),
            *inventory_api.routes(),
            *item_api.routes(),
            *license_api.routes(),
            *control.ROUTES,
        ],
        lifespan=_background(world),
        exception_handlers={404: no_such_path, 405: no_such_path},
    )
    app.router.redirect_slashes = False  # RMS takes both forms of a path, no others
    app.state.world = world
    app.add_middleware(Dated, world=world)
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


class _Protocol(H11Protocol):
    """Puts the connection into the request's state, so that a fault can cut it."""

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
