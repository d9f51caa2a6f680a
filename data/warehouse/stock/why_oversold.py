"""Why a SKU was oversold, from what the warehouse holds alone: no mall is asked.

The rule is `data.model.oversale`; here are the facts it judges, and every event of the
SKU for people to follow.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from duckdb import DuckDBPyConnection

from data.model.order import Mall
from data.model.oversale import (
    Oversale,
    OversaleFacts,
    TriedPush,
    Trouble,
    TroubleKind,
    Untold,
    Verdict,
    judge_oversale,
)
from data.model.stock import PushState
from data.model.stock_link import StockLink
from data.warehouse.statements import SQL

AROUND: Final = timedelta(hours=1)
"""How long before the first untold piece, and after the sale, events are listed."""


class SkuEvent(NamedTuple):
    """One thing that happened to a SKU; `kind` is a word of `list_sku_events`."""

    at: datetime
    kind: str
    mall: str | None
    shop_id: str | None
    order_number: str | None
    units: int | None
    what: str | None


@dataclass(frozen=True)
class Explained:
    """The sale, why it was possible, and what happened around it."""

    sku: str
    facts: OversaleFacts
    verdict: Verdict
    events: tuple[SkuEvent, ...]


def sku_named(
    con: DuckDBPyConnection, shop_id: str, name: str, *, mall: Mall = Mall.RAKUTEN
) -> str | None:
    """Return the SKU that a person names, by its name or by a listing of it."""
    manage_number, _, variant_id = name.rpartition("/")
    given = {
        "mall": mall.value,
        "shop_id": shop_id,
        "sku": name,
        "manage_number": manage_number,
        "variant_id": variant_id,
    }
    found = SQL.run(con, "find_sku_of", given).fetchall()
    return str(found[0][0]) if found else None


def why_oversold(con: DuckDBPyConnection, sku: str, at: datetime) -> Explained | None:
    """Explain the SKU's last oversale before a moment, else its last sale.

    None where it had sold nothing by then. Reads only.
    """
    SQL.run(con, "find_lines_taken_out", {"sku": sku})
    SQL.run(con, "show_lines_ever")
    rows = SQL.run(con, "find_oversale", {"sku": sku, "at": at}).fetchall()
    if not rows:
        return None
    sale = Oversale(*rows[0])
    given: dict[str, Any] = {
        "sku": sku,
        "mall": sale.mall,
        "shop_id": sale.shop_id,
        "manage_number": sale.manage_number,
        "variant_id": sale.variant_id,
        "sold_at": sale.at,
        "verified_seq": sale.verified_seq,
        "verified_at": sale.verified_at,
    }
    untold = [Untold(*row) for row in SQL.run(con, "list_untold", given).fetchall()]
    since = min([sale.at, *(one.at for one in untold)]) - AROUND
    until = max([sale.at, *(one.known_at for one in untold)]) + AROUND
    window = {"sku": sku, "since": since, "until": until}
    ((waiting, waiting_at),) = SQL.run(con, "count_waiting_pieces", given).fetchall()
    recount_at = SQL.value(con, "find_recount", given)
    links = SQL.run(con, "find_link", given).fetchall()
    facts = OversaleFacts(
        sale,
        untold,
        [
            TriedPush(PushState(state), *rest)
            for state, *rest in SQL.run(con, "list_tried_pushes", given).fetchall()
        ],
        [
            Trouble(mall, shop_id, function, TroubleKind(kind), *rest)
            for mall, shop_id, function, kind, *rest in SQL.run(
                con, "list_troubles", window
            ).fetchall()
        ],
        waiting,
        waiting_at,
        recount_at,
        StockLink(*links[0]) if links else None,
    )
    events = SQL.run(con, "list_sku_events", window).fetchall()
    verdict = judge_oversale(facts)
    return Explained(sku, facts, verdict, tuple(SkuEvent(*row) for row in events))
