"""The receiver as an ASGI app: `/notices`, `/healthz`, `/metrics`."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.notices.announce import Announcer
from connectors.notices.answers import ResultCode, answer
from connectors.notices.body import Unreadable, read_body
from connectors.notices.metrics import CONTENT_TYPE, Metrics
from connectors.notices.reception import Reception
from connectors.notices.spool import Spool, SpoolFailed

_WRITERS: Final = 8
"""Threads that write at once; the file system syncs their files together."""
_SWEEP_EVERY_S: Final = 600

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class House:
    """Everything the app's answers are made of."""

    reception: Reception
    spool: Spool
    metrics: Metrics
    announcer: Announcer
    now: Callable[[], datetime]
    error_status: int
    deadline_s: float


def make_app(house: House) -> Starlette:
    """Route the three paths; any other is 404, any other method 405."""
    writers = CapacityLimiter(_WRITERS)

    async def notices(request: Request) -> Response:
        try:
            body = await read_body(request, house.deadline_s)
        except Unreadable as unreadable:
            code = house.reception.refuse(unreadable.reason)
            return answer(code, unreadable.status, hang_up=True)
        try:
            code = await to_thread.run_sync(
                house.reception.take, body, house.now(), limiter=writers
            )
        except Exception as error:  # noqa: BLE001 - the sender must be told
            # Neither text nor trace: both could quote the message.
            log.error("not understood: %s", type(error).__name__)  # noqa: TRY400 - see above
            house.metrics.not_stored()
            code = ResultCode.UNEXPECTED
        return answer(code, _status(code, house.error_status))

    async def healthz(_: Request) -> Response:
        try:
            await to_thread.run_sync(house.spool.probe)
            state = await to_thread.run_sync(house.spool.state)
        except SpoolFailed as error:
            return JSONResponse({"status": "spool", "reason": error.reason}, 503)
        return JSONResponse({"status": "ok", "depth": state.depth})

    async def metrics(_: Request) -> Response:
        try:
            state = await to_thread.run_sync(house.spool.state)
        except SpoolFailed:
            state = None
        text = house.metrics.rendered(state, house.now())
        return Response(text, headers={"Content-Type": CONTENT_TYPE})

    app = Starlette(
        routes=[
            Route("/notices", notices, methods=["POST"]),
            Route("/healthz", healthz, methods=["GET"]),
            Route("/metrics", metrics, methods=["GET"]),
        ],
        lifespan=lambda _: _open(house),
    )
    app.router.redirect_slashes = False
    return app


def _status(code: ResultCode, error_status: int) -> int:
    """Choose the HTTP status; 503 makes any sensible sender try again (§4)."""
    match code:
        case ResultCode.TAKEN:
            return 200
        case ResultCode.UNEXPECTED:
            return 503
        case _:
            return error_status


@contextlib.asynccontextmanager
async def _open(house: House) -> AsyncIterator[None]:
    """Announce and sweep in the background while the app serves."""
    sweeping = asyncio.create_task(_sweep(house))
    async with house.announcer:
        yield
    sweeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await sweeping


async def _sweep(house: House) -> None:
    while True:
        try:
            await to_thread.run_sync(house.spool.sweep, house.now())
        except SpoolFailed as error:
            log.warning("the spool could not be swept: %s", error.reason)
        await asyncio.sleep(_SWEEP_EVERY_S)
