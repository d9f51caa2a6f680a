"""The key of the hashes that buyers' data go into: a file of its own, never a row.

Without a key anybody who has a copy of the warehouse finds the last digits of a phone
number from a hash of the order by trying them all. The key lies beside the warehouse in
`people.key`, for its owner only, and in no backup. Lost, a new one is made: then every
order that a mall shows again counts as changed once, and a forgotten buyer is known by
the orders that were cleared and no more by name (docs/personal-data.md).
"""

import os
import re
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from duckdb import DuckDBPyConnection

from data.warehouse.errors import KeyDamaged

KEY_FILE: Final = "people.key"
_KEY: Final = re.compile(r"[0-9a-f]{64}")


def use_key(con: DuckDBPyConnection, warehouse: Path) -> None:
    """Make the key known to a session: to `key_in`, and to SQL as `people_key`.

    The key is read from beside the warehouse, or made there.
    Raises KeyDamaged if the file is there and holds no key; an OSError if it cannot be
    reached.
    """
    key = _read_or_make(warehouse.with_name(KEY_FILE))
    con.execute("SET VARIABLE people_key = $key", {"key": key})


def key_in(con: DuckDBPyConnection) -> str:
    """Return the key that the session uses; LookupError if it was given none."""
    ((key,),) = con.execute("SELECT getvariable('people_key')").fetchall()
    if not key:
        raise LookupError("the session has no key")
    return str(key)


def keyed(key: str, text: str) -> str:
    """Return a hash that nobody without the key can compute or try values against.

    The migration to keyed hashes does the same to the hashes that it finds.
    """
    return keyed_hash(key, sha256(text.encode()).hexdigest())


def keyed_hash(key: str, bare: str) -> str:
    """Return a hash that was made without the key as it may be stored."""
    return sha256(f"{key}{bare}".encode()).hexdigest()


def _read_or_make(file: Path) -> str:
    try:
        key = file.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        _make(file)
        key = file.read_text(encoding="ascii").strip()
    except ValueError:
        key = ""
    if not _KEY.fullmatch(key):
        raise KeyDamaged(
            f"{file} は鍵のファイルではありません。"
            "対処: 控えがあれば戻してください。ない場合は、このファイルを別の場所へ"
            "移してから実行してください(新しい鍵を作成します)。"
        )
    return key


def _make(file: Path) -> None:
    """Write a new key, whole or not at all; another process may be first."""
    made = file.with_name(f"{file.name}.{secrets.token_hex(8)}.tmp")
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(secrets.token_hex(32) + "\n")
            out.flush()
            os.fsync(out.fileno())
        with suppress(FileExistsError):
            os.link(made, file)  # never replaces a key that is there
    finally:
        made.unlink()
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # or the hashes could outlive their key
    finally:
        os.close(folder)
