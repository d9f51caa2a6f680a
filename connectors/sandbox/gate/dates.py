"""The time that an answer shows: `Date`, and `Timestamp`, which is UTC without a zone.

docs/rms/order-api.md §1.1. Whose time it is, the setting `dated_by` says.
"""

from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.sandbox.world import World


class Dated:
    """Adds the time to every answer of RMS that begins; the control API is not RMS."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and what is answered back with its time."""

        async def send_dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._date(MutableHeaders(scope=message))
            await send(message)

        is_rms = scope["type"] == "http" and scope["path"].startswith("/es/")
        await self._app(scope, receive, send_dated if is_rms else send)

    def _date(self, headers: MutableHeaders) -> None:
        by = self._world.settings.dated_by
        if by == "nothing":
            return
        now = datetime.now(UTC)
        if by != "machine":
            now = self._world.clock.now().astimezone(UTC)
        headers["Timestamp"] = f"{now:%Y-%m-%dT%H:%M:%S}"
        if by != "timestamp":
            headers["Date"] = format_datetime(now, usegmt=True)
