"""A warehouse for each test, checked for its invariants afterwards.

Most tests only need an empty one: they share it, each in a transaction of its own that
is undone, because opening a file takes longer than such a test.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from data.warehouse.invariants import violations
from data.warehouse.session import warehouse
from tests.stock.made import a_count, count


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated warehouse to copy."""
    path = tmp_path_factory.mktemp("empty") / "juchu.duckdb"
    with warehouse(path):
        pass
    return path


@pytest.fixture
def path(tmp_path: Path, empty: Path) -> Path:
    """A file of the test's own, for what is about transactions or closing."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    return Path(shutil.copy(empty, home / "juchu.duckdb"))


@pytest.fixture(scope="session")
def shared(
    tmp_path_factory: pytest.TempPathFactory, empty: Path
) -> Iterator[DuckDBPyConnection]:
    path = Path(shutil.copy(empty, tmp_path_factory.mktemp("shared")))
    with warehouse(path) as con:
        con.rollback()
        yield con
        con.begin()


@pytest.fixture
def undone(shared: DuckDBPyConnection) -> Iterator[DuckDBPyConnection]:
    """An empty warehouse, whatever becomes of it."""
    shared.begin()
    yield shared
    shared.rollback()


@pytest.fixture
def con(undone: DuckDBPyConnection) -> Iterator[DuckDBPyConnection]:
    yield undone
    assert violations(undone) == []


@pytest.fixture
def counted(con):
    """Ten teas were counted."""
    count(con, a_count(10, own_sku="TEA-100"), minute=0)
    return con
