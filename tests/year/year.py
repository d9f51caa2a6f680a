"""A shop lives through a plan: every event of the calendar, at its moment."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any, Final

from data.model.shipping.short_key import PackageRef, short_key
from tasks.setup.demo_files import a_number
from tests.carriers.made import B2, csv_bytes
from tests.year.books import LEVELS, Sku
from tests.year.calendar import (
    FIRST_DAY,
    MINUTES_OF_STORM,
    Cause,
    Event,
    Plan,
)
from tests.year.machine import ON_THE_SHELF, Ended, Machine

KEY_LIVES: Final = timedelta(days=90)
ON_SALE: Final = {"manageNumber": "kakuu-tea", "variantId": "kakuu-tea", "units": 1}
"""What a storm buys."""
CANCELLED_OF: Final = 50
"""The buyer of every so manyth new order cancels it."""
KILLED_IN: Final = ("drain_notices", "daily", "push_inventory")
KILLED_AFTER_S: Final = 0.4
DEAD_AFTER: Final = timedelta(minutes=10)
"""After so long a push that was killed holds no SKU any more."""
QUIET_DAYS: Final = 6
"""After the last sale: parcels leave, arrive and are paid."""
TOLD: Final = 300
NOT_REPORTED: Final = "失敗した処理: push-tracking。"
PACKED: Final = "cancelled, and packed"
TO_PACK: Final = """
SELECT mall, shop_id, order_number, basket_id
FROM order_packages JOIN orders USING (mall, shop_id, order_number)
ANTI JOIN shipments USING (mall, shop_id, order_number, basket_id)
WHERE mall_status = '300' AND ordered_at < '{before}'
ORDER BY ALL
"""


class Year:
    """One shop on one machine, and what became of every run."""

    def __init__(self, machine: Machine, plan: Plan) -> None:
        self.machine, self.plan = machine, plan
        self.rms, self.clerk = machine.rms, machine.clerk
        self.shelf: dict[Sku, int] = {}
        self.wrong: list[str] = []
        self.runs: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.cpu_s: Counter[str] = Counter()
        self.sold = self.packed = 0
        self.requests: Counter[str] = Counter()
        self.notices: Counter[str] = Counter()
        self.slowest = timedelta()
        self._new: list[str] = []
        self._unheard = FIRST_DAY.date()
        self._last = FIRST_DAY
        self._shop_id = machine.shop.shop_id
        self._key = self._key_before = machine.shop.license_key

    def begin(self) -> None:
        """Count the shelf before the first sale, and bring the mall to it."""
        skus = [row for row in self.rms.stock() if row["known"]]
        self.shelf = {
            (row["manageNumber"], row["variantId"]): ON_THE_SHELF for row in skus
        }
        shut = [
            {"from": each.begins.isoformat(), "to": each.ends.isoformat()}
            for each in self.plan.troubles()
            if each.cause is Cause.MAINTENANCE
        ]
        self.rms.shop("demo", maintenance=shut)
        self._stock_file("count", self.shelf)
        self._run("daily")

    def day(self, nth: int) -> None:
        """Live through a day of the plan."""
        self.rms.settings(notify_loss=1.0 if nth in self.plan.lost else 0.0)
        for event in self.plan.day(nth):
            self.machine.wait_until(event.at)
            getattr(self, event.what.value)(event)
        self._write_up()

    def settle(self) -> None:
        """Let quiet days pass until every parcel has arrived and is paid."""
        self.rms.settings(notify_loss=0.0)
        self._new = []
        for nth in range(self.plan.days, self.plan.days + QUIET_DAYS):
            for event in self.plan.day(nth):
                if event.what.value in {"daily", "morning", "parcels"}:
                    self.machine.wait_until(event.at)
                    getattr(self, event.what.value)(event)
        self._write_up()

    def night(self, _: Event) -> None:
        """Keep the house."""
        self._run("keep_house")

    def daily(self, _: Event) -> None:
        """Do the clerk's whole morning; RMS is shut at night only."""
        self._run("daily")

    def morning(self, _: Event) -> None:
        """Do the morning's steps at the mall."""
        for flow in ("ingest_orders", "push_inventory", "push_tracking"):
            self._run(flow)

    def look(self, event: Event) -> None:
        """Sell what was sold since the last look; then take notices and send stock."""
        self._sell(event.orders)
        self._drain_and_push()

    def kill(self, event: Event) -> None:
        """Cut the power in the midst of a flow, each time of another one, and go on."""
        flow = KILLED_IN[self.clerk.kills % len(KILLED_IN)]
        self._sell(event.orders)
        after_s = KILLED_AFTER_S
        while True:
            if flow == "push_inventory":
                self._run("drain_notices")  # or nothing would be due
            if self.clerk.killed(flow, after_s):
                break
            after_s /= 2
            self._sell(20)
        self._drain_and_push()
        self.machine.wait_until(self.machine.now() + DEAD_AFTER)
        self._run("push_inventory")

    def storm(self, event: Event) -> None:
        """Sell many orders of one SKU in ten minutes, and follow them at once."""
        each, rest = divmod(event.orders, MINUTES_OF_STORM)
        for minute in range(MINUTES_OF_STORM):
            self.machine.wait_until(event.at + timedelta(minutes=minute + 1))
            self._sell(each + (minute < rest), line=ON_SALE, minutes=1)
            self._drain_and_push()

    def cancel(self, event: Event) -> None:
        """Let buyers cancel some of the orders that are not packed yet."""
        for number in self._new[::CANCELLED_OF]:
            self.rms.cancel(number)
            self._unheard = event.at.date()
        self._new = []

    def receive(self, event: Event) -> None:
        """Receive what the levels say was sold since the last delivery."""
        rows = self.clerk.ask(LEVELS.replace("$shop_id", f"'{self._shop_id}'"))
        lacks = {(m, v): ON_THE_SHELF - n for m, v, n in rows if n < ON_THE_SHELF}
        self._stock_file(f"receipt-{event.at:%m%d}", lacks)
        for sku, units in lacks.items():
            self.shelf[sku] += units

    def parcels(self, event: Event) -> None:
        """Pack what was ordered before noon, and import the carrier's numbers."""
        self._new = []  # what is packed is not cancelled any more
        noon = event.at.replace(hour=12)
        packages = self.clerk.ask(TO_PACK.format(before=noon.isoformat()))
        if not packages:
            return
        rows = []
        for row in packages:
            self.packed += 1
            rows.append(
                {
                    "お客様管理番号": short_key(PackageRef(*row)),
                    "伝票番号": a_number(self.packed),
                    "出荷予定日": f"{event.at:%Y/%m/%d}",
                }
            )
        path = self._file("b2.csv", csv_bytes(B2, rows))
        self._run("import_shipments", path=path, carrier="yamato")

    def key_ends(self, event: Event) -> None:
        """End the licence key at the mall; nobody has told the shop's machine."""
        new = f"SL{self._shop_id}_{event.at:%Y%m%d}"
        ends = event.at.replace(hour=23, minute=59, second=59) + KEY_LIVES
        self.rms.shop("demo", license_key=new, license_expires_at=ends.isoformat())
        self._key_before, self._key = self._key, new

    def key_given(self, _: Event) -> None:
        """Give the new key to the shop's machine, check it, and catch up."""
        self.clerk.set(
            JUCHU_SHOP_DEMO_LICENSE_KEY=self._key,
            JUCHU_SHOP_DEMO_LICENSE_KEY_BEFORE=self._key_before,
        )
        self._run("check_connection")
        self._drain_and_push()

    def _sell(self, orders: int, minutes: float = 0, **more: Any) -> None:
        now = self.machine.now()
        span = timedelta(minutes=minutes) if minutes else now - self._last
        self._last = now
        if not orders:
            return
        over_days = span / timedelta(days=1)
        given = {"progress": 300, "over_days": over_days} | more
        self._new += self.rms.sell(orders, **given)
        self.sold += orders
        waiting = self.rms.notice_counts(wait_s=60)["waiting"]
        assert not waiting, f"{waiting} notices were not taken"

    def _drain_and_push(self) -> None:
        self._run("drain_notices")
        self._run("push_inventory")

    def _run(self, flow: str, **given: Any) -> Ended:
        began = self.machine.now()
        ended = self.clerk.run(flow, **given)
        self.runs[flow] += 1
        self.cpu_s[flow] += ended.cpu_s
        self.slowest = max(self.slowest, self.machine.now() - began)
        if ended.state != "COMPLETED":
            told = " ".join((ended.message or "").split())[:TOLD]
            if (why := self._why(flow, began, told)) is None:
                self.wrong.append(f"{began:%m-%d %H:%M} {flow}: {told}")
            self.failed[why or "unexplained"] += 1
        return ended

    def _why(self, flow: str, began: datetime, told: str) -> str | None:
        """Return why a run may fail at a moment, or None."""
        cause = self.plan.cause_at(began)
        if cause in {Cause.MAINTENANCE, Cause.KEY}:
            return cause
        # Packed before the cancellation was known, because its notice was lost.
        was_lost = (self._unheard - FIRST_DAY.date()).days in self.plan.lost
        is_that = flow == "push_tracking" or told.startswith(NOT_REPORTED)
        return PACKED if was_lost and is_that else None

    def _stock_file(self, name: str, units: dict[Sku, int]) -> None:
        kind = name.partition("-")[0]
        lines = ["商品管理番号,SKU管理番号,数量,伝票番号"]
        lines += [f"{m},{v},{n},{name}" for (m, v), n in units.items()]
        path = self._file(f"{kind}.csv", "\n".join([*lines, ""]).encode())
        self._run("import_stock_count", path=path, kind=kind)

    def _file(self, name: str, content: bytes) -> str:
        path = self.machine.home.parent / name
        path.write_bytes(content)
        return str(path)

    def _write_up(self) -> None:
        """Add up what both sides saw, and let the mall forget it."""
        self.requests.update(self.rms.journal()["counts"])
        self.rms.empty_journal()
        self.notices.update(self.rms.notice_counts())
        self.rms.control("DELETE", "notices")
