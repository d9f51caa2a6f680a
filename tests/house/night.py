"""Nights in one home: the flow `keep-house` at a time that the test tells."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from data.model.japan_time import JST
from data.warehouse.session import warehouse
from flows import keep_house
from tasks import alarms, buyers
from tasks.house import backup, months, trim
from tests.support.plain_runs import ShownHere, run_plainly


class Night:
    """The house at three in the morning of one day after another."""

    def __init__(self, home: Path, shown: ShownHere) -> None:
        self.home = home
        self.shown = shown
        self.at = datetime.now(JST).replace(hour=3, minute=0, second=0, microsecond=0)

    @property
    def path(self) -> Path:
        return self.home / "juchu.duckdb"

    @property
    def backups(self) -> list[str]:
        return sorted(each.name for each in (self.home / "backup").glob("*.duckdb"))

    def pass_days(self, days: float = 1) -> None:
        self.at += timedelta(days=days)

    def keep(self, **given: Any) -> tuple[str, str]:
        state = keep_house.keep_house(**given, return_state=True)
        return state.type.value, state.message

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with warehouse(self.path) as con:
            return con.execute(query).fetchall()


@contextmanager
def opened_night(home: Path, module: ModuleType) -> Iterator[Night]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUCHU_HOME", str(home))
        night = Night(home, run_plainly(patch, module, keep_house))
        for each in (backup, months, trim, alarms, buyers):
            patch.setattr(each, "now", lambda: night.at)
        yield night
