"""Callers for the sandbox's two shops."""

from collections.abc import Iterator

import httpx
import pytest

from tests.sandbox.caller import Caller
from tests.sandbox.inventory import Inventory
from tests.sandbox.receiver import Receiver
from tests.support.sandbox import Sandbox


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False, timeout=10) as client:
        yield client


@pytest.fixture
def rms(sandbox: Sandbox, http: httpx.Client) -> Caller:
    return Caller(sandbox, http, "demo")


@pytest.fixture
def other(sandbox: Sandbox, http: httpx.Client) -> Caller:
    return Caller(sandbox, http, "demo2")


@pytest.fixture(params=["2.0", "2.1"])
def inventory(rms: Caller, request: pytest.FixtureRequest) -> Inventory:
    """The inventory API of the shop `demo`; both versions must be alike."""
    return Inventory(rms, request.param)


@pytest.fixture
def receiver(sandbox: Sandbox) -> Iterator[Receiver]:
    """A receiver of notices; the sandbox's notices go there from now on."""
    with Receiver() as running:
        sandbox.settings(notify_url=running.url)
        yield running
        sandbox.reset()
