"""Push stock to a mall: plan, send, read back (docs/rules.md 6.5).

A run goes through these, each in a session of its own, with RMS's answers between:

    levels_to_push      what changed; read the mall's present quantities (bulk-get)
    unseen_units        (model) the mall sold what we do not know: sweep, start again
    plan_push           store the intent, with the level of this very moment
    start_sending       right before each call: what may still be sent
    record_lost,        what the call came to; a 204 proves nothing and is not recorded
    record_refused
    record_read_back    what the mall shows now (bulk-get), the only proof

A row carries its level's place in the ledger. A later plan supersedes an open row,
which then is not sent any more; while a call is under way no other of its listing is
planned. So an older level never follows a newer one, with any number of workers. For
the run's report `latest_pushes` and `held_listings` return how a shop's pushes stand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, NamedTuple

import polars as pl
from duckdb import DuckDBPyConnection

from data.model.order import Mall
from data.model.stock import MOST_UNITS, Listing, PushState, read_back
from data.warehouse.statements import SQL, show

PRESUMED_LOST: Final = timedelta(minutes=5)
"""A call longer under way than this is over: its process died. Far longer than the
client's deadline for one call, so that no call can still arrive after it."""

PATIENCE: Final = 4
"""How many calls in a row may fail for a listing before it waits longer each time: as
many as one run makes. Other listings are not held up by it."""

SUPERSEDED: Final = "新しい在庫数の転送に置き換えました。"


class _OfListing:
    """A row about one listing of the shop."""

    manage_number: str
    variant_id: str

    @cached_property
    def listing(self) -> Listing:
        """The listing it is about, made once: its numbers are checked then."""
        return Listing(manage_number=self.manage_number, variant_id=self.variant_id)


@dataclass(frozen=True)
class LevelToPush(_OfListing):
    """A listing whose level the mall does not have yet.

    expected  what the mall should show now: what it showed when last verified, less the
              orders placed since, and no more than when it was last kept, while it is;
              None before the first verified push
    waiting   units of orders created by CSV that the level does not know of (view
              `stock_holds`): it may be too high by so many, and is not raised
    due_since the cause after which the mall had to be told; None for a level that the
              mall shows, or whose cause left no time (the shop's own safety stock)
    """

    manage_number: str
    variant_id: str
    sku: str
    level_seq: int
    level: int
    safety: int
    offered: int
    expected: int | None
    waiting: int
    due_since: datetime | None


@dataclass(frozen=True)
class Push(_OfListing):
    """One listing to be sent: the whole content of its entry in bulk-upsert."""

    push_id: str
    manage_number: str
    variant_id: str
    sku: str
    level_seq: int
    offered: int


@dataclass(frozen=True)
class PushPlan:
    """What became of each level to push; the four add up.

    to_send   the mall shows another number: send these
    verified  the mall shows the very number already: no write is spent
    kept      the mall shows fewer or none, and a CSV order of the SKU waits for a
              person: the number is not raised
    held      a call of this listing is under way, the reading is too old, or it would
              be raised and may not: next run
    """

    to_send: tuple[Push, ...]
    verified: int
    kept: int
    held: int


def levels_to_push(  # noqa: PLR0913 - whose levels, and which of them
    con: DuckDBPyConnection,
    shop_id: str,
    *,
    mall: Mall = Mall.RAKUTEN,
    safety: int,
    full: bool = False,
    at: datetime | None = None,
) -> list[LevelToPush]:
    """Return the levels to push, oldest due first; `full` returns unchanged ones, too.

    Only listings with a variant, and only SKUs that were counted: the level of any
    other would be 0, and the mall would show the item as sold out. A listing the mall
    does not know, or refused, is listed again when its level changes. `safety` is the
    shop's; a listing's own (stock_settings) goes before it. A listing that PATIENCE
    calls did not bring about is left out until it is due again `at`.
    """
    _gather(con, shop_id, mall=mall, safety=safety, full=full, at=at)
    rows = SQL.run(con, "list_inventory_levels").fetchall()
    return [LevelToPush(*row) for row in rows]


class DueLevels(NamedTuple):
    """Levels of a shop that a push could send to the mall now.

    oldest   the cause of the one that waits longest; those that RMS refuses, and those
             that wait for a person, do not count
    version  the latest place in the ledger of any of them: another number is due since
    """

    levels: int
    oldest: datetime | None
    version: int = 0


def due_now(
    con: DuckDBPyConnection,
    shop_id: str,
    *,
    mall: Mall = Mall.RAKUTEN,
    safety: int,
    at: datetime,
) -> DueLevels:
    """Return whether a push would have something to do at this moment."""
    _gather(con, shop_id, mall=mall, safety=safety, full=False, at=at)
    return DueLevels(*SQL.run(con, "count_inventory_due").fetchall()[0])


def _gather(  # noqa: PLR0913 - whose levels, and which of them
    con: DuckDBPyConnection,
    shop_id: str,
    *,
    mall: Mall,
    safety: int,
    full: bool,
    at: datetime | None,
) -> None:
    given = {
        "mall": mall.value,
        "shop_id": shop_id,
        "safety": safety,
        "most_units": MOST_UNITS,
        "full": full,
        "at": at,
        "patience": PATIENCE,
    }
    SQL.run(con, "gather_inventory_levels", given)


def plan_push(  # noqa: PLR0913
    con: DuckDBPyConnection,
    shop_id: str,
    found: Mapping[Listing, int | None],
    *,
    mall: Mall = Mall.RAKUTEN,
    run_id: str,
    safety: int,
    full: bool = False,
    may_raise: bool = True,
    read_at: datetime,
    planned_at: datetime,
    presumed_lost: timedelta = PRESUMED_LOST,
) -> PushPlan:
    """Store the pushes to send with the levels of now, in the caller's transaction.

    `found` is what the mall showed at `read_at`, when that request was sent; None for a
    listing it did not name. Listings not read are left for the next run. Open rows of
    the planned listings become superseded. Commit before anything is sent. Without
    `may_raise` a push that would raise what the mall shows is left as well: nobody has
    looked whether those pieces were sold. Make `presumed_lost` shorter only where no
    other process pushes.
    """
    given = {
        "mall": mall.value,
        "shop_id": shop_id,
        "run_id": run_id,
        "may_raise": may_raise,
        "read_at": read_at,
        "planned_at": planned_at,
        "lost_before": planned_at - presumed_lost,
        "reason": SUPERSEDED,
    }
    frame = pl.DataFrame(
        [(one.manage_number, one.variant_id, units) for one, units in found.items()],
        schema={
            "manage_number": pl.String(),
            "variant_id": pl.String(),
            "found": pl.Int64(),
        },
        orient="row",
    )
    show(con, "inventory_found", frame)
    _gather(con, shop_id, mall=mall, safety=safety, full=full, at=planned_at)
    SQL.run(con, "judge_inventory_levels", given)
    con.unregister("inventory_found")
    SQL.run(con, "supersede_inventory_pushes", given)
    SQL.run(con, "drop_inventory_holds", given)
    SQL.run(con, "insert_inventory_holds", given)
    SQL.run(con, "insert_inventory_pushes", given)
    ((verified, kept, held),) = SQL.run(con, "count_inventory_plan").fetchall()
    rows = SQL.run(con, "list_inventory_planned", given).fetchall()
    return PushPlan(tuple(Push(*row) for row in rows), verified, kept, held)


def start_sending(
    con: DuckDBPyConnection,
    pushes: Sequence[Push],
    *,
    sent_at: datetime,
) -> list[Push]:
    """Mark pushes as sent and return those that may be: commit, then call.

    One that a later plan has superseded meanwhile is left out: its level is old.
    """
    if not pushes:
        return []
    given = {"push_ids": [push.push_id for push in pushes], "sent_at": sent_at}
    started = set(SQL.column(con, "start_inventory_pushes", given))
    return [push for push in pushes if push.push_id in started]


LOST: Final = "応答がありませんでした。次の転送で読み直します。"
NOT_SHOWN: Final = "転送後の読み直しで別の数が表示されました。次の転送でやり直します。"
UNKNOWN_SKU: Final = (
    "RMSにこの商品管理番号・SKU管理番号の在庫がありません。"
    "対処: RMSの商品とSKU管理番号を確かめ、正しい番号で棚卸を取り込んでください。"
)


def record_lost(con: DuckDBPyConnection, push_ids: Sequence[str]) -> None:
    """Record that no answer came to these: read back, never send blindly again."""
    given = {"push_ids": list(push_ids), "state": PushState.UNKNOWN.value}
    SQL.run(con, "end_inventory_pushes", {**given, "reason": LOST})


def record_refused(con: DuckDBPyConnection, push_ids: Sequence[str], why: str) -> None:
    """Record that the mall refused these, with its code and text.

    They are not tried again before their level changes.
    """
    given = {"push_ids": list(push_ids), "state": PushState.REFUSED.value}
    SQL.run(con, "end_inventory_pushes", {**given, "reason": why})


def record_read_back(  # noqa: PLR0913 - whose, which run's, when and what
    con: DuckDBPyConnection,
    shop_id: str,
    found: Mapping[Listing, int | None],
    *,
    mall: Mall = Mall.RAKUTEN,
    run_id: str,
    read_at: datetime,
) -> dict[str, PushState]:
    """Compare the run's sent pushes with what the mall shows; return each one's state.

    `read_at` is when that request was sent. A push whose listing is not in `found`, or
    that was refused or superseded, keeps its state.
    """
    given = {"mall": mall.value, "shop_id": shop_id, "run_id": run_id}
    rows = SQL.run(con, "list_inventory_sent", given).fetchall()
    judged: dict[str, tuple[PushState, int | None]] = {}
    for push_id, manage_number, variant_id, offered, before in rows:
        one = Listing(manage_number=manage_number, variant_id=variant_id)
        if one in found:
            judged[push_id] = (read_back(offered, before, found[one]), found[one])
    if judged:
        show(con, "inventory_judged", _judged(judged))
        SQL.run(con, "verify_inventory_pushes", {"read_at": read_at})
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


@dataclass(frozen=True)
class LatestPush(_OfListing):
    """The latest push of one listing.

    was_sent   a write was spent on it; of one verified without, the mall showed the
               number already
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
    con: DuckDBPyConnection, shop_id: str, *, mall: Mall, run_id: str
) -> list[LatestPush]:
    """Return the latest push of every listing; superseded ones do not count.

    Reads only; any error is a duckdb.Error.
    """
    given = {"mall": mall.value, "shop_id": shop_id, "run_id": run_id}
    rows = SQL.run(con, "list_inventory_latest", given).fetchall()
    return [
        LatestPush(
            manage, variant, sku, offered, before, after, PushState(state), *rest
        )
        for manage, variant, sku, offered, before, after, state, *rest in rows
    ]


@dataclass(frozen=True)
class HeldListing(_OfListing):
    """A listing that was not raised: `found` stands at the mall, `offered` could.

    A mall that has no stock of it shows 0.
    """

    manage_number: str
    variant_id: str
    sku: str
    offered: int
    found: int


def held_listings(
    con: DuckDBPyConnection, shop_id: str, *, mall: Mall = Mall.RAKUTEN
) -> list[HeldListing]:
    """Return the listings that wait for a person before they may be raised.

    Reads only; any error is a duckdb.Error.
    """
    given = {"mall": mall.value, "shop_id": shop_id}
    rows = SQL.run(con, "list_inventory_holds", given).fetchall()
    return [HeldListing(*row) for row in rows]
