"""One shop's life in the warehouse, for the tests to look at or to disturb."""

from datetime import date

from data.model.order import Mall
from data.model.shops.application import application_mail
from data.model.shops.connection import ConnectionStatus
from data.model.shops.licence import end_of
from data.model.shops.onboarding import (
    Stage,
)
from data.warehouse.shops import (
    ShopState,
    move_stage,
    record_application,
    record_connection,
    record_key,
    record_shop,
)
from tests.shops.made import (
    SHOP,
    a_shop,
    a_step,
    an_application,
    at,
)

FIRST_END, SECOND_END = end_of(date(2027, 2, 21)), end_of(date(2027, 5, 1))


def apply(con, minute: float = 0) -> None:
    application = an_application()
    record_application(
        con, SHOP, application, application_mail(application), at(minute)
    )


def start(con, minute: float) -> None:
    state = ShopState(SHOP, Mall.RAKUTEN, "123456", notices_start_at=at(minute))
    record_shop(con, state, at(minute))


def live(con) -> None:
    """Walk the whole way, an event a minute."""
    move_stage(con, SHOP, a_step(Stage.PREPARING, 0))
    apply(con, 1)
    move_stage(con, SHOP, a_step(Stage.APPLIED, 2))
    move_stage(con, SHOP, a_step(Stage.AWAITING_API, 3))
    record_key(con, a_shop(), at(4))
    move_stage(con, SHOP, a_step(Stage.KEY_REGISTERED, 5))
    record_connection(con, a_shop(), ConnectionStatus.OK, at(6), FIRST_END)
    move_stage(con, SHOP, a_step(Stage.CONNECTED, 7))
    move_stage(con, SHOP, a_step(Stage.AWAITING_NOTICES, 8))
    start(con, 10)
    move_stage(con, SHOP, a_step(Stage.AWAITING_START, 9))
    move_stage(con, SHOP, a_step(Stage.LIVE, 10))


def row(con) -> tuple | None:
    return con.execute(
        "SELECT stage, connection_status, checked_at, license_expires_at FROM shops"
    ).fetchone()
