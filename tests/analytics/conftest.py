"""A copy for analysts, of a warehouse in which every free text is a buyer's."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from duckdb import DuckDBPyConnection

from data.warehouse.analytics.publish import publish
from data.warehouse.session import warehouse
from tests.analytics.filled import fill
from tests.support.orders import at


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Path:
    """A home for the tests of a file: filled and published once."""
    home = tmp_path_factory.mktemp("analytics")
    path = home / "juchu.duckdb"
    path.write_bytes(migrated.read_bytes())
    with warehouse(path) as con:
        fill(con)
    publish(path, home / "analytics.duckdb", at(60))
    return home


@pytest.fixture(scope="module")
def copy(published: Path) -> Iterator[DuckDBPyConnection]:
    """The published copy, open to read."""
    with duckdb.connect(published / "analytics.duckdb", read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")  # an analyst's machine
        yield con
