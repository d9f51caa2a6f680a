"""Sends notices in the background until each is taken (docs/rms/event-notification.md).

Nothing about Rakuten's retries is public (§1). Here: again after `notify_retry_s`, then
after twice as long each time, for as long as the process lives. A notice is taken when
its receiver answers 200 with a proper answer of resultCode N-000-000 (§4).
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from xml.etree.ElementTree import ParseError

import httpx
from defusedxml.ElementTree import fromstring

from connectors.sandbox.notices.outbox import Delivery
from connectors.sandbox.world import World

TAKEN = "N-000-000"
NO_ANSWER = "no answer"
UNREADABLE = "unreadable"

_DOUBLINGS = 10
_HEADERS = {"Content-Type": "text/xml; charset=UTF-8"}


@asynccontextmanager
async def sending(world: World) -> AsyncIterator[None]:
    """Send while the block runs; at its end what is under way is broken off."""
    task = asyncio.create_task(_Sender(world).run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class _Sender:
    """A few POSTs at once, earliest due first."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._under_way = 0

    async def run(self) -> None:
        """Send for ever; the client is made only once there is something to send."""
        await self._woken(None)
        # A connection of its own for every notice: none is lost to one that idled out.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        deadline_is_ours = None
        async with (
            httpx.AsyncClient(
                trust_env=False, timeout=deadline_is_ours, limits=limits
            ) as http,
            asyncio.TaskGroup() as group,
        ):
            while True:
                await self._woken(self._start_due(http, group))

    def _start_due(
        self, http: httpx.AsyncClient, group: asyncio.TaskGroup
    ) -> float | None:
        """Start what is due; return seconds until the next, None = when woken."""
        settings, outbox = self._world.settings, self._world.notices
        url, now = settings.notify_url, time.monotonic()
        if url is None:
            return None
        while self._under_way < settings.notify_connections:
            delivery = outbox.take(now)
            if delivery is None:
                due = outbox.next_due()
                return None if due is None else due - now
            self._under_way += 1
            group.create_task(self._send(http, url, delivery))
        return None

    async def _woken(self, wait_s: float | None) -> None:
        wake = self._world.notices.wake
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await wake.wait()
        wake.clear()

    async def _send(self, http: httpx.AsyncClient, url: str, to: Delivery) -> None:
        world, message = self._world, to.message
        message.attempts += 1
        try:
            message.last = await _post(
                http, url, message.body, world.settings.notify_timeout_s
            )
        finally:
            self._under_way -= 1
            world.notices.wake.set()
        if message.last == TAKEN:
            at = world.clock.now().isoformat(timespec="milliseconds")
            world.notices.record_taken(to, at)
        wait_s = world.settings.notify_retry_s * 2 ** min(to.tries, _DOUBLINGS)
        world.notices.retry(to, time.monotonic() + wait_s)


async def _post(
    http: httpx.AsyncClient, url: str, body: bytes, patience_s: float
) -> str:
    """POST once and return its result; all of it must end within `patience_s`."""
    try:
        async with asyncio.timeout(patience_s):
            answer = await http.post(url, content=body, headers=_HEADERS)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
        return NO_ANSWER
    content_type = answer.headers.get("content-type", "")
    return result_of(answer.status_code, content_type, answer.content)


def result_of(status: int, content_type: str, body: bytes) -> str:
    """Return the resultCode of a proper answer with 200; only then can it be taken.

    Any other status comes first (`HTTP 503 E-400-900`); an answer that is no
    `text/xml` with a responseModel of one resultCode is "unreadable".
    """
    code = _result_code(body) if _is_xml(content_type) else None
    if status != 200:
        return f"HTTP {status} {code or ''}".rstrip()
    return code or UNREADABLE


def _is_xml(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "text/xml"


def _result_code(body: bytes) -> str | None:
    try:
        root = fromstring(body, forbid_dtd=True)
    except (ParseError, ValueError, LookupError):
        return None
    if root.tag != "responseModel" or [child.tag for child in root] != ["resultCode"]:
        return None
    return (root[0].text or "").strip()
