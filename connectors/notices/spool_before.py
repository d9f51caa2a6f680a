"""The spool of the version before, one file per notice, as an upgrade finds it.

    spool/shop-123456/<notice_key>.json   a notice that waits
    spool/tmp/                            files not yet named, so never acknowledged

This module goes when no home made before the change of ADR 11 is in use any more.
"""

import contextlib
import errno
import itertools
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from data.model.notice import Notice

log = logging.getLogger(__name__)


def is_in(folder: Path) -> bool:
    """Return whether there is such a spool in the folder."""
    return any(folder.glob("shop-*/"))


def taken_over(folder: Path, at_once: int) -> Iterator[list[Notice]]:
    """Yield its notices in batches; a batch's files go when the next one is asked for.

    So the caller commits before they go: killed in between, they are repeats next time.
    A file that is no notice is moved to damaged/. Nobody else may be at it meanwhile.
    """
    for shop in folder.glob("shop-*/"):
        while paths := list(itertools.islice(shop.glob("*.json"), at_once)):
            read = {path: _notice_in(path) for path in paths}
            yield [notice for notice in read.values() if notice]
            for path, notice in read.items():
                if notice:
                    path.unlink()
                else:
                    (folder / "damaged").mkdir(mode=0o700, exist_ok=True)
                    path.replace(folder / "damaged" / path.name)
                    log.error("no notice, moved to damaged/: %s", path.name)
        with contextlib.suppress(OSError):
            shop.rmdir()  # something that is not ours may be in it
    shutil.rmtree(folder / "tmp", ignore_errors=True)


def _notice_in(path: Path) -> Notice | None:
    """Return the notice in a file; None when it holds none, or not that one."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(number, "rb") as file:
            notice = Notice.model_validate_json(file.read())
    except ValidationError:
        return None
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EISDIR}:
            return None
        raise
    named = path.parent.name, path.stem
    return notice if named == (f"shop-{notice.shop_id}", notice.notice_key) else None
