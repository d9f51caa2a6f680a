"""Serves the receiver, says so once it listens, and ends when it is told to."""

import logging
import signal
import socket
import sys
from datetime import datetime
from typing import Final

import orjson
import uvicorn

from connectors.notices.announce import Announcer, prefect_from_environment
from connectors.notices.app import House, make_app
from connectors.notices.environment import keys_from_environment
from connectors.notices.key_file import KEY_FILE, KeyRing
from connectors.notices.keys import KnownShop
from connectors.notices.metrics import Metrics
from connectors.notices.protocol import prompt_protocol
from connectors.notices.reception import Reception
from connectors.notices.spool import Spool
from connectors.settings import Settings
from data.model.japan_time import JST

_GRACE_S: Final = 7
"""With two seconds for the last announcements this stays under ten."""
_LONGEST_HEAD: Final = 16 * 1024

log = logging.getLogger(__name__)


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
    """Put the receiver together. SettingsProblem when a shop is half described."""
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
    """Serve until SIGTERM or SIGINT; what is in flight is answered, within 10 s.

    Raises OSError when the address is taken.
    """
    app = make_app(open_house(settings))
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        shown = f"[{host}]" if ":" in host else host
        config = uvicorn.Config(
            app,
            http=prompt_protocol(settings.notice_deadline_s),
            ws="none",
            loop="asyncio",
            lifespan="on",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=max(1, round(settings.notice_deadline_s)),
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
