"""Events to Prefect that notices wait, so that a drain starts before its schedule.

One event `juchu.notices.waiting` in three seconds at most, in the background. Nobody
waits for it and nothing depends on it: the scheduled drain looks by itself.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from uuid import UUID, uuid4

import httpx

from connectors.prefect_api import PrefectApi, api_of
from connectors.prefect_env import prefect_environment
from connectors.settings.reading import ENV_FILE

EVENT: Final = "juchu.notices.waiting"
RESOURCE: Final = "juchu.notices"
PAUSE_S: Final = 3.0
"""A run that is at work takes in what arrives meanwhile, so more would be wasted."""
PATIENCE_S: Final = 1.0
_NOT_TOLD: Final = (
    httpx.HTTPError,
    httpx.InvalidURL,
    TimeoutError,
    OSError,
    ValueError,  # a key that fits into no header
)

log = logging.getLogger(__name__)


def prefect_from_environment(
    home: Path, env_file: Path = ENV_FILE
) -> PrefectApi | None:
    """Return Prefect's API as settings and `prefect.env` name it now, or None."""
    return api_of(prefect_environment(home, env_file))


class Announcer:
    """`async with Announcer(…) as told: told(handle, 3)`; the last word always goes.

    Where Prefect is is asked anew for each event: a server may start later than the
    receiver, or at another port.
    """

    def __init__(
        self,
        where: Callable[[], PrefectApi | None],
        failed: Callable[[], None],
        now: Callable[[], datetime],
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        self._where = where
        self._failed = failed
        self._now = now
        self._new_id = new_id
        self._waiting: Counter[str] = Counter()
        self._something = asyncio.Event()
        self._ending = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def __call__(self, handle: str, new: int) -> None:
        """Record that a shop has new notices; from any thread, returns at once."""
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._note, handle, new)

    def _note(self, handle: str, new: int) -> None:
        self._waiting[handle] += new
        self._something.set()

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._announce())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._task is None:
            return
        self._loop = None
        await asyncio.sleep(0)  # what other threads noted arrives before the end
        self._ending.set()
        self._something.set()
        await self._task

    async def _announce(self) -> None:
        async with _client() as client:
            while not self._ending.is_set():
                await self._something.wait()
                await self._send(client)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._ending.wait(), PAUSE_S)
            await self._send(client)

    async def _send(self, client: httpx.AsyncClient) -> None:
        """Send what was noted since the last time; a failure is only counted."""
        noted, self._waiting = self._waiting, Counter()
        self._something.clear()
        if not noted:
            return
        events = [self._event(handle, new) for handle, new in noted.items()]
        try:
            api = self._where()
            if api is None:
                return
            async with asyncio.timeout(PATIENCE_S):
                answer = await client.post(
                    f"{api.url}/events", json=events, headers=api.headers()
                )
            answer.raise_for_status()
        except _NOT_TOLD as error:
            self._failed()
            log.debug("Prefect was not told: %s", type(error).__name__)

    def _event(self, handle: str, new: int) -> dict[str, object]:
        return {
            "id": str(self._new_id()),
            "occurred": self._now().isoformat(),
            "event": EVENT,
            "resource": {
                "prefect.resource.id": f"{RESOURCE}.{handle}",
                "prefect.resource.name": handle,
            },
            "payload": {"new": new},
        }


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(
        timeout=PATIENCE_S,
        follow_redirects=False,  # the key would travel along
        trust_env=False,
    )
