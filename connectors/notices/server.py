"""The receiver's process: HTTP with deadlines, a first line of output, a clean end."""

import asyncio
import logging
import signal
import socket
import sys
from datetime import datetime
from typing import Any, Final

import h11
import orjson
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from connectors.notices.announce import Announcer, prefect_from_environment
from connectors.notices.app import House, make_app
from connectors.notices.keys import (
    KEY_FILE,
    KeyRing,
    KnownShop,
    keys_from_environment,
)
from connectors.notices.metrics import Metrics
from connectors.notices.reception import Reception
from connectors.notices.spool import Spool
from connectors.settings import Settings
from data.model.japan_time import JST

_GRACE_S: Final = 7
"""With two seconds for the last announcements this stays under ten."""
_LONGEST_HEAD: Final = 16 * 1024

log = logging.getLogger(__name__)


class PromptProtocol(H11Protocol):
    """Closes a connection that does not send a whole request head in time.

    uvicorn by itself keeps idle sockets and half-sent heads for ever (slow-loris;
    seen with uvicorn 0.54).
    """

    head_deadline_s = 10.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock for the first head; drop one connection too many."""
        super().connection_made(transport)
        limit = self.limit_concurrency
        if limit is not None and len(self.connections) > limit:
            transport.abort()  # uvicorn would only refuse the request, not the socket
            return
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Stop the clock once the head is whole."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._await_head()
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock with the connection."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        """Start the clock unless it runs: a byte more does not set it back."""
        if self._head_timer is None:
            self._head_timer = self.loop.call_later(
                self.head_deadline_s, self.timeout_keep_alive_handler
            )

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


class _Server(uvicorn.Server):
    """Prints the first line when notices can come."""

    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(orjson.dumps({"url": self._url}).decode() + "\n")
        sys.stdout.flush()


def open_house(settings: Settings) -> House:
    """Build the receiver's parts; raise SettingsProblem for a half described shop."""
    given = [KnownShop.of(shop) for shop in keys_from_environment()]
    keys = KeyRing(settings.home / KEY_FILE, given)
    if not keys.shops():
        log.warning("no shop is known yet: every message is refused with E-400-101")
    spool, metrics = Spool(settings.spool), Metrics()
    announcer = Announcer(prefect_from_environment(), metrics.unannounced, _now)
    return House(
        reception=Reception(keys, spool, metrics, announcer),
        spool=spool,
        metrics=metrics,
        announcer=announcer,
        now=_now,
        error_status=settings.notice_error_status,
        deadline_s=settings.notice_deadline_s,
    )


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; then answer what is in flight, within 10 s.

    Raises OSError when the address is taken.
    """
    app = make_app(open_house(settings))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        shown = f"[{host}]" if ":" in host else host
        deadline_s = settings.notice_deadline_s
        config = uvicorn.Config(
            app,
            http=type("Protocol", (PromptProtocol,), {"head_deadline_s": deadline_s}),
            ws="none",
            loop="asyncio",
            lifespan="on",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=max(1, round(deadline_s)),
            timeout_graceful_shutdown=_GRACE_S,
            limit_concurrency=settings.notice_connections,
            h11_max_incomplete_event_size=_LONGEST_HEAD,
        )
        # uvicorn raises the signal again when it has stopped: leave with status 0.
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: sys.exit(0))
        url = f"http://{shown}:{listening.getsockname()[1]}"
        _Server(config, url).run(sockets=[listening])


def _now() -> datetime:
    return datetime.now(JST)
