"""What came of the pushes that were sent; only reading back proves one (rule 6.5)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import polars as pl
from duckdb import DuckDBPyConnection

from data.model.order import Mall
from data.model.stock import Listing, PushState, read_back
from data.warehouse.shown import show
from data.warehouse.statements import SQL

LOST: Final = "応答がありませんでした。次の転送で読み直します (answer lost)。"
NOT_SHOWN: Final = (
    "転送後の読み直しで別の数が表示されました。次の転送でやり直します"
    " (the mall shows another number)。"
)
UNKNOWN_SKU: Final = (
    "RMSにこの商品管理番号・SKU管理番号の在庫がありません (unknown SKU)。"
    "対処: RMSの商品とSKU管理番号を確かめ、正しい番号で棚卸を取り込んでください。"
)


def record_lost(con: DuckDBPyConnection, push_ids: Sequence[str]) -> None:
    """Note that no answer came to these: read back, never send blindly again."""
    given = {"push_ids": list(push_ids), "state": PushState.UNKNOWN.value}
    con.execute(SQL("end_inventory_pushes"), {**given, "reason": LOST})


def record_refused(con: DuckDBPyConnection, push_ids: Sequence[str], why: str) -> None:
    """Note that the mall refused these, with its code and text.

    They are not tried again before their level changes.
    """
    given = {"push_ids": list(push_ids), "state": PushState.REFUSED.value}
    con.execute(SQL("end_inventory_pushes"), {**given, "reason": why})


def record_read_back(  # noqa: PLR0913 - whose, which run's, when and what
    con: DuckDBPyConnection,
    shop_id: str,
    found: Mapping[Listing, int | None],
    *,
    mall: Mall = Mall.RAKUTEN,
    run_id: str,
    read_at: datetime,
) -> dict[str, PushState]:
    """Judge the run's sent pushes by what the mall shows; give each one's state.

    `read_at` is when that request was sent. A push whose listing is not in `found`, or
    that was refused or superseded, keeps its state.
    """
    given = {"mall": mall.value, "shop_id": shop_id, "run_id": run_id}
    rows = con.execute(SQL("list_inventory_sent"), given).fetchall()
    judged: dict[str, tuple[PushState, int | None]] = {}
    for push_id, manage_number, variant_id, offered, before in rows:
        one = Listing(manage_number=manage_number, variant_id=variant_id)
        if one in found:
            judged[push_id] = (read_back(offered, before, found[one]), found[one])
    if judged:
        show(con, "inventory_judged", _judged(judged))
        con.execute(SQL("verify_inventory_pushes"), {"read_at": read_at})
        con.unregister("inventory_judged")
    return {push_id: state for push_id, (state, _) in judged.items()}


def _judged(judged: Mapping[str, tuple[PushState, int | None]]) -> pl.DataFrame:
    reasons = {PushState.UNKNOWN: NOT_SHOWN, PushState.UNKNOWN_SKU: UNKNOWN_SKU}
    return pl.DataFrame(
        [
            (push_id, state.value, reasons.get(state), units)
            for push_id, (state, units) in judged.items()
        ],
        schema={
            "push_id": pl.String(),
            "state": pl.String(),
            "reason": pl.String(),
            "found_after": pl.Int64(),
        },
        orient="row",
    )
