"""What is known of a shop's licence keys, which never come here: age, end, warnings."""

from datetime import datetime

from duckdb import DuckDBPyConnection

from data.model.connection import Fault, KeyFacts, suspect_paste
from data.model.japan_time import in_japan
from data.model.licence import end_of, key_fingerprint
from data.model.shop import Shop, ShopHandle
from data.warehouse.shop_life import facts_of, show_stage
from data.warehouse.shops import ShopState, record_shop
from data.warehouse.statements import SQL


def record_key(
    con: DuckDBPyConnection,
    shop: Shop,
    seen_at: datetime,
    expires_at: datetime | None = None,
) -> datetime:
    """Keep that the shop is used with this key; give when it was first seen.

    `expires_at` is what RMS told; the date typed into the block counts until then.
    """
    typed = shop.license_expires_on
    con.execute(
        SQL("upsert_shop_key"),
        {
            "shop": shop.handle,
            "key_hash": key_fingerprint(shop.license_key),
            "seen_at": seen_at,
            "told_expires_at": expires_at,
            "typed_expires_at": end_of(typed) if typed else None,
        },
    )
    _write_shop(con, ShopState(shop.handle, shop.mall, shop.shop_id), seen_at)
    # The key just written is the one seen last, so the facts are this key's.
    return facts_of(con, shop.handle).key_seen_at or seen_at


def key_facts(
    con: DuckDBPyConnection,
    shop: Shop,
    now: datetime,
    told_expires_at: datetime | None = None,
) -> KeyFacts:
    """Give what a refusal of the shop's key is judged by; a key not seen is of now.

    Of its ends the one told now counts, then the one kept, then the one typed in.
    """
    given = {"shop": shop.handle, "key_hash": key_fingerprint(shop.license_key)}
    rows = con.execute(SQL("find_shop_key_facts"), given).fetchall()
    seen, kept = rows[0] if rows else (now, None)
    typed = end_of(shop.license_expires_on) if shop.license_expires_on else None
    return KeyFacts(
        first_seen_at=in_japan(seen),
        expires_at=told_expires_at or (in_japan(kept) if kept else typed),
        suspect=suspect_paste(shop.service_secret, shop.license_key),
    )


def key_in_use(con: DuckDBPyConnection, shop: ShopHandle) -> str | None:
    """Give the fingerprint of the key the shop's calls use; None: none was seen."""
    rows = con.execute(SQL("find_shop_key"), {"shop": shop}).fetchall()
    return str(rows[0][0]) if rows else None


def record_connection(
    con: DuckDBPyConnection,
    shop: Shop,
    fault: Fault,
    checked_at: datetime,
    expires_at: datetime | None = None,
) -> None:
    """Keep what a connection check with the shop's present key found."""
    record_key(con, shop, checked_at, expires_at)
    state = ShopState(
        shop.handle,
        shop.mall,
        shop.shop_id,
        connection_status=fault.value,
        checked_at=checked_at,
    )
    _write_shop(con, state, checked_at)


def last_warned(
    con: DuckDBPyConnection, shop: ShopHandle, expires_at: datetime
) -> int | None:
    """Give the most urgent warning given about this end, in days; None: none yet."""
    given = {"shop": shop, "expires_at": expires_at}
    days: int | None = con.execute(SQL("find_shop_warning"), given).fetchall()[0][0]
    return days


def record_warning(
    con: DuckDBPyConnection,
    shop: ShopHandle,
    expires_at: datetime,
    days: int,
    warned_at: datetime,
) -> None:
    """Keep that a warning was given, so that it is not given again."""
    con.execute(
        SQL("insert_shop_warning"),
        {"shop": shop, "expires_at": expires_at, "days": days, "warned_at": warned_at},
    )


def _write_shop(con: DuckDBPyConnection, state: ShopState, at: datetime) -> None:
    record_shop(con, state, at)
    con.execute(
        SQL("set_shop_licence"),
        {
            "shop": state.shop,
            "license_expires_at": facts_of(con, state.shop).license_expires_at,
        },
    )
    show_stage(con, state.shop)
