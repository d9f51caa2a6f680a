"""Record what each run read (`loads`), and how far the sweep saw (`order_cursors`)."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from duckdb import DuckDBPyConnection

from data.model.japan_time import in_japan
from data.model.order import Mall
from data.model.run import HAS_ORDER, LOOK_BACK, MISSING_FOR, Window
from data.warehouse.session import Connection
from data.warehouse.statements import SQL


@dataclass(frozen=True)
class Load:
    """What one run read from one source, and its counts so far."""

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
        """The period searched; None for a run that searches nothing."""
        if self.window_from is None or self.window_to is None:
            return None
        return Window(self.window_from, self.window_to)


def record_load(con: DuckDBPyConnection, load: Load) -> None:
    """Insert or replace the run's row.

    Recorded at the start and at the end, so a killed run is seen as unfinished.
    """
    SQL.run(con, "upsert_load", asdict(load) | {"mall": load.mall.value})


READABLE_FOR = timedelta(days=729)
"""How old an order is read again. getOrder reads those of 730 days, of which nobody
says when they end (docs/rms/order-api.md §3.1): one asked for too late is refused."""
RETURNS_FOR = LOOK_BACK
"""How long after shipping an order is watched for a return (500 or 600 to 800 or 900).

As long as a run without dates looks back. A later return shows by its notice."""


def seen_until(con: Connection, mall: Mall, shop_id: str) -> datetime | None:
    """Return the moment up to which every order placed was stored or refused."""
    given = {"mall": mall.value, "shop_id": shop_id}
    rows = SQL.run(con, "find_cursor", given).fetchall()
    return in_japan(rows[0][0]) if rows else None


def unknown_numbers(con: Connection, shop_id: str, found: Sequence[str]) -> list[str]:
    """Return those of the numbers found of which no order is stored, in their order."""
    given = {"shop_id": shop_id, "found": list(found)}
    return SQL.column(con, "list_unknown_numbers", given)


def shipped_orders(con: Connection, shop_id: str, found: Sequence[str]) -> list[str]:
    """Return those of the numbers found whose orders are stored as shipped."""
    given = {"shop_id": shop_id, "found": list(found)}
    return SQL.column(con, "list_shipped", given)


def move_cursor(
    con: Connection, mall: Mall, shop_id: str, seen_until: datetime, now: datetime
) -> None:
    """Move the cursor forward, never back and never past now.

    In the transaction that stores the last of the orders up to there: then a run that
    dies leaves the cursor where it was (docs/rules.md I2).
    """
    given = {
        "mall": mall.value,
        "shop_id": shop_id,
        "seen_until": seen_until,
        "moved_at": now,
    }
    SQL.run(con, "move_cursor", given)


def orders_to_reread(con: Connection, shop_id: str, now: datetime) -> list[str]:
    """Return the orders RMS still shows that may have changed without a notice.

    Not final ones, whoever told us of them first, and those that could not be taken
    yet; longest unseen first. Final are 700 and 900, and 500 and 600 from RETURNS_FOR
    after shipping on (docs/rms/order-api.md §6), of an order whose stock follows the
    mall by the mall's own answer only: it may still be cancelled after a return
    (`shipped_orders`). An order that only a CSV knows is left out once the mall did not
    show it and MISSING_FOR has passed since its import.
    """
    given = {
        "shop_id": shop_id,
        "readable_since": now - READABLE_FOR,
        "returns_since": now - RETURNS_FOR,
        "missing_since": now - MISSING_FOR,
        "has_order": list(HAS_ORDER),
    }
    return SQL.column(con, "list_orders_to_reread", given)
