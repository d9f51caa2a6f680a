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


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of the desk in one of the processes: they share its server."""
    for item in items:
        if item.path.parent.name == "desk":
            item.add_marker(pytest.mark.xdist_group("desk"))
