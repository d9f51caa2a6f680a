"""A request's body, read with a limit on its size and on the time it may take."""

import asyncio
import contextlib
import re
from typing import Final

from starlette.requests import ClientDisconnect, Request

LARGEST: Final = 64 * 1024
_XML: Final = re.compile(r"(?:text|application)/xml\s*(?:;.*)?", re.IGNORECASE)
_LET_PASS: Final = 4 * LARGEST
_LET_PASS_S: Final = 1.0


class Unreadable(Exception):
    """The body was not read to its end: the HTTP status to say so, and a word why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


async def read_body(request: Request, deadline_s: float) -> bytes:
    """Read the whole body of XML, or raise Unreadable; what is too much is not kept."""
    try:
        return await _read(request, deadline_s)
    except TimeoutError:
        raise Unreadable(408, "too_slow") from None
    except ClientDisconnect:
        raise Unreadable(400, "hung_up") from None
    except Unreadable:
        await _let_pass(request)
        raise


async def _read(request: Request, deadline_s: float) -> bytes:
    kind = request.headers.get("content-type", "").strip()
    if kind and not _XML.fullmatch(kind):
        raise Unreadable(415, "content_type")
    if int(request.headers.get("content-length", "0")) > LARGEST:
        raise Unreadable(413, "too_large")
    body = bytearray()
    async with asyncio.timeout(deadline_s):
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                raise Unreadable(413, "too_large")
    return bytes(body)


async def _let_pass(request: Request) -> None:
    """Let a little of what is refused go by, for a second at most.

    Closing on unread bytes resets the connection, and the answer may be lost with it.
    A sender of far too much gets no such care.
    """
    passed = 0
    with contextlib.suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(_LET_PASS_S):
            async for chunk in request.stream():
                passed += len(chunk)
                if passed > _LET_PASS:
                    return
