"""Open the published copy for a page of the desk.

It is one copy that nobody writes to any more: a flow at work is never waited for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from data.warehouse.readers import reading
from data.warehouse.session import Connection

PATIENCE_S: Final = 2.0
MOST: Final = 200
"""Rows that a page lists."""


@contextmanager
def published(copy: Path) -> Iterator[Connection]:
    """Open the copy to read.

    Raises:
        WarehouseClosed: nothing was published yet, or the copy does not open.

    """
    with reading(copy, PATIENCE_S) as (con, _):
        yield con
