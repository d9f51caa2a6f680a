"""One request out, one answer in, bounded in time and size.

httpx's timeout is per read, so a server that drips one byte at a time holds a call for
ever; here one deadline covers connecting, headers and body (reliability.md §4.1).
"""

import zlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any, cast

import anyio
import httpx

GZIP = 31


@dataclass(frozen=True)
class Limits:
    """How long and large one call may become, and how long Retry-After is obeyed."""

    deadline_s: float = 20.0
    max_body: int = 16 * 1024 * 1024
    max_wait_s: float = 120.0

    @property
    def connect_s(self) -> float:
        """Seconds for TCP and again for TLS, both inside the deadline.

        httpcore 1.0.9 leaves the socket open when it is cancelled while shaking hands,
        and closes it when its own timeout strikes; so that one has to come first.
        """
        return self.deadline_s * 0.45


USUAL = Limits()


@dataclass
class WireAnswer:
    """One answer as far as it came; `trouble` names what cut it short."""

    status: int | None = None
    headers: httpx.Headers = field(default_factory=httpx.Headers, repr=False)
    body: bytes = field(default=b"", repr=False)
    was_sent: bool = False
    is_too_large: bool = False
    trouble: str | None = None


async def exchange(
    client: httpx.AsyncClient, request: httpx.Request, limits: Limits
) -> WireAnswer:
    """Send and read whole, or say in `trouble` what happened; raises nothing of httpx.

    An httpx error holds the request with its URL, and one URL of RMS holds the key.
    """
    answer = WireAnswer()

    async def watch(event: str, _: dict[str, Any]) -> None:
        if event.endswith("send_request_headers.started"):
            answer.was_sent = True

    request.extensions = {**request.extensions, "trace": watch}
    try:
        with anyio.fail_after(limits.deadline_s):
            response = await client.send(request, stream=True)
            try:
                answer.status, answer.headers = response.status_code, response.headers
                await _read(response, answer, limits.max_body)
            finally:
                await response.aclose()
    except TimeoutError:
        answer.trouble = f"no complete answer within {limits.deadline_s:g} s"
    except (httpx.ConnectError, httpx.ConnectTimeout):
        answer.trouble = "no connection"
    except httpx.HTTPError as error:
        answer.trouble = f"the connection broke ({type(error).__name__})"
    except zlib.error:
        answer.trouble = "the answer is not what its Content-Encoding says"
    return answer


async def _read(response: httpx.Response, answer: WireAnswer, max_body: int) -> None:
    """Collect decoded bytes and stop at the limit, before a gzip bomb unfolds."""
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip"):
        answer.trouble = "the answer has an encoding we did not ask for"
        return
    parts = bytearray()
    unpack = zlib.decompressobj(GZIP) if encoding == "gzip" else None
    raw = cast("AsyncGenerator[bytes, None]", response.aiter_raw())
    async with aclosing(raw) as chunks:
        async for chunk in chunks:
            room = max_body + 1 - len(parts)
            parts += unpack.decompress(chunk, room) if unpack else chunk[:room]
            if len(parts) > max_body:
                answer.is_too_large = True
                return
    if unpack and parts and not unpack.eof:
        answer.trouble = "the answer was cut"
    answer.body = bytes(parts)
