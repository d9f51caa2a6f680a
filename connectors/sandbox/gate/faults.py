"""Injected faults: what RMS, or the network on the way to it, does wrong.

`Faults` holds those that a control call asked for; each meets a number of requests. The
answers that do not arrive as they should (held, dropped, cut, dripping) are responses
of their own, which need the connection that `server` puts into the request's state.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

NAMES = (
    "429", "500", "503", "timeout", "cut", "html", "answer_lost", "drip",
    "not_json", "reset",
)  # fmt: skip
_SPOILED = ("cut", "answer_lost", "drip")
_DRIP_S = 0.4

MAINTENANCE_PAGE = (
    "<!DOCTYPE html><html lang='ja'><head><title>メンテナンス</title></head>"
    "<body><h1>ただいまメンテナンス中です</h1></body></html>"
)


@dataclass(slots=True)
class Fault:
    """One injected fault; it meets the next `times` matching requests.

    With a `function` only requests of that one match, and of those each with
    `probability`.
    """

    name: str
    function: str | None = None
    times: int = 1
    retry_after: int | None = None
    probability: float = 1.0

    @property
    def takes_effect(self) -> bool:
        """Whether the request is carried out although its answer is spoiled."""
        return self.name in _SPOILED

    @property
    def is_unanswered(self) -> bool:
        """Whether the client gets no answer at all."""
        return self.name in ("timeout", "reset", "answer_lost")

    def instead(self) -> Response:
        """Return what comes in place of an answer; the request has no effect."""
        headers = {"Connection": "close"}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        match self.name:
            case "timeout":
                return Held()
            case "reset":
                return Dropped(reset=True)
            case "html":
                return HTMLResponse(MAINTENANCE_PAGE, headers=headers)
            case "not_json":
                broken = b'{"MessageModelList":['
                return Response(broken, 200, headers, "application/json")
            case status:
                return PlainTextResponse("", int(status), headers)

    def spoiled(self, answer: Response) -> Response:
        """Return what becomes of an answer whose request took effect."""
        match self.name:
            case "cut" if answer.body:
                return Cut(answer)
            case "drip":
                return Drip(answer)
            case _:
                return Dropped(reset=False)


@dataclass(slots=True)
class Faults:
    """The faults that wait for a request; the first injected is met first."""

    seed: int
    waiting: list[Fault] = field(default_factory=list)
    rng: Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)  # noqa: S311 - chance must repeat with the seed

    def draw(self, function: str) -> Fault | None:
        """Take and return the fault that meets this request, if any."""
        for fault in self.waiting:
            if fault.function not in (None, function):
                continue
            if self.rng.random() >= fault.probability:
                continue
            fault.times -= 1
            if fault.times <= 0:
                self.waiting.remove(fault)
            return fault
        return None


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
            # Lingering for zero seconds makes the close a reset (RST).
            no_linger = struct.pack("ii", 1, 0)
            sock = transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
        transport.abort()
        await _until_gone(receive)


class Cut(Response):
    """Half of an answer, under a Content-Length that promises all of it."""

    def __init__(self, whole: Response) -> None:
        super().__init__(status_code=whole.status_code)
        self._whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send half of the body and close."""
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
