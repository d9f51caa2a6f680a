"""Events to Prefect that notices wait, so that a drain starts before its schedule.

One event `juchu.notices.waiting` in three seconds at most, in the background. Nobody
waits for it and nothing depends on it: the scheduled drain looks by itself.
"""

import asyncio
import base64
import contextlib
import logging
import os
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from uuid import UUID, uuid4

import httpx
from dotenv import dotenv_values
from pydantic import SecretStr

from connectors.settings import ENV_FILE

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


class PrefectApi:
    """Where Prefect's API is and how we are let in, as Prefect's own client has it."""

    def __init__(self, url: str, authorization: str = "") -> None:
        self.url = url.rstrip("/")
        self._authorization = SecretStr(authorization)

    def headers(self) -> dict[str, str]:
        """Return the header that lets us in, if there is one."""
        told = self._authorization.get_secret_value()
        return {"Authorization": told} if told else {}


def prefect_from_environment(env_file: Path = ENV_FILE) -> PrefectApi | None:
    """Return Prefect's API as PREFECT_API_URL and its companions name it, or None."""
    known: Mapping[str, str | None] = {**dotenv_values(env_file), **os.environ}
    url = known.get("PREFECT_API_URL")
    if not url:
        return None
    if pair := known.get("PREFECT_API_AUTH_STRING"):
        return PrefectApi(url, f"Basic {base64.b64encode(pair.encode()).decode()}")
    key = known.get("PREFECT_API_KEY")
    return PrefectApi(url, f"Bearer {key}" if key else "")


class Announcer:
    """`async with Announcer(…) as told: told(handle, 3)`; the last word always goes."""

    def __init__(
        self,
        api: PrefectApi | None,
        failed: Callable[[], None],
        now: Callable[[], datetime],
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        self._api = api
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
        if self._api is not None:
            self._loop = asyncio.get_running_loop()
            self._task = asyncio.create_task(self._announce(self._api))
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

    async def _announce(self, api: PrefectApi) -> None:
        async with _client() as client:
            while not self._ending.is_set():
                await self._something.wait()
                await self._send(client, api)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._ending.wait(), PAUSE_S)
            await self._send(client, api)

    async def _send(self, client: httpx.AsyncClient, api: PrefectApi) -> None:
        """Send what was noted since the last time; a failure is only counted."""
        noted, self._waiting = self._waiting, Counter()
        self._something.clear()
        if not noted:
            return
        events = [self._event(handle, new) for handle, new in noted.items()]
        try:
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
