"""`$JUCHU_HOME/prefect.env`: where our Prefect server is, and the login it asks for.

Whoever starts a server writes the file, for its owner only, in the form that a shell
and `.env` readers share; everything else reads it. The environment and `.env` win,
because somebody may have a Prefect server of their own.
"""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from connectors.durable_write import replace_durably
from connectors.settings.env_file import env_file_values
from connectors.settings.reading import ENV_FILE, SettingsProblem

FILE: Final = "prefect.env"
API_URL: Final = "PREFECT_API_URL"
LOGIN: Final = "PREFECT_API_AUTH_STRING"
SERVER_LOGIN: Final = "PREFECT_SERVER_API_AUTH_STRING"
NAMES: Final = (API_URL, LOGIN, SERVER_LOGIN)
HEAD: Final = """\
# Prefect サーバーのアドレスと、画面と各処理のログインです。他人に見せないでください。
# Written at each start of the server; the login stays. To change it: SECURITY.md
"""
_QUOTABLE: Final = re.compile(r"[!-&(-\[\]-~]+")
"""Printable ASCII that needs no escape between single quotes in a shell or `.env`."""


def prefect_environment(
    home: Path,
    env_file: Path = ENV_FILE,
    environment: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """Return what finds the server in use and is let in: addresses and logins.

    The environment wins over `.env`, and `.env` over `prefect.env`. The login of
    `prefect.env` belongs to its own server: it is left out where another is named.
    """
    known = _known(env_file, environment)
    ours = _values(home / FILE)
    if API_URL in known and not _same(known[API_URL], ours.get(API_URL, "")):
        return known
    return ours | known


def write_prefect_env(
    home: Path,
    url: str,
    new_login: Callable[[], str],
    env_file: Path = ENV_FILE,
    environment: Mapping[str, str] = os.environ,
) -> dict[str, str]:
    """Write the file for a server that starts at `url`, and return what it says.

    The login is the one that the environment gives the server, else the one that the
    file has, else a new one. Lines of others in the file stay.

    Raises:
        SettingsProblem: the environment's login cannot be written down.

    """
    path = home / FILE
    given = _known(env_file, environment).get(SERVER_LOGIN)
    login = given or _values(path).get(SERVER_LOGIN) or new_login()
    if not _QUOTABLE.fullmatch(login):
        raise SettingsProblem(
            f"{SERVER_LOGIN} には、空白・引用符・\\ を含まない半角の文字を"
            "指定してください。"
        )
    values = {API_URL: url, LOGIN: login, SERVER_LOGIN: login}
    lines = [f"{name}='{value}'\n" for name, value in values.items()]
    text = "".join([HEAD, *lines, *_lines_of_others(path)])
    replace_durably(path, text.encode())
    return values


def _known(env_file: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the environment and `.env` say of Prefect's API; blank is nothing."""
    known = {**_values(env_file), **{k: v for k, v in environment.items() if v}}
    return {name: known[name] for name in (*NAMES, "PREFECT_API_KEY") if name in known}


def _values(path: Path) -> dict[str, str]:
    """Return the values of a file that may not be there."""
    read = env_file_values(path, interpolate=False)
    return {name: value for name, value in read.items() if value}


def _same(url: str, other: str) -> bool:
    return _plain(url) == _plain(other)


def _plain(url: str) -> str:
    return url.rstrip("/").replace("//localhost:", "//127.0.0.1:")


def _lines_of_others(path: Path) -> list[str]:
    """Return the lines of the file that are neither ours nor comments."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return [
            line
            for line in file
            if not line.startswith(("#", *(f"{name}=" for name in NAMES)))
        ]
