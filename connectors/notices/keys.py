"""The shops the receiver knows, and which of them a message speaks for.

A notice has no signature; the agreed key inside it is all that proves its sender
(docs/rms/event-notification.md §1). The receiver holds salted hashes, never keys: a
key has far too many bits to be guessed, so a keyed hash is enough and costs
microseconds.

Hashes come from two places, together: `receiver-keys.json`, which our own runs write
from the blocks, so that the receiver works while Prefect is down; and the environment.
"""

import contextlib
import hmac
import logging
import os
import re
import secrets
import stat
import threading
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
)

from connectors.durable_write import replace_durably
from connectors.notices.messages import NoticeMessage
from connectors.settings.reading import SettingsProblem, invalid, variables
from connectors.settings.shop_environment import problems_of
from connectors.settings.shop_variables import PREFIX
from data.model.order import Frozen, Mall
from data.model.shops.shop import ShopHandle, ShopId, without_mask

KEY_FILE: Final = "receiver-keys.json"
"""The key file's name in JUCHU_HOME."""
_LARGEST: Final = 1_000_000
_PAGE: Final = re.compile(
    r"(?:(?:https?://)?(?:[a-z]+\.)*rakuten\.(?:co|ne)\.jp/(?:gold/)?)?"
    r"([a-z0-9_-]+)(?:[/?#].*)?"
)
"""A shop's name, or an address of Rakuten's that has it first; as people copy one."""
_KEY_OF: Final = re.compile(rf"({PREFIX}SHOP_([A-Z0-9_]+)_)NOTICE_AUTH_KEY")

log = logging.getLogger(__name__)


def _given(keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    return tuple(key for key in keys if without_mask(key))


class NoticeKeys(BaseModel):
    """What a shop agreed with Rakuten; two keys while one replaces the other."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    handle: ShopHandle
    shop_id: ShopId
    shop_url: str = ""
    contract_id: str = ""
    auth_keys: Annotated[
        tuple[SecretStr, ...], AfterValidator(_given), Field(max_length=2)
    ]


class HashedKey(Frozen):
    """A key that can be recognised but not read."""

    salt: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]

    @classmethod
    def of(cls, key: SecretStr) -> Self:
        """Hash a key with a salt of its own."""
        salt = secrets.token_bytes(16)
        return cls(salt=salt.hex(), digest=_digest(salt, key).hex())

    def fits(self, key: SecretStr) -> bool:
        """Compare in constant time."""
        digest = _digest(bytes.fromhex(self.salt), key)
        return hmac.compare_digest(digest, bytes.fromhex(self.digest))


class KnownShop(Frozen):
    """A shop as the receiver knows it; without a hash in `keys` it accepts nothing."""

    handle: ShopHandle
    shop_id: ShopId
    shop_url: str
    contract_id: str
    keys: tuple[HashedKey, ...]

    @classmethod
    def of(cls, shop: NoticeKeys) -> Self:
        """Build it with the hashes of the shop's keys."""
        return cls(
            **shop.model_dump(exclude={"auth_keys"}),
            keys=tuple(map(HashedKey.of, shop.auth_keys)),
        )

    def knows(self, key: SecretStr) -> bool:
        """Return whether it is one of the shop's keys; all of them are compared."""
        return sum(hashed.fits(key) for hashed in self.keys) > 0

    def agrees_with(self, message: NoticeMessage) -> bool:
        """Return whether the message names this shop, and the contract we know."""
        return _agree(_bare(self.shop_url), _bare(message.shop_url)) and _agree(
            self.contract_id.strip(), message.contract_id
        )

    def is_made_of(self, shop: NoticeKeys) -> bool:
        """Return whether nothing changed since this was made of these keys."""
        mine, theirs = (
            each.model_dump(exclude={"keys", "auth_keys"}) for each in (self, shop)
        )
        return mine == theirs and [
            hashed.fits(key)
            for hashed, key in zip(self.keys, shop.auth_keys, strict=False)
        ] == [True] * max(len(self.keys), len(shop.auth_keys))


def speaker(shops: Sequence[KnownShop], message: NoticeMessage) -> KnownShop | None:
    """Return the one shop the message may speak for; None if there is none.

    A key may be shared by the shops of one contract: then the message must name the
    shop. If more than one still fits, nobody does.
    """
    knowing = [shop.knows(message.auth_key) for shop in shops]
    fitting = [
        shop
        for shop, knows in zip(shops, knowing, strict=True)
        if knows and shop.agrees_with(message)
    ]
    named = [shop for shop in fitting if shop.shop_url] or fitting
    return named[0] if len({shop.shop_id for shop in named}) == 1 else None


class KeyFile(Frozen):
    """The content of `receiver-keys.json`: hashes, no keys."""

    version: Literal[1] = 1
    shops: tuple[KnownShop, ...]


def save_keys(path: Path, shops: Sequence[NoticeKeys]) -> bool:
    """Replace the key file, 0600, durably; return False when nothing had changed.

    Raises OSError when it cannot be written; the old file then stands.
    """
    if _stands_for(path, shops):
        return False
    content = KeyFile(shops=tuple(map(KnownShop.of, shops)))
    replace_durably(path, content.model_dump_json(indent=1).encode())
    return True


def shops_in_file(path: Path) -> tuple[KnownShop, ...]:
    """Return the shops of a key file.

    Raises OSError or ValidationError when it cannot be read; the text of the latter
    quotes the file.
    """
    return _read(path)[0].shops


def _stands_for(path: Path, shops: Sequence[NoticeKeys]) -> bool:
    try:
        file, _ = _read(path)
    except (OSError, ValidationError):
        return False
    return len(file.shops) == len(shops) and all(
        known.is_made_of(shop) for known, shop in zip(file.shops, shops, strict=True)
    )


class KeyRing:
    """Every shop the receiver speaks with: given, in the key file, and of homes.

    The file is read again whenever it changes. One that cannot be read leaves what was
    known; one that is gone takes its shops with it. Of its copies the first that is
    there counts: a receiver as a service sees no more of the home than the spool.
    """

    def __init__(
        self,
        path: Path,
        given: Sequence[KnownShop] = (),
        of_homes: Callable[[], Sequence[KnownShop]] = tuple,
        copies: Sequence[Path] = (),
    ) -> None:
        self._paths = (path, *copies)
        self._of_homes = of_homes
        self._given = tuple(given)
        self._filed: tuple[KnownShop, ...] = ()
        self._seen: tuple[int, ...] | None = None
        self._lock = threading.Lock()

    def shops(self) -> tuple[KnownShop, ...]:
        """Return every shop known now; costs one look at the file's date."""
        path, seen = self._present()
        if seen != self._seen:
            with self._lock:
                self._read_again(path, seen)
        return (*self._given, *self._filed, *self._of_homes())

    def _present(self) -> tuple[Path, tuple[int, ...] | None]:
        """Return the first file that is there, and what would change with it."""
        for path in self._paths:
            with contextlib.suppress(OSError):
                return path, _signs(path.lstat())
        return self._paths[0], None

    def _read_again(self, path: Path, seen: tuple[int, ...] | None) -> None:
        if seen is None:
            self._filed = ()
            log.warning("the key file is gone: shops known only by it accept nothing")
        else:
            try:
                file, status = _read(path)
            except (OSError, ValidationError) as error:
                log.error(  # noqa: TRY400 - a trace would quote the file
                    "the key file cannot be read (%s); what was known stays",
                    type(error).__name__,
                )
            else:
                self._filed = file.shops
                seen = _signs(status)
                log.info("key file read: %d shops", len(file.shops))
                if stat.S_IMODE(status.st_mode) & 0o077:
                    log.warning("the key file is open to others; make it 0600")
        self._seen = seen


def keys_from_environment() -> list[NoticeKeys]:
    """Return the keys of every Rakuten shop described there; service keys are not read.

    Raises SettingsProblem naming the variables that are missing or wrong.
    """
    known = variables()
    stems = [found for name in sorted(known) if (found := _KEY_OF.fullmatch(name))]
    return [
        _keys(known, stem=found[1], handle=found[2].lower().replace("_", "-"))
        for found in stems
        if known[found[0]] and known.get(f"{found[1]}MALL") in (None, "", Mall.RAKUTEN)
    ]


def _keys(known: Mapping[str, str], stem: str, handle: str) -> NoticeKeys:
    try:
        return NoticeKeys(
            handle=handle,
            shop_id=(known.get(f"{stem}SHOP_ID") or "").strip(),
            shop_url=(known.get(f"{stem}SHOP_URL") or "").strip(),
            contract_id=(known.get(f"{stem}CONTRACT_ID") or "").strip(),
            auth_keys=(
                SecretStr(known[f"{stem}NOTICE_AUTH_KEY"] or ""),
                SecretStr(known.get(f"{stem}NOTICE_AUTH_KEY_BEFORE") or ""),
            ),
        )
    except ValidationError as error:
        wrong = [str(fault["loc"][0]) for fault in error.errors()]
        raise SettingsProblem(problems_of(invalid, stem, wrong)) from None


def _signs(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def _read(path: Path) -> tuple[KeyFile, os.stat_result]:
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(number, "rb") as file:
        return KeyFile.model_validate_json(file.read(_LARGEST)), os.fstat(number)


def _digest(salt: bytes, key: SecretStr) -> bytes:
    return hmac.digest(salt, key.get_secret_value().strip().encode(), "sha256")


def _agree(ours: str, theirs: str) -> bool:
    return not ours or hmac.compare_digest(ours.encode(), theirs.encode())


def _bare(shop_url: str) -> str:
    """Return the shop's name in its address, or in that of any of its pages."""
    url = unicodedata.normalize("NFKC", shop_url).strip().lower()
    if found := _PAGE.fullmatch(url):
        return found[1]
    return (urlsplit(url).path if "://" in url else url).strip("/")
