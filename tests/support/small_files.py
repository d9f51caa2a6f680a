"""A disk without room, as far as one process can have it without mounting one."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def small_files(largest: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (largest, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
