"""Store the clerk's marks on orders: the intent before the call, then the end.

No text of a memo is stored: it may name people, and analysts read this table.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import polars as pl
from duckdb import DuckDBPyConnection

from data.model.mark import MarkKind, MarkState
from data.model.order import Mall
from data.warehouse.statements import SQL, show

_PLANNED: Final = {"order_number": pl.String(), "value": pl.String()}
_SETTLED: Final = {
    "order_number": pl.String(),
    "state": pl.String(),
    "code": pl.String(),
    "reason": pl.String(),
}


class MarkRun(NamedTuple):
    """Which run sets which kind of mark, in whose shop, asked for by whom."""

    run_id: str
    kind: MarkKind
    shop_id: str
    who: str


class MarkEnd(NamedTuple):
    """What a mark came to, with RMS's code and words."""

    state: MarkState
    code: str = ""
    reason: str = ""


def plan_marks(
    con: DuckDBPyConnection, run: MarkRun, values: Mapping[str, str], at: datetime
) -> None:
    """Store what is about to be sent, by order number; commit, then call."""
    if not values:
        return
    rows = pl.DataFrame([*values.items()], schema=_PLANNED, orient="row")
    show(con, "marks_planned", rows)
    SQL.run(con, "insert_order_marks", _given(run) | {"planned_at": at})
    con.unregister("marks_planned")


def settle_marks(
    con: DuckDBPyConnection, run: MarkRun, ends: Mapping[str, MarkEnd], at: datetime
) -> None:
    """Store what became of the run's marks, by order number."""
    if not ends:
        return
    rows = pl.DataFrame(
        [
            (number, end.state.value, end.code, end.reason)
            for number, end in ends.items()
        ],
        schema=_SETTLED,
        orient="row",
    )
    show(con, "marks_settled", rows)
    SQL.run(con, "settle_order_marks", _given(run) | {"settled_at": at})
    con.unregister("marks_settled")


def has_open_cancel(con: DuckDBPyConnection, shop_id: str, order_number: str) -> bool:
    """Return whether a cancellation left of which nobody knows what became."""
    given = {"mall": Mall.RAKUTEN.value, "shop_id": shop_id}
    found = SQL.run(con, "list_open_cancels", given | {"order_number": order_number})
    return bool(found.fetchall())


def settle_open_marks(
    con: DuckDBPyConnection, run: MarkRun, numbers: Sequence[str], at: datetime
) -> None:
    """Store that these orders show what open marks of the run's kind were to do."""
    given = {
        "kind": run.kind.value,
        "mall": Mall.RAKUTEN.value,
        "shop_id": run.shop_id,
        "numbers": list(numbers),
        "settled_at": at,
    }
    SQL.run(con, "settle_open_marks", given)


def _given(run: MarkRun) -> dict[str, object]:
    return {
        "run_id": run.run_id,
        "kind": run.kind.value,
        "mall": Mall.RAKUTEN.value,
        "shop_id": run.shop_id,
        "who": run.who,
    }
