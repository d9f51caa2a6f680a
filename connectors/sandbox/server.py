"""Serves the sandbox on the loopback address, and says so once it listens."""

import asyncio
import signal
import socket
import sys
from typing import Any

import orjson
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from connectors.sandbox.app import make_app
from connectors.sandbox.world import World

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
