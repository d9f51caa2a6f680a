"""Injected faults: what RMS, or the network on the way to it, does wrong.

`Faults` holds those that a control call asked for; each meets a number of requests. The
answers that do not arrive as they should (held, dropped, cut, dripping) are responses
of their own, which need the connection that `server` puts into the request's state.
"""

import asyncio
import re
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from connectors.codes.table import INVENTORY, ORDER, code_of
from connectors.sandbox.gate.wire import GATEWAY_TEXTS, gateway_error, rms_response

HOLDING_NOTHING = ("WARNING_001", "ERROR_000")
"""Answers of 200 that hold nothing but one message about RMS (docs/rms/order-api.md
§1.6); an API without such messages answers ES01-06 instead."""
_SHORT = {"403": "ES01-03", "502": "ES03-02"}
NAMES = (
    "403", "409", "429", "500", "502", "503", "timeout", "cut", "html", "answer_lost",
    "drip", "not_json", "reset", *GATEWAY_TEXTS, *HOLDING_NOTHING,
)  # fmt: skip
"""Every code of the gateway is a fault of that name; 403 is ES01-03 and 502 ES03-02.
So is a code that confirmOrder, getOrder, a cancel or a shipping report says of one
order, without ORDER_EXT_API_."""
_PREFIX = "ORDER_EXT_API_"
_KIND = re.compile(r"(?:INFO|WARNING|ERROR)_[0-9]{3}")
_SPOILED = ("cut", "answer_lost", "drip")
_DRIP_S = 0.4

CONFLICT = {"code": "CE0001", "message": "Conflict. Please try again later."}
"""The inventory API's answer when two write at once."""

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
    about: str | None = None
    """A text that the request's body must hold, e.g. an order number: users reported
    writes refused as ES01-01 for the sake of one order (§5.3)."""

    @property
    def takes_effect(self) -> bool:
        """Whether the request is carried out although its answer is spoiled."""
        return self.name in _SPOILED

    @property
    def is_unanswered(self) -> bool:
        """Whether the client gets no answer at all."""
        return self.name in ("timeout", "reset", "answer_lost")

    @property
    def is_word(self) -> bool:
        """Whether it is a code about one order, e.g. `GET_ORDER_ERROR_101`."""
        return is_word(self.name)

    @property
    def is_entry(self) -> bool:
        """Whether it is what bulk-upsert says of one entry of a call, e.g. `IE0003`."""
        return is_entry(self.name)

    def instead(
        self, holding_nothing: Callable[[str], Response] | None = None
    ) -> Response:
        """Return what comes in place of an answer; the request has no effect."""
        name = _SHORT.get(self.name, self.name)
        if name in HOLDING_NOTHING and holding_nothing is None:
            name = "ES01-06"
        headers = {"Connection": "close"}
        if self.retry_after is not None:
            headers["Retry-After"] = str(self.retry_after)
        if name in GATEWAY_TEXTS:
            return gateway_error(name, headers)
        if holding_nothing and name in HOLDING_NOTHING:
            return holding_nothing(name)
        return _plain(name, headers)

    def spoiled(self, answer: Response) -> Response:
        """Return what becomes of an answer whose request took effect."""
        match self.name:
            case "cut" if answer.body:
                return Cut(answer)
            case "drip":
                return Drip(answer)
            case _:
                return Dropped(reset=False)


def is_word(name: str) -> bool:
    """Return whether it is a code of the order API's table, or the end of one."""
    code = code_of(_PREFIX + name) or code_of(name)
    return code is not None and code.table == ORDER


def is_entry(name: str) -> bool:
    """Return whether a name is a code of the inventory API's table about an entry."""
    code = code_of(name)
    return code is not None and code.table == INVENTORY and code.about == "entry"


def _plain(name: str, headers: dict[str, str]) -> Response:
    """Return an answer without a code of the gateway, or none at all."""
    match name:
        case "409":
            return rms_response({"errors": [CONFLICT]}, 409)
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


@dataclass(slots=True)
class Faults:
    """The faults that wait for a request; the first injected is met first."""

    seed: int
    waiting: list[Fault] = field(default_factory=list)
    rng: Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = Random(self.seed)  # noqa: S311 - chance must repeat with the seed

    def draw(self, function: str, body: bytes = b"") -> Fault | None:
        """Take and return the fault that meets this request, if any."""
        for fault in self.waiting:
            if (
                fault.function not in (None, function)
                or fault.is_word
                or fault.is_entry
            ):
                continue
            if fault.about is not None and fault.about.encode() not in body:
                continue
            if self.rng.random() >= fault.probability:
                continue
            self._count(fault)
            return fault
        return None

    def word(self, code: str, order_number: str) -> str | None:
        """Take and return what a function says of an order, e.g. `ERROR_101`, if any.

        `code` stands in the function's codes; a word without an order's number in
        `about` meets the first order.
        """
        for fault in self.waiting:
            kind = fault.name.removeprefix(f"{code}_")
            is_of_code = kind != fault.name and _KIND.fullmatch(kind)
            if fault.about not in (None, order_number) or not is_of_code:
                continue
            self._count(fault)
            return kind
        return None

    def entry(self, key: str) -> str | None:
        """Take and return what bulk-upsert says of one entry, e.g. `IE0003`, if any.

        `about` holds the entry's manageNumber/variantId; without it the first is met.
        """
        for fault in self.waiting:
            if fault.is_entry and fault.about in (None, key):
                self._count(fault)
                return fault.name
        return None

    def _count(self, fault: Fault) -> None:
        fault.times -= 1
        if fault.times <= 0:
            self.waiting.remove(fault)


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
