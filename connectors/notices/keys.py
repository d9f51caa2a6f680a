"""Which shop a message speaks for; the agreed key is all that proves it.

A notice has no signature, only the key inside it (rms/event-notification.md §1). The
receiver holds salted hashes, never keys: they have far too many bits to be guessed, so
a keyed hash is enough and costs a message microseconds.
"""

import hmac
import secrets
from collections.abc import Callable, Sequence
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
)

from connectors.notices.messages import Message
from data.model.order import Frozen
from data.model.shop import ShopHandle

ShopId = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_-]{1,32}$")]
Salt = Callable[[int], bytes]
"""Gives so many random bytes."""


def _given(keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    return tuple(key for key in keys if key.get_secret_value().strip())


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
    def of(cls, key: SecretStr, salt: Salt = secrets.token_bytes) -> Self:
        """Hash a key with a salt of its own."""
        grain = salt(16)
        return cls(salt=grain.hex(), digest=_digest(grain, key).hex())

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
    def of(cls, shop: NoticeKeys, salt: Salt = secrets.token_bytes) -> Self:
        """Know a shop by the hashes of its keys."""
        return cls(
            **shop.model_dump(exclude={"auth_keys"}),
            keys=tuple(HashedKey.of(key, salt) for key in shop.auth_keys),
        )

    def knows(self, key: SecretStr) -> bool:
        """Whether it is one of the shop's keys; every key is compared, none skipped."""
        return sum(hashed.fits(key) for hashed in self.keys) > 0

    def agrees_with(self, message: Message) -> bool:
        """Whether the message names this shop and contract, where we know them."""
        return _agree(_bare(self.shop_url), _bare(message.shop_url)) and _agree(
            self.contract_id.strip(), message.contract_id
        )

    def is_made_of(self, shop: NoticeKeys) -> bool:
        """Whether nothing changed since this was made of these keys."""
        mine, theirs = (
            each.model_dump(exclude={"keys", "auth_keys"}) for each in (self, shop)
        )
        return mine == theirs and [
            hashed.fits(key)
            for hashed, key in zip(self.keys, shop.auth_keys, strict=False)
        ] == [True] * max(len(self.keys), len(shop.auth_keys))


def speaker(shops: Sequence[KnownShop], message: Message) -> KnownShop | None:
    """Find the one shop the message may speak for; None if there is none.

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


def _digest(salt: bytes, key: SecretStr) -> bytes:
    return hmac.digest(salt, key.get_secret_value().strip().encode(), "sha256")


def _agree(ours: str, theirs: str) -> bool:
    return not ours or hmac.compare_digest(ours.encode(), theirs.encode())


def _bare(shop_url: str) -> str:
    """The shop's name in its address: it may be written with the mall's before it."""
    url = shop_url.strip().lower()
    return (urlsplit(url).path if "://" in url else url).strip("/")
