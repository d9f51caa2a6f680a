"""Let the sessions of a test share one open DuckDB, for tests of what they do inside.

Opening and closing DuckDB takes longer than most of what a session does, and a flow has
dozens of them. Each still is a connection and a transaction of its own; what opening,
closing, waiting and dying do is tested with the real door (`tests/warehouse`,
`tests/crash`, and all tests marked `prefect`).
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from data.warehouse import readers, session
from data.warehouse.analytics.versions import stamp
from data.warehouse.instance import connect
from data.warehouse.matter_view import renew_matter_view
from data.warehouse.migrate import migrate
from data.warehouse.people_key import use_key


@contextmanager
def kept_open() -> Iterator[None]:
    """Keep every file open that a session of this process opens, until the end."""
    instances: dict[Path, DuckDBPyConnection] = {}

    def opened(path: Path) -> DuckDBPyConnection:
        if path not in instances:
            instances[path] = connect(path)
            use_key(instances[path], path)
            migrate(instances[path])
            renew_matter_view(instances[path])
        return instances[path].cursor()

    to_copy = readers._open_to_copy

    def opened_to_copy(copy: Path, path: Path) -> DuckDBPyConnection:
        """Open another file with the same in it: DuckDB opens one only once."""
        before = stamp(path)
        opened(path).execute("CHECKPOINT")
        os.utime(path, ns=(before, before))  # it is the same state
        same = Path(shutil.copy(path, copy.with_name("kept.duckdb")))
        return to_copy(copy, same)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "_open", opened)
        patch.setattr(session, "migrate", lambda _con, _saved: [])
        patch.setattr(session, "renew_matter_view", lambda _con, _saved: False)
        patch.setattr(readers, "_open_to_copy", opened_to_copy)
        yield
    for instance in instances.values():
        instance.close()
