"""Write contents into the tables of orders, packages, lines and people."""

from collections.abc import Mapping

from duckdb import DuckDBPyConnection

from data.warehouse.orders.adjusted import adjusted_lines_kept
from data.warehouse.orders.content import open_contents
from data.warehouse.shipping.packages import make_cold, make_door
from data.warehouse.statements import SQL

_INSERT = ("insert_orders", "insert_packages", "insert_lines", "insert_people")
_MERGE = (
    "log_statuses",
    "mark_outdated_labels",
    "merge_orders",
    "merge_packages",
    "merge_lines",
    "merge_people",
    "remove_packages",
    "remove_lines",
    "remove_people",
)


def write_contents(
    con: DuckDBPyConnection, given: Mapping[str, object], *, any_known: bool
) -> None:
    """Write the newest content of each order that `judged` calls created or changed.

    Where none of them is known, rows are only inserted, which is quicker.
    """
    open_contents(con)
    make_door(con)
    make_cold(con)
    if not any_known:
        for name in _INSERT:
            SQL.run(con, name, given)
        return
    with adjusted_lines_kept(con, "take_adjusted_lines", given):
        for name in _MERGE:
            SQL.run(con, name, given)
