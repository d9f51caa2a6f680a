"""Passwords of the people at the desk: kept as scrypt hashes, in one setting.

The setting is `name=hash,name=hash`. A hash is `scrypt:N:r:p:salt:key`, of signs that
mean nothing in a shell, in `.env`, in compose and in systemd.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final

from data.model.typed.parts import parts_of

SHORTEST: Final = 10
"""Signs of a password."""
LONGEST: Final = 200
SALT_BYTES: Final = 16
_N, _R, _P = 2**14, 8, 5  # OWASP's password storage cheat sheet: 16 MB, half of 0.2 s
_MEMORY: Final = 64 * 1024 * 1024
OF_NOBODY: Final = f"scrypt:{_N}:{_R}:{_P}:{'A' * 22}:{'A' * 43}"
"""A hash that no password is known to fit; comparing takes as long as with any."""
_HASH: Final = re.compile(
    r"scrypt:(\d{1,7}):(\d{1,2}):(\d{1,2}):([\w-]{22}):([\w-]{43})", re.ASCII
)
_NAME: Final = re.compile(r"[^\s=,:'\"\\$#]{1,40}")


def hashed(password: str, salt: bytes) -> str:
    """Return the hash of a password, to be kept in the setting."""
    key = _key(password, salt, _N, _R, _P)
    return f"scrypt:{_N}:{_R}:{_P}:{_text(salt)}:{_text(key)}"


def fits(password: str, kept: str) -> bool:
    """Return whether a hash is of this password; takes the same time if it is not."""
    found = _HASH.fullmatch(kept)
    if found is None or len(password) > LONGEST:
        return False
    n, r, p = (int(found[part]) for part in (1, 2, 3))
    key = _key(password, _bytes(found[4]), n, r, p)
    return hmac.compare_digest(key, _bytes(found[5]))


def people_of(setting: str) -> dict[str, str]:
    """Return the hash of each person of the setting by name.

    Raises:
        ValueError: an entry is no name with a hash, or a name stands twice.

    """
    found: dict[str, str] = {}
    for entry in parts_of(setting):
        name, _, kept = entry.partition("=")
        if not _NAME.fullmatch(name) or not _HASH.fullmatch(kept) or name in found:
            raise ValueError(
                "名前=ハッシュ を「,」で区切って指定してください。"
                "make desk-password NAME=名前 で作成できます"
            )
        found[name] = kept
    return found


def setting_of(people: Mapping[str, str]) -> str:
    """Return the setting of these people, as `people_of` reads it."""
    return ",".join(f"{name}={kept}" for name, kept in people.items())


def _key(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(
        password.encode(), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=32
    )


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
