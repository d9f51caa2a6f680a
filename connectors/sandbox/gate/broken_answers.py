"""Answers that do not arrive as they should: held, dropped, cut, dripping."""

import asyncio
import socket
import struct
from collections.abc import Awaitable
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_DRIP_S = 0.4


class Held(Response):
    """No answer at all; the connection stays open until the client leaves."""

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        """Wait until the client has gone."""
        await _or_break_off(_until_gone(receive), scope, receive)


class Dropped(Response):
    """The connection ends without an answer, by an orderly close or by a reset."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__()
        self._reset = reset

    async def __call__(self, scope: Scope, receive: Receive, _send: Send) -> None:
        """End the connection at once."""
        transport = _transport(scope)
        if self._reset:
            now = struct.pack("ii", 1, 0)
            sock = transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, now)
        transport.abort()
        await _until_gone(receive)


class Cut(Response):
    """Half of an answer, under a Content-Length that promises all of it."""

    def __init__(self, whole: Response) -> None:
        super().__init__(status_code=whole.status_code)
        self._whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send half and close."""
        body = bytes(self._whole.body)
        await send(_start(self._whole))
        await send(_part(body[: len(body) // 2]))
        _transport(scope).close()
        await _until_gone(receive)


class Drip(Response):
    """The right answer, one byte every 0.4 s."""

    def __init__(self, whole: Response) -> None:
        super().__init__(status_code=whole.status_code)
        self._whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send byte by byte, as long as the client listens."""
        await _or_break_off(self._drip(scope, send), scope, receive)

    async def _drip(self, scope: Scope, send: Send) -> None:
        await send(_start(self._whole))
        for byte in bytes(self._whole.body):
            if _transport(scope).is_closing():
                return
            await send(_part(bytes((byte,))))
            await asyncio.sleep(_DRIP_S)
        await send({"type": "http.response.body", "body": b""})


def _transport(scope: Scope) -> asyncio.Transport:
    transport: asyncio.Transport = scope["state"]["transport"]
    return transport


def _start(answer: Response) -> dict[str, Any]:
    return {
        "type": "http.response.start",
        "status": answer.status_code,
        "headers": answer.raw_headers,
    }


def _part(body: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": True}


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _or_break_off(work: Awaitable[None], scope: Scope, receive: Receive) -> None:
    """Do the work; if the sandbox ends before that, break the connection off."""
    try:
        await work
    except asyncio.CancelledError:
        _transport(scope).abort()
        await _until_gone(receive)
