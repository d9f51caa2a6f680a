"""One warehouse for all tests here; what a test writes is rolled back after it.

Making a file takes longer than any test, and none of these is about files.
"""

from collections.abc import Iterator

import pytest
from duckdb import DuckDBPyConnection

from data.warehouse.invariants import violations
from data.warehouse.session import warehouse


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBPyConnection]:
    with warehouse(tmp_path_factory.mktemp("onboarding") / "juchu.duckdb") as con:
        yield con


@pytest.fixture
def spoilt(opened: DuckDBPyConnection) -> Iterator[DuckDBPyConnection]:
    """A warehouse that a test may damage."""
    yield opened
    opened.rollback()
    opened.begin()


@pytest.fixture
def con(spoilt: DuckDBPyConnection) -> Iterator[DuckDBPyConnection]:
    """A warehouse whose invariants hold when the test is over."""
    yield spoilt
    assert violations(spoilt) == []
