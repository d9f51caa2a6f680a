"""Refusals: orders that could not be taken, kept until they can."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl
from duckdb import DuckDBPyConnection

from data.model.order import Mall, RefusedOrder
from data.warehouse.shown import show
from data.warehouse.statements import SQL

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
    """Keep the latest refusal per order, open until `store_orders` settles it.

    One seen earlier than what is known changes nothing.
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
    con.execute(SQL("upsert_refusals"), {"seen_at": seen_at})
    # Not in a `finally`: in an aborted transaction this would hide the cause.
    con.unregister("refused")


def open_refusals(
    con: DuckDBPyConnection, shop_id: str, limit: int
) -> list[RefusedOrder]:
    """List a shop's orders that could not be taken yet, longest waiting first."""
    rows = con.execute(
        SQL("list_open_refusals"), {"shop_id": shop_id, "row_limit": limit}
    ).fetchall()
    return [
        RefusedOrder(
            mall=Mall(mall),
            shop_id=shop,
            order_number=order_number,
            code=code,
            reason=reason,
        )
        for mall, shop, order_number, code, reason in rows
    ]
