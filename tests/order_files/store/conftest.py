"""A warehouse of its own for each test, checked for its invariants afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from data.warehouse.invariants import violations
from data.warehouse.session import warehouse


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "juchu.duckdb"


@pytest.fixture
def con(path: Path) -> Iterator[DuckDBPyConnection]:
    with warehouse(path) as con:
        yield con
        assert violations(con) == []
