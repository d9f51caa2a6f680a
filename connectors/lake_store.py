"""Where the lake is kept: a folder of this machine, or an address of an S3 service.

S3 by obstore, which comes with the extra `s3`: one package with nothing behind it,
whose `put` replaces an object as a whole.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from grp import getgrnam
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pydantic import SecretStr

if TYPE_CHECKING:
    from obstore.store import S3Store as Bucket

S3: Final = "s3://"
TIMEOUT: Final = "60s"
TRIES: Final = 3


class LakeOutOfReach(Exception):
    """The lake could not be read or written; each of its files is whole."""


def _out_of_reach(address: str, cause: str) -> LakeOutOfReach:
    return LakeOutOfReach(
        f"データレイク {address} を更新できません({cause})。"
        "分析用データベースは作成済みです。"
        "対処: 保存先の有無、書き込みの権限、空き容量と、JUCHU_LAKE で始まる設定を"
        "確認してください。次に実行したときに、続きから更新します。"
    )


class FolderStore:
    """A lake on disk; the group may read it, and pass through the home it is in."""

    def __init__(self, folder: Path, group: str = "") -> None:
        self.address: Final = str(folder.absolute())
        self._folder = folder
        self._gid = getgrnam(group).gr_gid if group else None

    def read(self, name: str) -> bytes | None:
        """Return a file's content; None where there is no such file.

        Raises:
            LakeOutOfReach: it cannot be read.

        """
        with self._reached():
            file = self._folder / name
            return file.read_bytes() if file.exists() else None

    def put(self, name: str, file: Path) -> None:
        """Rename a copy of the file into the place of the one of that name.

        Raises:
            LakeOutOfReach: it cannot be written; the one before stays.

        """
        with self._reached():
            to = self._folder / name
            self._make(to.parent)
            new = to.with_name(f".{to.name}.new")
            try:
                shutil.copyfile(file, new)
                self._allow(new, 0o640 if self._gid is not None else 0o600)
                with new.open("rb") as written:
                    os.fsync(written)
                new.replace(to)
            except BaseException:  # on a full disk its room is wanted
                new.unlink(missing_ok=True)
                raise

    def delete(self, name: str) -> None:
        """Delete the file, if it is there, and the folders that it leaves empty.

        Raises:
            LakeOutOfReach: it cannot be deleted.

        """
        with self._reached():
            file = self._folder / name
            file.unlink(missing_ok=True)
            for folder in file.parents:
                if (
                    folder == self._folder
                    or not folder.exists()
                    or any(folder.iterdir())
                ):
                    return
                folder.rmdir()

    def _make(self, folder: Path) -> None:
        """Make the folder and those above it, up to the lake."""
        if folder.is_dir():
            return
        if folder == self._folder:
            folder.mkdir(mode=0o700, parents=True)
            if self._gid is not None:
                self._allow(folder.parent, folder.parent.stat().st_mode | 0o010)
        else:
            self._make(folder.parent)
            folder.mkdir(mode=0o700)
        self._allow(folder, 0o750 if self._gid is not None else 0o700)

    def _allow(self, path: Path, mode: int) -> None:
        if self._gid is not None:
            os.chown(path, -1, self._gid)
        path.chmod(mode)

    @contextmanager
    def _reached(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise _out_of_reach(self.address, str(error.strerror)) from error


class S3Store:
    """A lake at `s3://bucket/prefix` of Amazon's or any compatible service.

    What is not given comes from the environment, as AWS's own tools take it
    (AWS_ACCESS_KEY_ID, …).
    """

    def __init__(
        self,
        address: str,
        *,
        endpoint: str = "",
        region: str = "",
        key_id: str = "",
        secret: SecretStr = SecretStr(""),  # noqa: B008 - frozen
    ) -> None:
        self.address: Final = address.rstrip("/")
        given = {
            "endpoint": endpoint,
            "region": region,
            "access_key_id": key_id,
            "secret_access_key": secret.get_secret_value(),
        }
        self._bucket = _bucket(
            self.address, {key: value for key, value in given.items() if value}
        )

    def read(self, name: str) -> bytes | None:
        """Return an object's content; None where there is no such object.

        Raises:
            LakeOutOfReach: the service does not answer, or refuses.

        """
        with self._reached():
            try:
                return bytes(self._bucket.get(name).bytes())
            except FileNotFoundError:
                return None

    def put(self, name: str, file: Path) -> None:
        """Put the file in the object's place.

        Raises:
            LakeOutOfReach: the service does not answer, or refuses.

        """
        with self._reached():
            self._bucket.put(name, file)

    def delete(self, name: str) -> None:
        """Delete the object, if it is there.

        Raises:
            LakeOutOfReach: the service does not answer, or refuses.

        """
        with self._reached():
            self._bucket.delete(name)

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """Raise the kind of a fault only: its message may quote a signed address."""
        from obstore.exceptions import BaseError  # noqa: PLC0415 - of the extra

        try:
            yield
        except (BaseError, OSError) as error:
            raise _out_of_reach(self.address, type(error).__name__) from None


def _bucket(address: str, given: dict[str, str]) -> "Bucket":
    try:
        from obstore.store import S3Store as Bucket  # noqa: PLC0415 - of the extra
    except ImportError:
        raise LakeOutOfReach(
            "データレイクを S3 に保存するには、obstore が必要です。"
            "対処: .venv/bin/pip install obstore を実行してください。"
        ) from None
    parts = urlsplit(address)
    plain = given.get("endpoint", "").startswith("http://")
    return Bucket(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        client_options={"allow_http": plain, "timeout": TIMEOUT},
        retry_config={"max_retries": TRIES},
        **given,  # type: ignore[arg-type]
    )
