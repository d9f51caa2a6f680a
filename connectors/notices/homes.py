"""Homes that fetch their notices from this receiver, and whose keys it knows by them.

Where there are several hosts, any receiver takes any shop's notice: it is durable here
before it is answered, and waits here until the home that owns the shop has it on its
own disk. One call of a home says which shops it has (hashes of their keys) and which
notices it has kept, and is answered with those that wait. A call repeated, or cut at
any moment, hands a notice out again and settles none too early; the home knows it by
its key.
"""

import hmac
import logging
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Annotated, Final

from pydantic import Field, SecretStr, StringConstraints, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from connectors.durable_write import replace_durably
from connectors.notices.keys import KnownShop
from connectors.notices.spool import Spool, SpoolFailed
from data.model.notice import Notice
from data.model.order import Frozen

FOLDER: Final = "receiver-homes"
"""Beside the key file: a file for each home, written by its calls."""
PATH: Final = "/homes/{home}"
AT_ONCE: Final = 2000
LARGEST: Final = 4 * 1024 * 1024
_HOME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")

log = logging.getLogger(__name__)

NoticeKey = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class HomeKeys(Frozen):
    """The shops of a home, and the move of it that said so."""

    epoch: Annotated[int, Field(ge=1)]
    shops: tuple[KnownShop, ...]


class HomeFetch(HomeKeys):
    """What a home says in a call."""

    kept: tuple[NoticeKey, ...] = ()
    """Notices that are on the home's own disk."""


class HomeFetched(Frozen):
    """The notices that wait for the home's shops, oldest first for each."""

    waiting: tuple[Notice, ...]


class OfFormerOwner(Exception):
    """The call is of a host that the home has left."""


class Homes:
    """The homes that have called, each with the shops it named last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, HomeKeys] = {}
        self._lock = Lock()
        for file in sorted(folder.glob("*.json")) if folder.is_dir() else ():
            try:
                self._known[file.stem] = HomeKeys.model_validate_json(file.read_bytes())
            except (OSError, ValidationError):
                log.error("the keys of home %s cannot be read", file.stem)  # noqa: TRY400 - a trace would quote them

    def shops(self) -> tuple[KnownShop, ...]:
        """Return every shop of every home."""
        return tuple(shop for home in [*self._known.values()] for shop in home.shops)

    def call(self, home: str, said: HomeKeys) -> None:
        """Keep the home's shops, durably if they changed.

        Raises:
            OfFormerOwner: a later owner of the home has called before.
            OSError: they cannot be written.

        """
        with self._lock:
            known = self._known.get(home)
            if known and known.epoch > said.epoch:
                raise OfFormerOwner
            keys = HomeKeys(epoch=said.epoch, shops=said.shops)
            if keys != known:
                file = self._folder / f"{home}.json"
                replace_durably(file, keys.model_dump_json().encode())
                self._known[home] = keys


def answers_homes(
    homes: Homes, spool: Spool, secret: SecretStr, now: Callable[[], datetime]
) -> Callable[[Request], object]:
    """Return the handler of a home's call; without a secret it is not there (404)."""

    async def handler(request: Request) -> Response:
        home = request.path_params["home"]
        if not secret.get_secret_value() or not _HOME.fullmatch(home):
            return Response(status_code=404)
        if not _lets_in(request, secret):
            return Response(status_code=401)
        return await answered(request, home)

    async def answered(request: Request, home: str) -> Response:
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST:
                return Response(status_code=413)
        try:
            said = HomeFetch.model_validate_json(bytes(body))
            found = await run_in_threadpool(_answer, homes, spool, home, said, now())
        except ValidationError:
            return Response(status_code=422)
        except OfFormerOwner:
            return Response(status_code=409)
        except (SpoolFailed, OSError) as problem:
            log.error("home %s not answered: %s", home, type(problem).__name__)  # noqa: TRY400 - says it all
            return Response(status_code=503)
        return JSONResponse(found.model_dump(mode="json"))

    return handler


def _lets_in(request: Request, secret: SecretStr) -> bool:
    sent = request.headers.get("authorization", "")
    wanted = f"Bearer {secret.get_secret_value()}"
    return hmac.compare_digest(sent.encode(), wanted.encode())


def _answer(
    homes: Homes, spool: Spool, home: str, said: HomeFetch, now: datetime
) -> HomeFetched:
    """Keep the keys, settle what the home has, and return what waits for it."""
    homes.call(home, said)
    if said.kept:
        spool.settle_keys(said.kept, now)
    waiting: list[Notice] = []
    for shop_id in dict.fromkeys(shop.shop_id for shop in said.shops):
        waiting += spool.waiting(AT_ONCE - len(waiting), shop_id)
        if len(waiting) >= AT_ONCE:
            break
    return HomeFetched(waiting=tuple(waiting))
