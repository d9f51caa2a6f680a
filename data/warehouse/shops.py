"""What is known of each shop: stage, connection, and its licence key's age and end.

The keys themselves never come here: only their hashes do.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple

from duckdb import DuckDBPyConnection

from data.model.japan_time import in_japan
from data.model.order import Mall
from data.model.shops.application import Application, Mail
from data.model.shops.connection import (
    ANSWERED,
    REFUSED,
    ConnectionStatus,
    KeyFacts,
    suspect_paste,
)
from data.model.shops.licence import (
    end_of,
    key_fingerprint,
    known_end,
    refusals_count_from,
)
from data.model.shops.onboarding import (
    ShopFacts,
    Stage,
    StageStep,
    Standing,
    move,
    replay,
)
from data.model.shops.shop import Shop, ShopHandle
from data.warehouse.session import Connection
from data.warehouse.statements import SQL


@dataclass(frozen=True)
class ShopState:
    """What one flow learned about a shop; None is unknown."""

    shop: ShopHandle
    mall: Mall
    shop_id: str
    stage: str | None = None
    connection_status: str | None = None
    checked_at: datetime | None = None
    license_expires_at: datetime | None = None
    notices_start_at: datetime | None = None


def record_shop(con: Connection, state: ShopState, updated_at: datetime) -> None:
    """Update the shop's row; a value of None keeps the stored one.

    A start of the notices that is given now settles those that waited from before it.
    """
    given = asdict(state) | {"mall": state.mall.value, "updated_at": updated_at}
    SQL.run(con, "upsert_shop", given)
    SQL.run(con, "settle_unread_notices", {"settled_at": updated_at})


def delete_former_handles(
    con: Connection, shop: Shop, described: Sequence[ShopHandle]
) -> None:
    """Delete the rows of this shop's former handles that are no longer set up."""
    given = {"shop": shop.handle, "mall": shop.mall.value, "shop_id": shop.shop_id}
    SQL.run(con, "delete_former_handles", {**given, "described": [*described]})


def move_stage(con: DuckDBPyConnection, shop: ShopHandle, step: StageStep) -> Standing:
    """Move the shop to a stage and record the step, if what we know allows it.

    Raises:
        StageRefused: with the reason in Japanese; nothing was written.

    """
    standing = move(stage_of(con, shop), step, facts_of(con, shop))
    SQL.run(
        con,
        "insert_shop_step",
        {
            "shop": shop,
            "stage": step.stage.value,
            "moved_at": step.at,
            "who": step.who,
            "why": step.why,
        },
    )
    show_stage(con, shop)
    return standing


def show_stage(con: DuckDBPyConnection, shop: ShopHandle) -> None:
    """Copy the shop's stage into its row of `shops`, if there is one."""
    SQL.run(con, "set_shop_stage", {"shop": shop})


def stage_of(con: DuckDBPyConnection, shop: ShopHandle) -> Standing | None:
    """Return the shop's stage by its history, or None without one."""
    return replay(stage_history(con, shop))


def stage_history(con: DuckDBPyConnection, shop: ShopHandle) -> list[StageStep]:
    """Return every step of the shop, oldest first."""
    rows = SQL.run(con, "list_shop_steps", {"shop": shop}).fetchall()
    return [
        StageStep(stage=Stage(stage), at=in_japan(at), who=who, why=why)
        for stage, at, who, why in rows
    ]


def stages_now(con: DuckDBPyConnection) -> dict[ShopHandle, Stage]:
    """Return the stage of every shop that has a history, sorted by shop code."""
    rows = SQL.run(con, "list_shop_stages").fetchall()
    return {shop: Stage(stage) for shop, stage in rows}


def facts_of(con: DuckDBPyConnection, shop: ShopHandle) -> ShopFacts:
    """Return the facts by which a move of stage may be barred; None is unknown."""
    row = SQL.run(con, "find_shop_facts", {"shop": shop}).fetchall()[0]
    made, seen, told, typed, answered, connection, checked, starts = row
    return ShopFacts(
        application_made_at=_moment(made),
        key_seen_at=_moment(seen),
        license_expires_at=_moment(known_end(told, typed, answered)),
        is_end_typed=told is None and typed is not None,
        connection=ConnectionStatus(connection) if connection else None,
        checked_at=_moment(checked),
        notices_start_at=_moment(starts),
    )


def record_application(
    con: DuckDBPyConnection,
    shop: ShopHandle,
    application: Application,
    mail: Mail,
    made_at: datetime,
) -> datetime | None:
    """Record the application; return when this very mail was sent before, or None.

    Its people, addresses and telephone are not kept: of the mail only a hash is.
    """
    given = {
        "shop": shop,
        "mail_hash": mail.sha256,
        "shop_name": application.shop_name,
        "shop_url": application.shop_url,
        "rakuten_pay": application.rakuten_pay,
        "made_at": made_at,
    }
    SQL.run(con, "upsert_shop_application", given)
    rows = SQL.run(con, "find_shop_application", given).fetchall()
    return _moment(rows[0][1])


def record_sent(
    con: DuckDBPyConnection, shop: ShopHandle, mail: Mail, sent_at: datetime
) -> None:
    """Record when a mail server first accepted the application's mail."""
    SQL.run(
        con,
        "mark_shop_application_sent",
        {"shop": shop, "mail_hash": mail.sha256, "sent_at": sent_at},
    )


def _moment(at: datetime | None) -> datetime | None:
    return None if at is None else in_japan(at)


def record_key(
    con: DuckDBPyConnection,
    shop: Shop,
    seen_at: datetime,
    expires_at: datetime | None = None,
    answered_at: datetime | None = None,
) -> datetime:
    """Record that the shop uses this key; return when it was first seen.

    `expires_at` is what RMS told, `answered_at` when it accepted the key now.
    """
    typed = shop.license_expires_on
    SQL.run(
        con,
        "upsert_shop_key",
        {
            "shop": shop.handle,
            "key_hash": key_fingerprint(shop.license_key),
            "seen_at": seen_at,
            "told_expires_at": expires_at,
            "typed_expires_at": end_of(typed) if typed else None,
            "answered_at": answered_at,
        },
    )
    _write_shop(con, ShopState(shop.handle, shop.mall, shop.shop_id), seen_at)
    # The key just written is the one seen last, so the facts are this key's.
    return facts_of(con, shop.handle).key_seen_at or seen_at


class _KeptKey(NamedTuple):
    """What is kept of one key: when it was seen first, its ends, its last success."""

    seen_at: datetime
    told_end: datetime | None = None
    typed_end: datetime | None = None
    answered_at: datetime | None = None


def _kept_of_key(con: DuckDBPyConnection, shop: Shop) -> _KeptKey | None:
    """Return what is kept of the key that the shop is set up with; None if nothing."""
    given = {"shop": shop.handle, "key_hash": key_fingerprint(shop.license_key)}
    rows = SQL.run(con, "find_shop_key_facts", given).fetchall()
    return _KeptKey(*rows[0]) if rows else None


def key_facts(
    con: DuckDBPyConnection,
    shop: Shop,
    now: datetime,
    told_expires_at: datetime | None = None,
) -> KeyFacts:
    """Return the facts to judge a refusal of the shop's key by; an unknown key is new.

    Its end is the one told now or before, else the one typed in (`known_end`).
    """
    seen, told, typed, answered = _kept_of_key(con, shop) or _KeptKey(now)
    if shop.license_expires_on:
        typed = end_of(shop.license_expires_on)
    return KeyFacts(
        first_seen_at=in_japan(seen),
        expires_at=_moment(known_end(told_expires_at or told, typed, answered)),
        suspect=suspect_paste(shop.service_secret, shop.license_key),
    )


def has_answered(con: DuckDBPyConnection, shop: Shop) -> bool:
    """Return whether RMS has accepted the shop's key, as a key of this very shop."""
    kept = _kept_of_key(con, shop)
    return kept is not None and kept.answered_at is not None


def forget_closed_shops_keys(
    con: DuckDBPyConnection, described: Sequence[ShopHandle]
) -> None:
    """Delete what is known of the keys of Rakuten's shops that are no longer set up."""
    given = {"mall": Mall.RAKUTEN.value, "described": [*described]}
    SQL.run(con, "forget_closed_shops_keys", given)


def make_closed_shops(con: Connection) -> None:
    """Make the macro `closed_shops`, the shops for which no run will come any more."""
    SQL.run(con, "create_closed_shops")


def halted_shops(con: DuckDBPyConnection) -> list[ShopHandle]:
    """Return the shops that wait for a key that works; one stopped by hand does not."""
    return SQL.column(con, "list_halted_shops", {"statuses": [*REFUSED]})


def is_check_due(con: DuckDBPyConnection, shop: Shop, at: datetime) -> bool:
    """Return whether a check of the key a shop is set up with may find something new.

    The key was never tried, or a refusal could not be judged because the key was too
    new, and it is old enough now.
    """
    kept = _kept_of_key(con, shop)
    if kept is None:
        return True
    was_fresh = facts_of(con, shop.handle).connection is ConnectionStatus.FRESH_KEY
    return was_fresh and at >= refusals_count_from(kept.seen_at)


def key_in_use(con: DuckDBPyConnection, shop: ShopHandle) -> str | None:
    """Return the fingerprint of the key the shop's calls use, or None."""
    rows = SQL.run(con, "find_shop_key", {"shop": shop}).fetchall()
    return str(rows[0][0]) if rows else None


def leave_ended_key(con: DuckDBPyConnection, shop: Shop, at: datetime) -> None:
    """Have the shop's calls use the key it is set up with in place of an ended one.

    No check has proven that key yet. But with the ended one no call could be made
    before the next check, which may be hours away.
    """
    if key_in_use(con, shop.handle) != key_fingerprint(shop.license_key):
        record_key(con, shop, at)


def record_connection(
    con: DuckDBPyConnection,
    shop: Shop,
    status: ConnectionStatus,
    checked_at: datetime,
    expires_at: datetime | None = None,
) -> None:
    """Record the finding of a connection check with the shop's present key."""
    answered_at = checked_at if status in ANSWERED else None
    record_key(con, shop, checked_at, expires_at, answered_at)
    state = ShopState(
        shop.handle,
        shop.mall,
        shop.shop_id,
        connection_status=status.value,
        checked_at=checked_at,
    )
    _write_shop(con, state, checked_at)


def stop_function(
    con: DuckDBPyConnection,
    shop: ShopHandle,
    function: str,
    codes: Sequence[str],
    stopped_at: datetime,
) -> None:
    """Record that this function refused the shop while its key was good."""
    SQL.run(
        con,
        "insert_shop_stop",
        {
            "shop": shop,
            "function_name": function,
            "codes": ",".join(codes),
            "stopped_at": stopped_at,
        },
    )


def stopped_functions(con: DuckDBPyConnection, shop: ShopHandle) -> frozenset[str]:
    """Return the functions that the shop may not call until a check succeeds."""
    return frozenset(SQL.column(con, "list_shop_stops", {"shop": shop}))


def lift_stops(
    con: DuckDBPyConnection, shop: ShopHandle, functions: Sequence[str]
) -> None:
    """Allow the shop to call these functions again: each of them has answered."""
    given = {"shop": shop, "functions": list(functions)}
    SQL.run(con, "delete_shop_stops", given)


def last_warned(
    con: DuckDBPyConnection, shop: ShopHandle, expires_at: datetime
) -> int | None:
    """Return the most urgent warning given about this expiry, in days, or None."""
    given = {"shop": shop, "expires_at": expires_at}
    days: int | None = SQL.value(con, "find_shop_warning", given)
    return days


def record_warning(
    con: DuckDBPyConnection,
    shop: ShopHandle,
    expires_at: datetime,
    days: int,
    warned_at: datetime,
) -> None:
    """Record that a warning was given, so that it is not repeated."""
    SQL.run(
        con,
        "insert_shop_warning",
        {"shop": shop, "expires_at": expires_at, "days": days, "warned_at": warned_at},
    )


def shops_with_orders(con: Connection, mall: str | None = None) -> list[str]:
    """Return the ids under which orders of this mall, or of any, are stored, sorted."""
    return SQL.column(con, "list_shops_with_orders", {"mall": mall})


def _write_shop(con: DuckDBPyConnection, state: ShopState, at: datetime) -> None:
    record_shop(con, state, at)
    SQL.run(
        con,
        "set_shop_licence",
        {
            "shop": state.shop,
            "license_expires_at": facts_of(con, state.shop).license_expires_at,
        },
    )
    show_stage(con, state.shop)
