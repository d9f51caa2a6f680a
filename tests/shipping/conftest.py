"""A shop `lab` at a fresh RMS, whose flows run in this process without Prefect."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.warehouse.invariants import violations
from data.warehouse.session import Connection, warehouse
from tests.shipping.lab import Lab
from tests.support.sandbox import Sandbox, lab_settings


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated warehouse to copy: migrating is most of a small test's time."""
    path = tmp_path_factory.mktemp("empty") / "juchu.duckdb"
    with warehouse(path):
        pass
    return path


@pytest.fixture
def home(tmp_path: Path, empty: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    shutil.copy(empty, home / "juchu.duckdb")
    return home


@pytest.fixture
def con(home: Path) -> Iterator[Connection]:
    """The warehouse alone, checked for its invariants afterwards."""
    with warehouse(home / "juchu.duckdb") as con:
        yield con
        assert violations(con) == []


@pytest.fixture
def bare_lab(sandbox: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    """A shop with its own warehouse; RMS settles a report in a tenth of a second."""
    sandbox.settings(async_delay_s=0.1)
    for name, value in lab_settings(sandbox, home).items():
        monkeypatch.setenv(name, value)
    return Lab(sandbox, home, monkeypatch)


@pytest.fixture
def lab(bare_lab: Lab) -> Iterator[Lab]:
    """The same, and afterwards no parcel may stand twice at RMS."""
    yield bare_lab
    bare_lab.check()
