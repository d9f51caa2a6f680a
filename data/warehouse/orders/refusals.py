"""Orders that could not be taken: each refusal is open until its order is stored."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl
from duckdb import DuckDBPyConnection

from data.model.order import RefusedOrder
from data.model.run import HAS_ORDER
from data.warehouse.session import Connection
from data.warehouse.statements import SQL, show

_REFUSED = pl.Schema(
    {
        "position": pl.Int64(),
        "mall": pl.String(),
        "shop_id": pl.String(),
        "order_number": pl.String(),
        "code": pl.String(),
        "reason": pl.String(),
    }
)


def record_refusals(
    con: DuckDBPyConnection, refused: Sequence[RefusedOrder], seen_at: datetime
) -> None:
    """Store the latest refusal per order, open until `store_orders` settles it.

    One seen earlier than what is known changes nothing. An order that the mall had and
    then does not show is a refusal anew.
    """
    if not refused:
        return
    frame = pl.DataFrame(
        {
            "position": range(len(refused)),
            "mall": [order.mall.value for order in refused],
            "shop_id": [order.shop_id for order in refused],
            "order_number": [order.order_number for order in refused],
            "code": [order.code for order in refused],
            "reason": [order.reason for order in refused],
        },
        schema=_REFUSED,
    )
    show(con, "refused", frame)
    SQL.run(con, "upsert_refusals", {"seen_at": seen_at, "has_order": [*HAS_ORDER]})
    # Not in a `finally`: in an aborted transaction this would hide the cause.
    con.unregister("refused")


def settle_refusals(con: Connection, stored_at: datetime) -> None:
    """Settle the refusals of the orders in `judged`; a stale snapshot settles none."""
    SQL.run(con, "settle_refusals", {"stored_at": stored_at})
