from pathlib import Path

import pytest


@pytest.fixture
def absent(tmp_path: Path) -> Path:
    """A place where no warehouse is yet, and no folder for it."""
    return tmp_path / "home" / "juchu.duckdb"
