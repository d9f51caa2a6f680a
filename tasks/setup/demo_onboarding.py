"""The demo's shop on its way: applied for, connected, approved, live at its start."""

import time
from datetime import datetime, timedelta

from rich.console import Console

from connectors.notices.spool import Spool
from data.model.japan_time import JST, in_japan
from data.model.notice import Notice, NoticeKind, notice_key
from data.model.onboarding import Stage
from data.warehouse.ask import ask
from tasks.setup.desk import Desk

APPLICATION = {
    "company_name": "株式会社見本",
    "shop_name": "見本茶舗",
    "rakuten_pay": "あり",
    "shop_url": "https://www.rakuten.co.jp/demo-shop/",
    "shop_email": "tencho@mihon.example",
    "contact_phone": "03-0000-1234",
    "contact_name": "見本 花子",
}
BEFORE_KEY = (Stage.APPLIED, Stage.AWAITING_API, Stage.KEY_REGISTERED)
PATIENCE_S = 90
SETTLED = """
SELECT order_number, reason
FROM notices
WHERE settled_at IS NOT NULL
ORDER BY received_at
"""


def onboard(desk: Desk, console: Console, at: datetime) -> None:
    """Take the shop from its application to 稼働中; sell on both sides of its start.

    The start is 09:00 of yesterday, so that nobody has to wait for it; the
    notice of an order before it is put where the receiver would have kept it.
    """
    console.rule("a shop's way: onboard-shop and check-connection, step by step")
    starts = in_japan(at).replace(hour=9, minute=0, second=0, microsecond=0)
    starts -= timedelta(days=1)
    (before,) = desk.sandbox.sell(1, "plain", over_days=0)
    keep_notice(desk, before, starts - timedelta(hours=1))
    desk.run("onboard-shop/manual", application=APPLICATION)
    for stage in BEFORE_KEY:
        desk.run("onboard-shop/manual", step=stage)
    desk.run("check-connection/0850")
    desk.run("onboard-shop/manual", step=Stage.AWAITING_NOTICES)
    desk.run(
        "onboard-shop/manual",
        step=Stage.AWAITING_START,
        start_on=f"{starts:%Y-%m-%d}",
        approved_at=f"{starts - timedelta(days=3):%Y-%m-%dT%H:%M}",
    )
    desk.sandbox.settings(notify_url=desk.receiver)
    (after,) = desk.sandbox.sell(1, "plain", over_days=0)
    show_both_sides(desk, console, {before: "before the start", after: "after it"})


def keep_notice(desk: Desk, number: str, received_at: datetime) -> None:
    """Leave a notice in the spool as if it had come at that moment."""
    shop_id = desk.sandbox.shops["demo"].shop_id
    notice = Notice(
        notice_key=notice_key(shop_id, NoticeKind.ORDER, number, "1"),
        shop_id=shop_id,
        order_number=number,
        kind=NoticeKind.ORDER,
        received_at=received_at.astimezone(JST),
    )
    Spool(desk.home / "spool").keep([notice])


def show_both_sides(desk: Desk, console: Console, sold: dict[str, str]) -> None:
    """Wait for the drain, and print what became of each of the notices."""
    give_up_at = time.monotonic() + PATIENCE_S
    while len(rows := ask(desk.warehouse, SETTLED).rows()) < len(sold):
        if time.monotonic() > give_up_at:
            console.print("the notices still wait; the next minute's run has them")
            return
        time.sleep(1)
    for number, reason in rows:
        console.print(f"order {number}, {sold.get(number, 'sold later')}: {reason}")
