"""A home with a warehouse, and the night's flow in it without a Prefect server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.night import Night, opened_night


@pytest.fixture
def night(home: Path, request: pytest.FixtureRequest) -> Iterator[Night]:
    with opened_night(home, request.module) as opened:
        yield opened
