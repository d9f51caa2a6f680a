"""Keep what goods cost and what malls keep, as a file of people's says."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from data.model.costs import MallFee, SkuCost
from data.warehouse.session import Connection
from data.warehouse.statements import SQL, show

_COSTS = pl.Schema({"sku": pl.String(), "valid_from": pl.Date(), "cost": pl.Int64()})
_FEES = pl.Schema(
    {
        "mall": pl.String(),
        "shop_id": pl.String(),
        "valid_from": pl.Date(),
        "percent": pl.String(),  # to DECIMAL in SQL
        "each_order": pl.Int64(),
    }
)


def store_costs(
    con: Connection, costs: Sequence[SkuCost], who: str, imported_at: datetime
) -> list[str]:
    """Store the costs; one of the same SKU and day takes the place of the one before.

    Return the SKUs that no order and no listing has.
    """
    show(con, "costs_told", pl.DataFrame(costs, schema=_COSTS, orient="row"))
    SQL.run(con, "merge_sku_costs", {"who": who, "imported_at": imported_at})
    unsold = SQL.column(con, "list_unsold_skus")
    con.unregister("costs_told")
    return unsold


def store_fees(
    con: Connection, fees: Sequence[MallFee], who: str, imported_at: datetime
) -> None:
    """Store the fees; one of the same shop and day takes the former one's place."""
    rows = [(*fee[:3], str(fee.percent), fee.each_order) for fee in fees]
    show(con, "fees_told", pl.DataFrame(rows, schema=_FEES, orient="row"))
    SQL.run(con, "merge_mall_fees", {"who": who, "imported_at": imported_at})
    con.unregister("fees_told")
