"""Files of malls that name no package, written from lines and their recipients."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Literal

from duckdb import DuckDBPyConnection

from connectors.order_files import read_order_file
from data.warehouse.order_files.store import ImportReport, import_orders
from tests.order_files.store.test_meaning import written
from tests.support.orders import at

LAYOUTS = ("futureshop", "ponpare", "rakuten-legacy")
"""Every layout that numbers the packages of an order by their addresses."""
MALLS = {"futureshop": "futureshop", "ponpare": "ponpare", "rakuten-legacy": "rakuten"}
_WHEN_AND_WHAT = {
    "futureshop": ("受注コード", "注文日時", "商品番号", "販売単価", "購入数量"),
    "ponpare": ("注文番号", "注文日時", "商品ID（表示用）", "単価", "個数"),
    "rakuten-legacy": ("受注番号", "注文日時", "商品番号", "単価", "個数"),
}
_TO = {
    "futureshop": (
        "お届け先氏名（姓）",
        "お届け先氏名（名）",
        "お届け先住所２",
        "お届け先電話番号",
    ),
    "ponpare": (
        "送付先名字",
        "送付先名前",
        "送付先住所：市区町村以降",
        "送付先電話番号",
    ),
    "rakuten-legacy": (
        "送付先名字",
        "送付先名前",
        "送付先住所：町以降",
        "送付先電話番号１",
    ),
}
NUMBERS = count(1)
"""Every order has a number of its own, so that nothing needs to be cleared."""


@dataclass(frozen=True)
class To:
    """A recipient, as a file shows one."""

    family: str
    first: str
    street: str = "架空1-2"
    phone: str = "0900001234"

    def but(self, **cells: str) -> "To":
        """The recipient with corrected cells."""
        return replace(self, **cells)


Row = tuple[To, str] | tuple[To, str, int]
"""To whom a line goes, its item, and perhaps its price."""


@dataclass
class Seller:
    """One order at one mall, imported again and again."""

    con: DuckDBPyConnection
    folder: Path
    layout: str = "futureshop"

    def __post_init__(self) -> None:
        self.number = f"123456-20171124-{next(NUMBERS):010d}"
        self.minute = 0

    def take(
        self,
        *rows: Row,
        mode: Literal["update", "replace"] = "update",
        others: Sequence[tuple[str, Row]] = (),
    ) -> ImportReport:
        """Import a file of these rows of the order, and perhaps of others."""
        self.minute += 1
        shown = [(self.number, row) for row in rows] + list(others)
        path = written(
            self.folder / f"{self.number}-{self.minute}.csv",
            self.layout,
            *(self._cells(number, row) for number, row in shown),
        )
        mall = MALLS[self.layout]
        with read_order_file([path], mall) as file:
            return import_orders(
                self.con,
                file,
                import_id=f"{self.number}-{self.minute}",
                shop_id="123456" if mall == "rakuten" else "mihon",
                mode=mode,
                imported_at=at(self.minute),
            )

    def packages(self) -> dict[str, tuple[str, ...]]:
        """Who each package goes to and what it holds: id to name, street and items."""
        rows = self.con.execute(
            """SELECT
                p.basket_id,
                concat_ws(' ', r.family_name, r.first_name, r.street),
                list(l.sku ORDER BY l.sku) FILTER (l.sku IS NOT NULL)
            FROM order_packages AS p
            LEFT JOIN order_people AS r ON r.order_number = p.order_number
                AND r.basket_id = p.basket_id AND r.role = 'recipient'
            LEFT JOIN order_lines AS l ON l.order_number = p.order_number
                AND l.basket_id = p.basket_id
            WHERE p.order_number = $number
            GROUP BY ALL ORDER BY ALL""",
            {"number": self.number},
        ).fetchall()
        return {basket: (who, *(items or ())) for basket, who, items in rows}

    def _cells(self, number: str, row: Row) -> dict[str, str]:
        to, item, *price = row
        what = (number, "2017-11-24 10:00:00", item, str(*price or (1000,)), "1")
        whom = (to.family, to.first, to.street, to.phone)
        columns = _WHEN_AND_WHAT[self.layout] + _TO[self.layout]
        return dict(zip(columns, what + whom, strict=True))
