"""`make server`: a Prefect server that only we can use.

It asks for the login of `prefect.env`, answers web pages of its own address only, and
listens on this machine only unless PREFECT_SERVER_API_HOST says otherwise.
"""

import os
import secrets
import socket
import sys
from pathlib import Path
from typing import Final

from connectors.folder_lock import is_locked, takes_lock
from connectors.prefect_env import FILE, write_prefect_env
from connectors.settings.reading import (
    SettingsProblem,
    invalid,
    read_settings,
    variables,
)
from tasks.setup.become import become

LOCK: Final = "server.lock"
HOST: Final = "PREFECT_SERVER_API_HOST"
PORT: Final = "PREFECT_SERVER_API_PORT"
LOOPBACK: Final = "127.0.0.1"
ORIGINS: Final = (
    "PREFECT_SERVER_API_CORS_ALLOWED_ORIGINS",
    "PREFECT_SERVER_CORS_ALLOWED_ORIGINS",
)
"""Two names of one setting; the first wins."""
DEFAULT_PORT: Final = 4200
EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on
VACUUM: Final = "PREFECT_SERVER_SERVICES_DB_VACUUM"
PREFECT: Final = "tasks.setup.prefect_server"
COMMAND: Final = ("server", "start")


def server_environment(home: Path, port: int, host: str = LOOPBACK) -> dict[str, str]:
    """Write `prefect.env` for a server at that port; return the server's variables.

    The page of the server is at its own address, so nobody else's page needs to be
    answered.

    Raises:
        SettingsProblem: the login given by the environment cannot be written down.

    """
    reached = LOOPBACK if host in EVERYWHERE else host
    shown = f"[{reached}]" if ":" in reached else reached
    own = {f"http://{each}:{port}" for each in (shown, LOOPBACK, "localhost")}
    login = write_prefect_env(home, f"http://{shown}:{port}/api", new_login)
    return login | {
        HOST: host,
        PORT: f"{port}",  # --port would leave the UI at 4200
        ORIGINS[0]: ",".join(sorted(own)),
    }


def trimming(days: int) -> dict[str, str]:
    """Return what lets Prefect delete runs, their logs and events of older days."""
    kept = f"P{days}D"  # of a bare number one of the two takes seconds, one nothing
    return {
        f"{VACUUM}_ENABLED": "events,flow_runs,orphans",
        f"{VACUUM}_RETENTION_PERIOD": kept,
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": kept,
    }


def new_login() -> str:
    """Return a user name and a password that nobody can guess."""
    return f"juchu:{secrets.token_urlsafe(24)}"


def main() -> None:
    """Start the server in this process, or say in a sentence why it cannot start."""
    try:
        settings = read_settings()
        known = variables()
        host = known.get(HOST) or LOOPBACK
        port = port_of(known.get(PORT))
        refuse_taken(host, port)
        hold_home(settings.home)
        ours = server_environment(settings.home, port, host)
    except (SettingsProblem, OSError) as problem:
        sys.exit(sentence_of(problem))
    if any(known.get(name) for name in ORIGINS):
        del ours[ORIGINS[0]]  # somebody trusts a page of their own
    os.umask(0o077)  # Prefect's database has the shops' keys
    trimmed = trimming(settings.runs_days)
    become(PREFECT, COMMAND, {**trimmed, **os.environ, **ours})


def sentence_of(problem: Exception) -> str:
    """Return in a sentence why nothing can be started; a system's own has no 対処."""
    if isinstance(problem, OSError) and problem.strerror:
        return (
            f"{problem.filename or 'JUCHU_HOME'} に書き込めません({problem.strerror})。"
            "対処: JUCHU_HOME のフォルダーと権限、ディスクの空き容量を"
            "確認してください。"
        )
    return f"{problem}"


def port_of(setting: str | None, name: str = PORT) -> int:
    """Return the port of a setting, or Prefect's own default.

    Raises:
        SettingsProblem: it is no number of a port.

    """
    if not setting:
        return DEFAULT_PORT
    if not setting.isdecimal() or not 0 < int(setting) < 65_536:
        raise SettingsProblem(invalid(name, f"{DEFAULT_PORT}"))
    return int(setting)


def refuse_taken(host: str, port: int) -> None:
    """Refuse a port that somebody listens on, before `prefect.env` names it.

    Raises:
        OSError: the port is taken or not ours to take, with 対処.

    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, port), family=family):
            pass
    except OSError as error:
        raise OSError(
            f"{host}:{port} で Prefect サーバーを起動できません({error.strerror})。"
            "対処: 起動済みのサーバーがあれば、そのまま使えます。"
            f"ほかのプログラムが使用中の場合は、{PORT} に別のポートを指定してください。"
        ) from None


def hold_home(home: Path) -> int:
    """Hold the home's lock until the file returned is closed or `prefect` ends.

    A second server would write its own address into `prefect.env`, and every process
    would turn to it: the runs and the shops of the first would be out of reach.

    Raises:
        SettingsProblem: a server of this home is at work.
        OSError: the home cannot be made or written.

    """
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(home / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    if not takes_lock(lock):
        os.close(lock)
        raise SettingsProblem(
            f"{home} の Prefect サーバーは、すでに起動しています"
            f"(アドレスは {home / FILE} にあります)。何も変更していません。"
            "対処: 起動済みのサーバーをそのまま使ってください。"
            "別のポートで起動する場合は、先に停止してください。"
        )
    os.set_inheritable(lock, True)
    return lock


def is_served(home: Path) -> bool:
    """Return whether a server holds the home's lock."""
    try:
        lock = os.open(home / LOCK, os.O_RDONLY)
    except OSError:
        return False
    try:
        return is_locked(lock)
    finally:
        os.close(lock)


if __name__ == "__main__":
    main()
