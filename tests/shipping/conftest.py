"""A shop `lab` at a fresh RMS, whose flows run in this process without Prefect."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.rms import shipping
from tests.shipping.lab import Lab
from tests.support.kept_open import kept_open
from tests.support.sandbox import Sandbox, lab_settings


@pytest.fixture
def bare_lab(sandbox: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A shop with its own warehouse; RMS settles a report before it is asked again."""
    sandbox.settings(async_delay_s=0.05)
    monkeypatch.setattr(shipping, "FIRST_PAUSE_S", 0.06)
    for name, value in lab_settings(sandbox, home).items():
        monkeypatch.setenv(name, value)
    return Lab(sandbox, home, monkeypatch)


@pytest.fixture
def lab(bare_lab: Lab) -> Iterator[Lab]:
    """The same in this process only; afterwards no parcel may stand twice at RMS."""
    with kept_open():
        yield bare_lab
        bare_lab.check()
