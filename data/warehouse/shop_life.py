"""A shop's way to live and beyond: its moves, and the facts that let it move."""

from datetime import datetime

from duckdb import DuckDBPyConnection

from data.model.application import Application, Mail
from data.model.connection import Fault
from data.model.guards import ShopFacts, move
from data.model.japan_time import in_japan
from data.model.onboarding import Stage, Standing, Step, replay
from data.model.shop import ShopHandle
from data.warehouse.statements import SQL


def move_stage(con: DuckDBPyConnection, shop: ShopHandle, step: Step) -> Standing:
    """Move the shop and keep the move; what we know of it must allow that.

    Raises:
        MoveRefused: with the reason in Japanese; nothing was written.

    """
    standing = move(stage_of(con, shop), step, facts_of(con, shop))
    con.execute(
        SQL("insert_shop_step"),
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
    """Let the shop's row in `shops`, once there is one, show where it stands."""
    con.execute(SQL("set_shop_stage"), {"shop": shop})


def stage_of(con: DuckDBPyConnection, shop: ShopHandle) -> Standing | None:
    """Give where the shop stands by its history; None: it has none."""
    return replay(stage_history(con, shop))


def stage_history(con: DuckDBPyConnection, shop: ShopHandle) -> list[Step]:
    """List every move of the shop, oldest first."""
    rows = con.execute(SQL("list_shop_steps"), {"shop": shop}).fetchall()
    return [
        Step(stage=Stage(stage), at=in_japan(at), who=who, why=why)
        for stage, at, who, why in rows
    ]


def stages_now(con: DuckDBPyConnection) -> dict[ShopHandle, Stage]:
    """Give the stage of every shop that has a history, sorted by handle."""
    rows = con.execute(SQL("list_shop_stages")).fetchall()
    return {shop: Stage(stage) for shop, stage in rows}


def facts_of(con: DuckDBPyConnection, shop: ShopHandle) -> ShopFacts:
    """Gather what the guards ask; None for what nobody has told yet."""
    row = con.execute(SQL("find_shop_facts"), {"shop": shop}).fetchall()[0]
    made, seen, expires, connection, checked, starts = row
    return ShopFacts(
        application_made_at=_moment(made),
        key_seen_at=_moment(seen),
        license_expires_at=_moment(expires),
        connection=Fault(connection) if connection else None,
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
    """Keep that the application was made; give when this very mail was sent before.

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
    con.execute(SQL("upsert_shop_application"), given)
    rows = SQL.run(con, "find_shop_application", given).fetchall()
    return _moment(rows[0][1])


def record_sent(
    con: DuckDBPyConnection, shop: ShopHandle, mail: Mail, sent_at: datetime
) -> None:
    """Keep that a mail server took the application's mail; the first time counts."""
    con.execute(
        SQL("mark_shop_application_sent"),
        {"shop": shop, "mail_hash": mail.sha256, "sent_at": sent_at},
    )


def _moment(at: datetime | None) -> datetime | None:
    return None if at is None else in_japan(at)
