"""Remember what changed of a line after a person adjusted stock for it.

Nothing moves by it (docs/rules.md 6.2): the difference waits for a count.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

from duckdb import DuckDBPyConnection

from data.warehouse.statements import SQL


@contextmanager
def adjusted_lines_kept(
    con: DuckDBPyConnection,
    take: Literal["take_adjusted_lines", "take_csv_adjusted_lines"],
    given: Mapping[str, object],
) -> Iterator[None]:
    """Compare adjusted lines before and after the block, and keep what differs.

    `take` names the orders: those of `written`, or those a file changes.
    """
    lines = SQL.value(con, take, given)
    yield
    if lines:
        SQL.run(con, "record_outdated_adjustments")
