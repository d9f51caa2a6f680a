"""Sends notices in the background until each is taken (rms/event-notification.md §1).

Nothing about Rakuten's retries is public. Here: again after `notify_retry_s`, then
after twice as long each time, for as long as the process lives.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx

from connectors.sandbox.notices.answer import NO_ANSWER, TAKEN, result_of
from connectors.sandbox.notices.outbox import Delivery
from connectors.sandbox.world import World

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
        """Start what is due; return when to look again, None = when woken."""
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
            world.notices.taken(to, at)
        wait_s = world.settings.notify_retry_s * 2 ** min(to.tries, _DOUBLINGS)
        world.notices.again(to, time.monotonic() + wait_s)


async def _post(
    http: httpx.AsyncClient, url: str, body: bytes, patience_s: float
) -> str:
    """POST once; the whole exchange must end within `patience_s`."""
    try:
        async with asyncio.timeout(patience_s):
            answer = await http.post(url, content=body, headers=_HEADERS)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError):
        return NO_ANSWER
    content_type = answer.headers.get("content-type", "")
    return result_of(answer.status_code, content_type, answer.content)
