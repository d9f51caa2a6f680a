"""The Prefect server in use: of `prefect.env`, or the one the environment names."""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from connectors.prefect_api import PrefectApi, api_of, no_server, why_closed
from connectors.prefect_env import API_URL, FILE, prefect_environment
from connectors.settings.reading import SettingsProblem, read_settings
from tasks.setup.one_certificate import one_certificate
from tasks.setup.server import is_served

STARTING_S: Final = 60.0
"""For so long a server may be starting, which on a machine at work takes a while."""
LOOK_AGAIN_S: Final = 1.0


def environment_of_server() -> dict[str, str]:
    """Return this process's environment with the server in use and the login for it.

    A server of this home that is just starting is waited for: its first start makes a
    database, and whoever follows the README is faster than that. Prefect would start a
    temporary server of its own where it finds none, and what is registered there is
    gone with it: that is switched off.

    Raises:
        SystemExit: with a sentence, where no server answers or none lets us in.

    """
    try:
        home = read_settings().home
    except SettingsProblem as problem:
        sys.exit(f"{problem}")
    known = prefect_environment(home)
    if why := _kept_from_us(home / FILE, known) or _why_closed(home, api_of(known)):
        sys.exit(why)
    return {
        **one_certificate(home, known.get(API_URL, "")),
        **os.environ,
        **known,
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "false",
    }


def _kept_from_us(file: Path, known: Mapping[str, str]) -> str:
    """Return that the file with the server's address is another user's; or nothing."""
    if API_URL in known:
        return ""
    try:
        file.open("rb").close()
    except PermissionError as error:
        return (
            f"{file} を読み取れません({error.strerror})。"
            "対処: juchu を動かしているユーザーで実行してください。"
        )
    except OSError:
        pass
    return ""


def _why_closed(home: Path, api: PrefectApi | None) -> str:
    """Return why no server lets us in, once none of this home is starting any more."""
    give_up_at, is_told = time.monotonic() + STARTING_S, False
    while why := why_closed(api):
        is_starting = api and why == no_server(api) and is_served(home)
        if not is_starting or time.monotonic() > give_up_at:
            break
        if not is_told:
            sys.stderr.write("Prefect サーバーの起動を待っています …\n")
            is_told = True
        time.sleep(LOOK_AGAIN_S)
    return why
