"""A warehouse for each test, checked for its invariants afterwards.

Most tests only need an empty one: they share it, each in a transaction of its own that
is undone, because opening a file takes longer than such a test.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from connectors.order_files import CsvRefused
from connectors.stock_files import read_stock_file
from data.warehouse.invariants import violations
from data.warehouse.session import warehouse
from tests.stock.count_files import HEADER
from tests.stock.made import a_count, count
from tests.stock.shop_of_flows import Shelf, opened_shelf
from tests.support.sandbox import Sandbox


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


@pytest.fixture
def read(tmp_path):
    """Write a file's text, or its bytes, and read it."""

    def write_and_read(*rows, header=HEADER, encoding="utf-8", text=None):
        path = tmp_path / "count.csv"
        content = text if text is not None else "\r\n".join([header, *rows, ""])
        raw = content if isinstance(content, bytes) else content.encode(encoding)
        path.write_bytes(raw)
        return read_stock_file(path)

    return write_and_read


@pytest.fixture
def refused(read):
    """Read a file that must be refused; give the refusal."""

    def read_and_fail(*rows, **more):
        with pytest.raises(CsvRefused) as caught:
            read(*rows, **more)
        return caught.value

    return read_and_fail


@pytest.fixture
def shelf(sandbox: Sandbox, tmp_path: Path) -> Iterator[Shelf]:
    """A shop whose stock flows run in this process, without Prefect."""
    with opened_shelf(sandbox, tmp_path) as opened:
        yield opened
