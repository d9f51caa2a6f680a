"""How the pushes of a shop stand, for the report of a run (design: rule 6.5)."""

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from data.model.order import Mall
from data.model.stock import PushState
from data.warehouse.statements import SQL


@dataclass(frozen=True)
class LatestPush:
    """The last word on one listing.

    was_sent   a write was spent on it; otherwise the mall showed the number already
    is_of_run  the run asked about planned it; otherwise it is left from an earlier one
    """

    manage_number: str
    variant_id: str
    sku: str
    offered: int
    found_before: int | None
    found_after: int | None
    state: PushState
    reason: str | None
    was_sent: bool
    is_of_run: bool


def latest_pushes(
    con: DuckDBPyConnection, shop_id: str, *, mall: Mall = Mall.RAKUTEN, run_id: str
) -> list[LatestPush]:
    """Give the latest push of every listing that was ever planned, superseded ones not.

    Reads only; any error is a duckdb.Error.
    """
    given = {"mall": mall.value, "shop_id": shop_id, "run_id": run_id}
    rows = con.execute(SQL("list_inventory_latest"), given).fetchall()
    return [
        LatestPush(
            manage, variant, sku, offered, before, after, PushState(state), *rest
        )
        for manage, variant, sku, offered, before, after, state, *rest in rows
    ]
