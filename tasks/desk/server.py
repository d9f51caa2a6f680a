"""`make desk`: the staff's pages, on this machine only unless the settings say more."""

import logging
import os
import signal
import socket
import sys
from collections.abc import Mapping
from datetime import datetime

import uvicorn

from connectors.prefect_env import API_URL, prefect_environment
from connectors.settings.fields import Settings
from connectors.settings.passwords import people_of
from connectors.settings.reading import SettingsProblem, read_settings
from data.model.japan_time import JST
from tasks.desk.app import make_app
from tasks.desk.frame import Desk
from tasks.desk.prefect import DeskRuns
from tasks.desk.sign_in import Sessions
from tasks.setup.one_certificate import one_certificate


def origins(settings: Settings) -> list[str]:
    """Return the addresses under which the desk is opened."""
    here = [
        f"http://{name}:{settings.desk_port}" for name in ("127.0.0.1", "localhost")
    ]
    return [*here, settings.desk_url] if settings.desk_url else here


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        SystemExit: the address is taken; uvicorn has said so, and we what to do.

    """
    people = people_of(settings.desk_people.get_secret_value())
    desk = Desk(read_settings, _now, DeskRuns(_prefect))
    config = uvicorn.Config(
        make_app(desk, Sessions(people), origins(settings)),
        host=settings.desk_host,
        port=settings.desk_port,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        log_config=None,
        timeout_graceful_shutdown=7,
        h11_max_incomplete_event_size=32 * 1024,
    )
    # uvicorn raises the signal again when it has stopped: leave with status 0.
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: sys.exit(0))
    _Server(config, origins(settings)[0]).run()


class _Server(uvicorn.Server):
    """Prints its address when it answers browsers."""

    def __init__(self, config: uvicorn.Config, url: str) -> None:
        super().__init__(config)
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit:  # its way to end where the address cannot be had
            sys.exit(
                f"{self.config.host}:{self.config.port} で待ち受けできません。"
                "対処: すでに動いている make desk を停止するか、JUCHU_DESK_PORT に"
                "別のポートを設定してください。"
            )
        sys.stdout.write(f"{self._url}\n")
        sys.stdout.flush()


def _prefect() -> Mapping[str, str]:
    home = read_settings().home
    known = {**os.environ, **prefect_environment(home)}
    return {**one_certificate(home, known.get(API_URL, "")), **known}


def _now() -> datetime:
    return datetime.now(JST)


def main() -> None:
    """Run the desk; its address is the first line of output."""
    os.umask(0o077)
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for name in ("httpx", "httpcore"):  # they log full addresses at INFO
        logging.getLogger(name).setLevel(logging.WARNING)
    try:
        settings = read_settings()
    except SettingsProblem as problem:
        sys.exit(f"{problem}\n対処: .env または環境変数を修正してください。")
    serve(settings)


if __name__ == "__main__":
    main()
