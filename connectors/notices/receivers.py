"""Fetch a home's notices from the receivers of other hosts into its own spool.

The home's spool has a notice on disk before the receiver is told so. Where one of the
two is down meanwhile, the notice waits at the receiver, for days if need be.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import httpx
from pydantic import SecretStr, ValidationError

from connectors.notices.homes import HomeFetch, HomeFetched
from connectors.notices.keys import KnownShop, shops_in_file
from connectors.notices.spool import Spool

PATIENCE_S: Final = 10.0
ROUNDS: Final = 100
_TROUBLE: Final = (httpx.HTTPError, httpx.InvalidURL, OSError, ValidationError)

log = logging.getLogger(__name__)


class Brought(NamedTuple):
    """How many notices were new, and the receivers that gave no answer, with why."""

    new: int
    silent: dict[str, str]


class KeysUnreadable(Exception):
    """The home cannot say which shops it has, so it asks no receiver for anything."""

    def __init__(self, key_file: Path, why: str) -> None:
        super().__init__(
            f"認証キーのファイル {key_file} を読み取れません({why})。"
            "受信から通知を受け取っていません。通知は受信に残っています。"
            "対処: ファイルの有無と権限を確認してください。"
        )


class Home(NamedTuple):
    """A home as receivers know it: its name, its move, and the file of its keys."""

    name: str
    epoch: int
    key_file: Path


def fetch_notices(
    addresses: Sequence[str], secret: SecretStr, home: Home, spool: Spool
) -> Brought:
    """Bring every notice that waits for the home at a receiver; one stops no other.

    Raises:
        KeysUnreadable: nothing was asked for. To name no shop would make each receiver
            refuse the notices of those it knows.
        SpoolFailed: the home's own spool cannot be written: nothing is settled that is
            not on its disk.

    """
    asked = HomeFetch(epoch=home.epoch, shops=_shops_of(home))
    new, silent = 0, {}
    headers = {"Authorization": f"Bearer {secret.get_secret_value()}"}
    with httpx.Client(headers=headers, timeout=PATIENCE_S, trust_env=False) as http:
        for address in addresses:
            try:
                new += _from_one(http, f"{address}/homes/{home.name}", asked, spool)
            except httpx.HTTPStatusError as refusal:
                silent[address] = f"HTTP {refusal.response.status_code}"
            except _TROUBLE as problem:
                silent[address] = type(problem).__name__
    for address, why in silent.items():
        log.warning(
            "受信 %s から通知を受け取れません(%s)。次の実行でもう一度受け取ります。"
            "対処: 続く場合は、受信の起動とネットワークを確認してください。",
            address,
            why,
        )
    return Brought(new, silent)


def _shops_of(home: Home) -> tuple[KnownShop, ...]:
    try:
        return shops_in_file(home.key_file)
    except (OSError, ValidationError) as problem:
        # A trace would quote the file.
        raise KeysUnreadable(home.key_file, type(problem).__name__) from None


def _from_one(http: httpx.Client, url: str, asked: HomeFetch, spool: Spool) -> int:
    new = 0
    for _ in range(ROUNDS):
        answer = http.post(
            url,
            content=asked.model_dump_json(),
            headers={"Content-Type": "application/json"},
        )
        answer.raise_for_status()
        waiting = HomeFetched.model_validate_json(answer.content).waiting
        if not waiting:
            break
        new += spool.keep(waiting).new
        asked = asked.model_copy(
            update={"kept": tuple(notice.notice_key for notice in waiting)}
        )
    return new
