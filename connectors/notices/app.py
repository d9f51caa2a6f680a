"""The receiver as an ASGI app: `/notices`, `/healthz`, `/metrics`."""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.notices.announce import Announcer
from connectors.notices.homes import PATH
from connectors.notices.messages import PIECE
from connectors.notices.metrics import CONTENT_TYPE, ReceiverMetrics
from connectors.notices.reception import Arrival, Reception, ResultCode
from connectors.notices.seats import SenderShares
from connectors.notices.spool import Spool, SpoolFailed

LARGEST: Final = 16 * 1024 * 1024
"""Bytes of a message. One with 500 notices has 300,000; three fields of a basket may
have 65,535 each (docs/rms/event-notification.md §1)."""
_XML: Final = re.compile(r"(?:text|application)/xml\s*(?:;.*)?", re.IGNORECASE)
_LET_PASS: Final = LARGEST
_LET_PASS_S: Final = 1.0
_WRITERS: Final = 8
"""Threads that write at once; messages that wait for each other share a commit."""
_SWEEP_EVERY_S: Final = 600
_BODIES: Final = {
    code: '<?xml version="1.0" encoding="UTF-8"?>'
    f"<responseModel><resultCode>{code}</resultCode></responseModel>"
    for code in ResultCode
}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReceiverParts:
    """Everything the app's answers are made of."""

    reception: Reception
    spool: Spool
    metrics: ReceiverMetrics
    announcer: Announcer
    now: Callable[[], datetime]
    error_status: int
    deadline_s: float
    shares: SenderShares
    homes: Callable[[Request], object]


class Unreadable(Exception):
    """The body was not read to its end: the HTTP status to answer, and the reason."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


def make_app(parts: ReceiverParts) -> Starlette:
    """Build the app of four paths; any other is 404, any other method 405."""
    writers = CapacityLimiter(_WRITERS)

    async def notices(request: Request) -> Response:
        host = request.client.host if request.client else ""
        with parts.shares.one_more(host) as has_a_share:
            if not has_a_share:
                parts.reception.refuse("share_full")
                return answer(ResultCode.UNEXPECTED, 503, hang_up=True)
            return await taken(request)

    async def taken(request: Request) -> Response:
        try:
            arrival = await read_body(request, parts, writers)
        except Unreadable as unreadable:
            code = parts.reception.refuse(unreadable.reason)
            return answer(code, unreadable.status, hang_up=True)
        try:
            code = await to_thread.run_sync(
                parts.reception.settle, arrival, parts.now(), limiter=writers
            )
        except Exception as error:  # noqa: BLE001 - the sender must be told
            # Neither text nor trace: both could quote the message.
            log.error("not understood: %s", type(error).__name__)  # noqa: TRY400 - see above
            parts.metrics.not_stored()
            code = ResultCode.UNEXPECTED
        return answer(code, _status(code, parts.error_status))

    async def healthz(_: Request) -> Response:
        try:
            await to_thread.run_sync(parts.spool.probe)
            state = await to_thread.run_sync(parts.spool.state)
        except SpoolFailed as error:
            return JSONResponse({"status": "spool", "reason": error.reason}, 503)
        return JSONResponse({"status": "ok", "depth": state.depth})

    async def metrics(_: Request) -> Response:
        try:
            state = await to_thread.run_sync(parts.spool.state)
        except SpoolFailed:
            state = None
        text = parts.metrics.rendered(state, parts.now())
        return Response(text, headers={"Content-Type": CONTENT_TYPE})

    app = Starlette(
        routes=[
            Route("/notices", notices, methods=["POST"]),
            Route(PATH, parts.homes, methods=["POST"]),
            Route("/healthz", healthz, methods=["GET"]),
            Route("/metrics", metrics, methods=["GET"]),
        ],
        lifespan=lambda _: _open(parts),
    )
    app.router.redirect_slashes = False
    return app


def answer(code: ResultCode, status: int = 200, *, hang_up: bool = False) -> Response:
    """Build the answer: the code and nothing else.

    docs/rms/event-notification.md §4 has the codes; `hang_up` ends the connection.
    """
    headers = {"Connection": "close"} if hang_up else None
    return Response(_BODIES[code], status, headers, media_type="text/xml")


def _status(code: ResultCode, error_status: int) -> int:
    """Return the HTTP status of a code; 503 makes any sensible sender try again."""
    match code:
        case ResultCode.TAKEN:
            return 200
        case ResultCode.UNEXPECTED:
            return 503
        case _:
            return error_status


async def read_body(
    request: Request, parts: ReceiverParts, parsers: CapacityLimiter
) -> Arrival:
    """Parse the body of XML as it comes, within the deadline, or raise Unreadable.

    No more of it is held than one piece and what its notices need.
    """
    try:
        return await _read(request, parts, parsers)
    except TimeoutError:
        raise Unreadable(408, "too_slow") from None
    except ClientDisconnect:
        raise Unreadable(400, "hung_up") from None
    except Unreadable:
        await _let_pass(request)
        raise


async def _read(
    request: Request, parts: ReceiverParts, parsers: CapacityLimiter
) -> Arrival:
    kind = request.headers.get("content-type", "").strip()
    if kind and not _XML.fullmatch(kind):
        raise Unreadable(415, "content_type")
    if int(request.headers.get("content-length", "0")) > LARGEST:
        raise Unreadable(413, "too_large")
    arrival, piece, size = parts.reception.arrival(), bytearray(), 0
    async with asyncio.timeout(parts.deadline_s):
        async for chunk in request.stream():
            size += len(chunk)
            if size > LARGEST:
                raise Unreadable(413, "too_large")
            piece += chunk
            if len(piece) >= PIECE:
                whole, piece = bytes(piece), bytearray()
                await to_thread.run_sync(arrival.feed, whole, limiter=parsers)
    arrival.feed(bytes(piece))
    return arrival


async def _let_pass(request: Request) -> None:
    """Discard a little of a refused body, for a second at most.

    Closing on unread bytes resets the connection, and the answer may be lost with it.
    A sender of far too much gets no such care.
    """
    passed = 0
    # Starlette's RuntimeError: the piece that was too much was the body's last.
    with contextlib.suppress(TimeoutError, ClientDisconnect, RuntimeError):
        async with asyncio.timeout(_LET_PASS_S):
            async for chunk in request.stream():
                passed += len(chunk)
                if passed > _LET_PASS:
                    return


@contextlib.asynccontextmanager
async def _open(parts: ReceiverParts) -> AsyncIterator[None]:
    """Run the announcer and the sweep in the background while the app serves."""
    sweeping = asyncio.create_task(_sweep(parts))
    async with parts.announcer:
        yield
    sweeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sweeping


async def _sweep(parts: ReceiverParts) -> None:
    while True:
        try:
            await to_thread.run_sync(parts.spool.sweep, parts.now())
        except SpoolFailed as error:
            log.warning("the spool could not be swept: %s", error.reason)
        await asyncio.sleep(_SWEEP_EVERY_S)
