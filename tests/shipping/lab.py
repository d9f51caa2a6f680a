"""The flows' own functions without Prefect, on a real warehouse and a real sandbox."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from data.model.shipping.short_key import PackageRef, short_key
from data.model.shipping.tracking_number import check_digit
from data.warehouse.session import warehouse
from data.warehouse.shipping.tracking import TrackingReport
from flows import export_shipping_labels, push_tracking
from tasks import orders, rms
from tasks.runs import loads
from tasks.shipping import labels, shipments, tracking, tracking_report
from tasks.shipping import labels as labels_report
from tasks.shipping import tracking as tracking_calls
from tasks.shops import at_mall, connection
from tests.carriers.made import B2, TEMPLATE, csv_bytes
from tests.shipping.work import SETTLES, SHOP, push_plainly
from tests.support.rules import broken_rules
from tests.support.sandbox import Sandbox

REPORT = "updateOrderShippingAsync"
_MODULES = (
    at_mall,
    connection,
    labels,
    labels_report,
    shipments,
    export_shipping_labels,
)


def tracking_number(number: int) -> str:
    """A good number of Yamato's or Sagawa's."""
    body = f"{40000000000 + number}"
    return f"{body}{check_digit(body)}"


class Lab:
    """A clerk of the shop `lab`."""

    def __init__(
        self, rms: Sandbox, home: Path, patch: pytest.MonkeyPatch | None = None
    ) -> None:
        self.rms = rms
        self.home = home
        self._patch = patch
        if patch is not None:
            push_plainly(patch.setattr, *_MODULES)

    @property
    def shop_id(self) -> str:
        return self.rms.shops["demo"].shop_id

    def sell(self, count: int = 1, shape: str = "plain", **more: Any) -> list[str]:
        """Sell orders that wait to be shipped, and take them into the warehouse."""
        numbers = self.rms.sell(count, shape, **({"progress": 300} | more))
        self.read(numbers)
        return numbers

    def read(self, numbers: Sequence[str]) -> None:
        orders.take_orders(SHOP, list(numbers), tracking.open_tracking_push(SHOP))

    def baskets(self, number: str) -> list[str]:
        packages = self.rms.orders()[number]["PackageModelList"]
        return [str(package["basketId"]) for package in packages]

    def key(self, number: str, basket: str | None = None) -> str:
        basket = basket or self.baskets(number)[0]
        return short_key(PackageRef("rakuten", self.shop_id, number, basket))

    def file(self, content: bytes, name: str = "shipments.csv") -> str:
        path = self.home / name
        path.write_bytes(content)
        return str(path)

    def b2(self, *parcels: tuple[str, str], day: date | None = None) -> str:
        """A file of B2: reference and tracking number of each parcel."""
        day = day or rms.now().date()
        rows = [
            {
                "お客様管理番号": reference,
                "伝票番号": number,
                "出荷予定日": f"{day:%Y/%m/%d}",
            }
            for reference, number in parcels
        ]
        return self.file(csv_bytes(B2, rows))

    def correction(self, reference: str, right: str, wrong: str) -> str:
        """Our template, correcting one number."""
        row = {
            "注文番号": reference,
            "配送会社": "1001",
            "伝票番号": right,
            "発送日": f"{rms.now():%Y/%m/%d}",
            "訂正前の伝票番号": wrong,
        }
        return self.file(csv_bytes(TEMPLATE, [row]), "template.csv")

    def parcels(self, *references: str, first: int = 0) -> None:
        """Import one parcel for each reference."""
        numbers = (tracking_number(first + n) for n in range(len(references)))
        self.take(self.b2(*zip(references, numbers, strict=True)))

    def pass_days(self, days: int) -> None:
        """Let some days go by, here and at RMS."""
        assert self._patch is not None
        today = rms.now
        for module in (rms, tracking, tracking_calls, loads, orders, shipments, labels):
            self._patch.setattr(module, "now", lambda: today() + timedelta(days=days))
        self.rms.settings(dated_by="clock")
        self.rms.clock(advance_s=days * 86_400)

    def take(self, path: str, carrier: str = "yamato") -> Any:
        """Import a file and give its report."""
        return shipments.import_shipment_file(path, carrier, SHOP).report

    def push(self, **given: Any) -> tuple[str, str]:
        """Push and give how the run ended."""
        state = push_tracking.push_tracking.fn(SHOP, **given)
        return state.type.value, state.message

    def report(self) -> TrackingReport:
        """What the latest push would have to tell."""
        with warehouse(self.home / "juchu.duckdb") as con:
            ((began, shop),) = con.execute(
                "SELECT started_at, shop_id FROM loads WHERE source = 'tracking'"
                " ORDER BY started_at DESC LIMIT 1"
            ).fetchall()
            run = tracking_calls.Run(shop, began, rms.now().date(), SETTLES)
            return tracking_report.tracking_report(con, run)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with warehouse(self.home / "juchu.duckdb") as con:
            return con.execute(query).fetchall()

    def states(self) -> Counter[str]:
        rows = self.ask("SELECT state, count(*) FROM shipments GROUP BY state")
        return Counter(dict(rows))

    def reasons(self) -> list[str]:
        rows = self.ask("SELECT reason FROM shipments WHERE reason NOT NULL")
        return [reason for (reason,) in rows]

    def rows_at_rms(self, *numbers: str) -> list[tuple[str, str, str | None]]:
        """Order, package and tracking number of every row that stands at RMS."""
        known = self.rms.orders()
        return [
            (number, str(package["basketId"]), row["shippingNumber"])
            for number in numbers or known
            for package in known[number]["PackageModelList"]
            for row in package["ShippingModelList"] or ()
        ]

    def calls(self, function: str = REPORT) -> int:
        return int(self.rms.journal()["counts"].get(function, 0))

    def check(self) -> None:
        """The warehouse's invariants, and no parcel twice at RMS."""
        with warehouse(self.home / "juchu.duckdb") as con:
            assert broken_rules(con) == []
        twice = [row for row, n in Counter(self.rows_at_rms()).items() if n > 1]
        assert [row for row in twice if row[2]] == []
