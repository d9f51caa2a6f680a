"""What every test may use: one sandbox, fresh for each test."""

from collections.abc import Iterator

import pytest

from tests.support.sandbox import Sandbox


@pytest.fixture(scope="session")
def sandbox_process() -> Iterator[Sandbox]:
    """Run one sandbox for the whole session; its rate limit is off."""
    with Sandbox.start("--seed", "7", "--no-rate-limit") as running:
        yield running


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Sandbox:
    """An RMS without orders, faults or memories of the test before."""
    sandbox_process.reset()
    return sandbox_process
