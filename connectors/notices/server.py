"""The receiver's process: HTTP with deadlines, a first line of output, a clean end."""

import asyncio
import logging
import resource
import signal
import socket
import sys
from functools import partial
from typing import Any, Final

import h11
import orjson
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from connectors.notices.announce import Announcer, prefect_from_environment
from connectors.notices.app import ReceiverParts, make_app
from connectors.notices.homes import FOLDER, Homes, answers_homes
from connectors.notices.keys import (
    KEY_FILE,
    KeyRing,
    KnownShop,
    keys_from_environment,
)
from connectors.notices.metrics import ReceiverMetrics
from connectors.notices.reception import Reception
from connectors.notices.seats import Seats, SenderShares
from connectors.notices.spool import Spool
from connectors.settings.fields import Settings
from connectors.settings.networks import networks_of
from connectors.shared_clock import now_by

_GRACE_S: Final = 7
"""With two seconds for the last announcements this stays under ten."""
_LONGEST_HEAD: Final = 16 * 1024
_BACKLOG: Final = 2048
"""Sockets that asyncio may accept at once, before any of them has asked for a seat."""
_OTHER_FILES: Final = 256

log = logging.getLogger(__name__)


class PromptProtocol(H11Protocol):
    """Closes a connection that does not send a whole request head in time.

    uvicorn by itself keeps idle sockets and half-sent heads for ever (slow-loris;
    seen with uvicorn 0.54), and its limit refuses requests, not sockets.
    """

    head_deadline_s: float
    seats: Seats

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a seat and start the clock for the first head, or hang up."""
        super().connection_made(transport)
        if self.seats.take(self, self.client[0] if self.client else ""):
            self._await_head()
        else:
            self.hang_up()

    def data_received(self, data: bytes) -> None:
        """Stop the clock once the head is whole."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._await_head()
            self.seats.is_silent(self)
        else:
            self._stop_waiting()
            self.seats.has_spoken(self)

    def on_response_complete(self) -> None:
        """Wait for the next head on a connection that is kept."""
        super().on_response_complete()
        if self.conn.their_state is h11.IDLE:
            self.seats.is_silent(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock with the connection, and free its seat."""
        self._stop_waiting()
        self.seats.leave(self)
        super().connection_lost(exc)

    def hang_up(self) -> None:
        """Close the connection at once, unread bytes or not."""
        self.transport.abort()

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
    """Prints the first line of output when notices can be taken."""

    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        sys.stdout.write(orjson.dumps({"url": self._url}).decode() + "\n")
        sys.stdout.flush()


def receiver_parts(settings: Settings) -> ReceiverParts:
    """Build the receiver's parts; raise SettingsProblem for a half described shop.

    Where a test moves time, notices are dated by the clock it shares (TEST_CLOCK).
    """
    given = [KnownShop.of(shop) for shop in keys_from_environment()]
    homes = Homes(settings.home / FOLDER)
    copy = settings.spool / KEY_FILE
    keys = KeyRing(settings.home / KEY_FILE, given, homes.shops, [copy])
    if not keys.shops():
        log.warning("no shop is known yet: every message is refused with E-400-101")
    spool, metrics = Spool(settings.spool), ReceiverMetrics()
    now = partial(now_by, settings.test_clock)
    prefect = partial(prefect_from_environment, settings.home)
    announcer = Announcer(prefect, metrics.unannounced, now)
    return ReceiverParts(
        reception=Reception(keys, spool, metrics, announcer),
        spool=spool,
        metrics=metrics,
        announcer=announcer,
        now=now,
        error_status=settings.notice_error_status,
        deadline_s=settings.notice_deadline_s,
        shares=SenderShares(settings.notice_connections_each),
        homes=answers_homes(homes, spool, settings.receiver_secret, now),
    )


def serve(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; then answer what is in flight, within 10 s.

    Raises OSError when the address is taken.
    """
    app = make_app(receiver_parts(settings))
    _allow_files(settings.notice_connections + _BACKLOG + _OTHER_FILES)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        shown = f"[{host}]" if ":" in host else host
        deadline_s = settings.notice_deadline_s
        proxies = networks_of(settings.notice_proxies)
        seats = Seats(
            settings.notice_connections, settings.notice_connections_each, proxies
        )
        limits = {"head_deadline_s": deadline_s, "seats": seats}
        config = uvicorn.Config(
            app,
            http=type("Protocol", (PromptProtocol,), limits),
            ws="none",
            loop="asyncio",
            lifespan="on",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=bool(proxies),
            forwarded_allow_ips=settings.notice_proxies,
            backlog=_BACKLOG,
            timeout_keep_alive=max(1, round(deadline_s)),
            timeout_graceful_shutdown=_GRACE_S,
            h11_max_incomplete_event_size=_LONGEST_HEAD,
        )
        # uvicorn raises the signal again when it has stopped: leave with status 0.
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: sys.exit(0))
        url = f"http://{shown}:{listening.getsockname()[1]}"
        _Server(config, url).run(sockets=[listening])


def _allow_files(wanted: int) -> None:
    """Raise the limit of open files as far as it may be raised.

    Where it stands lower, asyncio stops accepting for a second at a time.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted, hard), hard))
