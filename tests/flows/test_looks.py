"""Which notices a look at an order answers: those before it, and no later one."""

from datetime import datetime

import pytest

from connectors.notices.spool import Spool
from connectors.rms.orders import OrdersApi
from connectors.settings.reading import read_settings
from data.model.notice import Notice
from data.warehouse.notices import record_notices
from data.warehouse.session import warehouse
from flows.drain_notices import drain_notices
from tasks.machine import now
from tests.support.order_notice import order_notice
from tests.support.rules import broken_rules
from tests.support.sandbox import Sandbox

REASONS = "SELECT reason FROM notices ORDER BY received_at"


def a_notice(lab: Sandbox, number: str, seq: str, at: datetime) -> Notice:
    return order_notice(lab.shops["demo"].shop_id, number, seq, at)


def noticed(lab: Sandbox, number: str, seq: str) -> None:
    """Leave a notice where the receiver keeps it."""
    Spool(read_settings().spool).keep([a_notice(lab, number, seq, now())])


def reasons() -> list[str | None]:
    with warehouse(read_settings().warehouse) as con:
        assert broken_rules(con) == []
        return [reason for (reason,) in con.execute(REASONS).fetchall()]


def looks(lab: Sandbox) -> int:
    return int(lab.journal()["counts"].get("getOrder", 0))


def test_an_order_read_and_found_unchanged_settles_its_notice(lab: Sandbox):
    (number,) = lab.sell(1, over_days=0)
    for seq in ("1", "2"):
        noticed(lab, number, seq)
        drain_notices("lab", limit=2)  # a notice that is not settled is due again
    state = drain_notices("lab", limit=2, return_state=True)

    assert reasons() == ["stored", "stored"]
    assert looks(lab) == 2
    assert state.message == "処理待ちの通知はありません"


def test_a_notice_that_arrives_during_the_look_is_not_used_up(
    lab: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    (number,) = lab.sell(1, over_days=0)
    lab.spoil(number, "goodsPrice", "abc")
    noticed(lab, number, "1")
    get = OrdersApi.get
    arrived = []

    def getting(api, *given, **how):
        read = get(api, *given, **how)
        if not arrived:  # another run took it in while RMS answered
            arrived.append(a_notice(lab, number, "2", now()))
            with warehouse(read_settings().warehouse, 20) as con:
                record_notices(con, arrived, now())
        return read

    monkeypatch.setattr(OrdersApi, "get", getting)
    drain_notices("lab", return_state=True)
    after_the_first = reasons()
    drain_notices("lab", return_state=True)

    assert after_the_first == ["refused", None]
    assert reasons() == ["refused", "refused"]
    assert looks(lab) == 2
