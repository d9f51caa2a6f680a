"""The demo's day: the shop goes live, sells and stumbles, and its flows run.

Steps that need nothing of each other run side by side, as they do at a shop.
"""

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from typing import Final

from prefect.client.schemas.objects import FlowRun

from connectors.notices.spool import Spool
from data.model.japan_time import JST, in_japan
from data.model.notice import Notice, NoticeKind, notice_key
from data.model.shipping.short_key import PackageRef
from data.model.shops.onboarding import Stage
from data.warehouse.query import ask
from data.warehouse.session import warehouse
from data.warehouse.stock.ledger import explain_level
from tasks.setup.demo_files import (
    a_number,
    correction,
    count_file,
    parcel_file,
    safe_packages,
)
from tasks.setup.demo_orders import write_order_file
from tasks.setup.demo_story import Story, side_by_side
from tasks.setup.services import Services
from tasks.stock.plots import level_chart, save_chart

APPLICATION: Final = {
    "company_name": "株式会社見本",
    "shop_name": "見本茶舗",
    "rakuten_pay": "あり",
    "shop_url": "https://www.rakuten.co.jp/demo-shop/",
    "shop_email": "tencho@mihon.example",
    "contact_phone": "03-0000-1234",
    "contact_name": "見本 花子",
}
ORDERS: Final = 200
CSV_ORDERS: Final = 2
"""Orders of the file that no notice tells of, and as many that the warehouse has."""
PARCELS: Final = 20
MISSING: Final = 3
"""Units on the shelf fewer than RMS offers."""
STORED_WITHIN_S: Final = 120
LOOK_EVERY_S: Final = 0.3
SETTLED: Final = """
SELECT order_number, reason, epoch(settled_at - received_at) AS waited_s
FROM notices
WHERE settled_at IS NOT NULL
"""
SHIPPABLE: Final = """
SELECT order_number
FROM orders
WHERE mall_status = '300' AND source = 'api'
ORDER BY ordered_at DESC
"""
WAITING: Final = """
SELECT order_number
FROM manual_stock_adjustments JOIN sku_map USING (sku)
ORDER BY order_number
"""
LEVEL: Final = """
SELECT sku, level
FROM sku_map JOIN stock_levels USING (sku)
WHERE manage_number = lower('{}') AND variant_id = '{}'
"""
UNTOLD: Final = """
SELECT m.sku
FROM sku_map AS m
JOIN stock_levels AS l USING (sku)
LEFT JOIN inventory_verified AS v USING (mall, shop_id, manage_number, variant_id)
WHERE l.is_counted AND l.level_seq > coalesce(v.level_seq, 0)
"""
TRAVELLED: Final = """
SELECT
    epoch(min(o.imported_at) - min(n.received_at)) AS stored_s,
    epoch(min(p.verified_at) - min(n.received_at)) AS verified_s
FROM orders AS o
JOIN notices AS n USING (order_number)
JOIN stock_movements AS m USING (order_number)
JOIN inventory_pushes AS p ON p.sku = m.sku AND p.level_seq >= m.seq
WHERE order_number = '{}' AND p.state = 'verified'
HAVING count(*) > 0
"""
VERIFIED: Final = "SELECT count(*) FROM shipments WHERE state = 'verified'"


def work_the_day(services: Services, story: Story) -> FlowRun:
    """Take the shop live, let it sell and stumble, run its flows; return the daily."""
    onboard(services, story)
    sell(services, story)
    side_by_side(
        partial(ingest, services, story),
        partial(import_count, services, story),
    )
    travel(services, story)
    shop_id = services.sandbox.shops["demo"].shop_id
    packages = safe_packages(services.warehouse, shop_id, PARCELS)
    side_by_side(
        partial(import_orders, services, story),
        partial(export_labels, services, story),
        partial(add_memo, services, story),
    )
    side_by_side(
        partial(adjust_stock, services, story),
        partial(import_parcels, services, story, packages),
    )
    with story.step("daily/0900: the clerk's morning") as step:
        run = services.run("daily/0900")
        step.ended(run)
        sku, level, shown = counted_short(services)
        step.say(f"{sku} at RMS: {shown} (the ledger: {level})")
        verified = ask(services.warehouse, VERIFIED).item()
        step.say(f"{verified} of {len(packages)} parcels verified at RMS")
    correct(services, story, packages[0])
    draw(services, story, sku)
    return run


def onboard(services: Services, story: Story) -> None:
    """Take the shop from its application to 稼働中, live since 09:00 of yesterday.

    So nobody has to wait for the start.
    """
    starts = starts_at()
    with story.step("onboard-shop: 申請 → キー登録 → 接続確認 → 稼働中") as step:
        run = services.run(
            "onboard-shop/manual",
            application=APPLICATION,
            step=Stage.LIVE,
            start_on=f"{starts:%Y-%m-%d}",
            approved_at=f"{starts - timedelta(days=3):%Y-%m-%dT%H:%M}",
            steps_between=True,
        )
        step.ended(run)


def starts_at() -> datetime:
    """Return 09:00 of yesterday in Japan."""
    nine = in_japan(datetime.now(JST)).replace(hour=9, minute=0, second=0)
    return nine.replace(microsecond=0) - timedelta(days=1)


def sell(services: Services, story: Story) -> None:
    """Make the mall sell and send notices; one came before the shop's start.

    That one is put where the receiver would have kept it.
    """
    (before,) = services.sandbox.sell(1, "plain", over_days=0)
    keep_notice(services, before, starts_at() - timedelta(hours=1))
    services.sandbox.settings(notify_url=services.receiver)
    with story.step(f"{ORDERS} orders sold at once, each with a notice") as step:
        sold = services.sandbox.sell(ORDERS, "mixed")
        wait(lambda: len(settled(services)) > len(sold))
        ends = settled(services)
        waited = [waited_s for number, (_, waited_s) in ends.items() if number in sold]
        stored = [number for number, (why, _) in ends.items() if why == "stored"]
        step.say(f"{len(stored)} of {ORDERS} in DuckDB")
        if waited:
            step.say(f"notice → order: median {median(waited):.1f} s")
        step.say(f"one from before the start: {ends.get(before, ('', 0))[0]}")


def settled(services: Services) -> dict[str, tuple[str, float]]:
    """Return of every order whose notices are settled how, and after how many s."""
    rows = ask(services.warehouse, SETTLED).rows()
    return {number: (why, waited_s) for number, why, waited_s in rows}


def keep_notice(services: Services, number: str, received_at: datetime) -> None:
    """Leave a notice in the spool as if it had come at that moment."""
    shop_id = services.sandbox.shops["demo"].shop_id
    notice = Notice(
        notice_key=notice_key(shop_id, NoticeKind.ORDER, number, "1"),
        shop_id=shop_id,
        order_number=number,
        kind=NoticeKind.ORDER,
        received_at=received_at.astimezone(JST),
    )
    Spool(services.home / "spool").keep([notice])


def wait(has_come: Callable[[], bool]) -> None:
    """Wait until something has come, or time is up: the schedules bring it later."""
    give_up_at = time.monotonic() + STORED_WITHIN_S
    while not has_come() and time.monotonic() < give_up_at:
        time.sleep(LOOK_EVERY_S)


def ingest(services: Services, story: Story) -> None:
    """Read the orders again while RMS stumbles: the call is repeated by itself."""
    with story.step("ingest-orders/0900, while getOrder answers 503 twice") as step:
        services.sandbox.fault("503", function="getOrder", times=2)
        run = services.run("ingest-orders/0900")
        step.ended(run)
        failed = json.loads(str(services.runs.artifact(run, "retries").data))
        step.say(f"{len(failed)} failed attempts, repeated by itself (see retries)")


def import_count(services: Services, story: Story) -> None:
    """Count what RMS has; of one listing there is less, and the next push tells RMS."""
    stock = services.sandbox.stock()
    path = count_file(services.home / "stock_count.csv", stock, MISSING)
    with story.step("import-stock-count/manual") as step:
        step.ended(services.run("import-stock-count/manual", path=str(path)))


def travel(services: Services, story: Story) -> None:
    """Sell one order and follow it: its notice, the order, its level proven at RMS."""
    with story.step("one sale, from its notice to a level proven at RMS") as step:
        wait(lambda: not ask(services.warehouse, UNTOLD).height)
        (number,) = services.sandbox.sell(1, "plain", over_days=0)
        travelled = TRAVELLED.format(number)
        wait(lambda: bool(ask(services.warehouse, travelled).height))
        for stored_s, verified_s in ask(services.warehouse, travelled).rows():
            step.say(f"notice → order {stored_s:.1f} s → RMS {verified_s:.1f} s")


def import_orders(services: Services, story: Story) -> None:
    """Import a download with orders the warehouse has, RMS has, and nobody else has.

    The next search meets them: what RMS knows becomes its own again.
    """
    sandbox = services.sandbox
    sandbox.settings(notify_url=None)  # the file is to be first to tell of some
    unheard = sandbox.sell(CSV_ORDERS, "plain", over_days=0)
    sandbox.settings(notify_url=services.receiver)
    stored = ask(services.warehouse, SHIPPABLE)["order_number"].head(CSV_ORDERS)
    at_rms = sandbox.orders()
    known = [at_rms[number] for number in (*unheard, *stored)]
    path = write_order_file(services.home / "rakuten.csv", known)
    with story.step("import-order-csv/manual: a file with orders RMS knows") as step:
        given = {"path": str(path), "mall": "rakuten"}
        step.ended(services.run("import-order-csv/manual", **given))


def export_labels(services: Services, story: Story) -> None:
    """Write the labels' file for the carrier's program."""
    with story.step("export-shipping-labels/manual: B2クラウド") as step:
        run = services.run("export-shipping-labels/manual", carrier="yamato")
        step.ended(run)


def add_memo(services: Services, story: Story) -> None:
    """Set a clerk's mark: a line more in an order's memo, read back at RMS."""
    number = ask(services.warehouse, SHIPPABLE)["order_number"].tail(1).item()
    with story.step("update-memo/manual: a clerk's mark, read back at RMS") as step:
        given = {"order_number": number, "text": "見本: のし希望", "who": "受注担当"}
        step.ended(services.run("update-memo/manual", **given))


def adjust_stock(services: Services, story: Story) -> None:
    """Adjust a CSV order by hand, as a person decides it."""
    number = ask(services.warehouse, WAITING).item(0, 0)
    with story.step("adjust-stock/manual: a CSV order, decided by a person") as step:
        run = services.run(
            "adjust-stock/manual",
            adjustments=[{"order_number": number}],
            who="demo",
            note="棚から出した",
        )
        step.ended(run)


def counted_short(services: Services) -> tuple[str, int, int]:
    """Return the SKU that was counted short, its level, and what RMS offers of it."""
    listing = next(row for row in services.sandbox.stock() if row["known"])
    query = LEVEL.format(listing["manageNumber"], listing["variantId"])
    sku, level = ask(services.warehouse, query).row(0)
    return sku, level, listing["quantity"]


def import_parcels(
    services: Services, story: Story, packages: list[PackageRef]
) -> None:
    """Import the carrier's file of the parcels that left."""
    with story.step(f"import-shipments/manual: {len(packages)} parcels left") as step:
        path = parcel_file(services.home / "b2.csv", packages, datetime.now(JST))
        given = {"path": str(path), "carrier": "yamato"}
        step.ended(services.run("import-shipments/manual", **given))


def correct(services: Services, story: Story, package: PackageRef) -> None:
    """Correct a wrong number: the row at RMS is changed, none is added."""
    wrong, right = (a_number(nth) for nth in (0, PARCELS))
    at = datetime.now(JST)
    with story.step("a wrong tracking number is corrected, push-tracking/0900") as step:
        path = correction(services.home / "correction.csv", package, wrong, right, at)
        services.run("import-shipments/manual", path=str(path), carrier="template")
        step.ended(services.run("push-tracking/0900"))


def draw(services: Services, story: Story, sku: str) -> None:
    """Draw a SKU's level over time."""
    with story.step(f"make plot SKU={sku}") as step:
        with warehouse(services.warehouse) as con:
            chart = level_chart(sku, explain_level(con, sku))
        step.say(str(save_chart(chart, services.home / "reports", sku)[0]))
