"""Callers for the sandbox's two shops."""

from collections.abc import Iterator

import httpx
import pytest

from tests.sandbox.caller import Caller
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
