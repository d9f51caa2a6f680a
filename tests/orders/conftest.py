"""A warehouse of its own for each test, checked for its invariants afterwards."""

from tests.warehouse.conftest import con, path

__all__ = ["con", "path"]
