"""Loads: one row per run and source, the warehouse's own account of its runs."""

from dataclasses import asdict, dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from data.model.order import Mall
from data.model.window import Window
from data.warehouse.statements import SQL


@dataclass(frozen=True)
class Load:
    """What one run read from one source, and what came of it so far."""

    load_id: str
    source: str
    mall: Mall
    shop_id: str
    flow_run_id: str | None
    started_at: datetime
    finished_at: datetime | None = None
    window_from: datetime | None = None
    window_to: datetime | None = None
    found: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    refused: int = 0
    found_without_notice: int | None = None

    @property
    def window(self) -> Window | None:
        """What it searches; None for a run that searches nothing."""
        if self.window_from is None or self.window_to is None:
            return None
        return Window(self.window_from, self.window_to)


def record_load(con: DuckDBPyConnection, load: Load) -> None:
    """Write the run's row, replacing what the same run wrote before.

    Recorded at the start and at the end, so a killed run is seen as unfinished.
    """
    con.execute(SQL("upsert_load"), asdict(load) | {"mall": load.mall.value})
