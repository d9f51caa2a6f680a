"""What a failed step has made goes at once, so that its room is there for orders."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def removed_on_error(*made: Path) -> Iterator[None]:
    """Remove these files and folders if the block fails; pass its error on.

    A copy that did not fit has taken the last room of the disk. What a kill leaves is
    removed by whoever makes the next one.
    """
    try:
        yield
    except BaseException:
        for each in made:
            if each.is_dir() and not each.is_symlink():
                shutil.rmtree(each, ignore_errors=True)
            else:
                with suppress(OSError):
                    each.unlink()
        raise


@contextmanager
def removed_unless_recorded(made: Path) -> Iterator[None]:
    """Remove the file if the block, which commits its record, fails; pass its error on.

    Cancelled in the block, it leaves the file, as a kill does: the record may be
    committed by then, and nothing would make the file again.
    """
    try:
        yield
    except Exception:
        with suppress(OSError):
            made.unlink()
        raise
