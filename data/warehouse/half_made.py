"""What a failed step has made goes at once, so that its room is there for orders."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import (
    AbstractContextManager,
    ExitStack,
    contextmanager,
    suppress,
)
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


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
def recording(
    session: AbstractContextManager[T],
) -> Iterator[tuple[T, Callable[[Path], None]]]:
    """Open a session that records files, and give the means to name each beforehand.

    A file that was named is removed where its record is not committed. Cancelled once
    the block has ended, the session leaves it, as a kill does: the record may be
    committed by then, and nothing would make the file again.
    """
    with ExitStack() as unless_committed, session as con, ExitStack() as in_block:

        def will_make(made: Path) -> None:
            unless_committed.enter_context(_removed_on_failure(made))
            in_block.enter_context(removed_on_error(made))

        yield con, will_make


@contextmanager
def _removed_on_failure(made: Path) -> Iterator[None]:
    """Remove the file if the block fails, and not if it is cancelled."""
    try:
        yield
    except Exception:
        with suppress(OSError):
            made.unlink()
        raise
