"""Shops number from 1001: what one does to its orders leaves another's alone.

The other one is a second shop of the mall, or the same shop at a second mall. It has
orders, packages and lines of the very same numbers, and they stand otherwise by then.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from data.model.order import Mall
from data.model.shipping.shipment_file import ShipmentRow
from data.warehouse.order_files.store import import_orders
from data.warehouse.shipping.exports import packages_to_export, record_exports
from data.warehouse.shipping.labels import file_packages_to_pack, record_labels
from data.warehouse.shipping.shipments import import_shipments
from data.warehouse.stock.adjust import adjust_stock, waiting_adjustments
from tests.order_files.store.made import MadeFile, MadeRules, a_row
from tests.shipping.parcels import a_file
from tests.shipping.parcels import a_row as a_parcel
from tests.support.effort import first, for_ci
from tests.support.orders import at

DAY = date(2026, 7, 2)
OF_SHOP = ("mall", "shop_id", "import_id", "load_id", "content_hash", "short_key")
OUR_OWN = (*OF_SHOP, "movement_id", "seq")
"""Columns in which two shops' rows differ, whatever is done with them."""
BY_LINE = ("mall_status", "goods_total", "request_total")
RULES = {
    "as most malls": MadeRules(),
    "by line": MadeRules(by_line=BY_LINE),
    "by address": MadeRules(baskets="address"),
}
TOLD = {"mall_status": "処理中", "outcome": "open", "goods_total": 500}
TEA = {"sku": "TEA", "item_name": "煎茶", "unit_price": 500}
HANAKO = {"recipient_family_name": "見本", "recipient_street": "架空1-2"}
JIRO = {"recipient_family_name": "次郎", "recipient_street": "別1-1"}


def line(number: str, line_id: str, basket: str = "1", **cells: Any) -> dict[str, Any]:
    return a_row(number, line_id, basket_id=basket, **TOLD | TEA | HANAKO | cells)


FIRST = (
    line("1001", "1", request_total=1000),
    line("1001", "2", "2", request_total=1000, **JIRO),
    line("1002", "1", request_total=500, quantity=3),
    line("1003", "1", request_total=500),
)
LATER = (
    line("1001", "1", request_total=1200, quantity=2, recipient_street="新町9-9"),
    line("1001", "2", "1", request_total=1200, recipient_street="新町9-9"),
    line("1002", "1", mall_status="取消", outcome="cancelled", quantity=1),
    line("1003", "1", mall_status="発送済", outcome="shipped"),
)
OVER = (
    line("1001", "1", mall_status="発送済", outcome="shipped", request_total=None),
    line("1001", "2", "1", mall_status="発送済", outcome="shipped", item_name=None),
    line("1003", "1", quantity=None),
)


@dataclass(frozen=True)
class Neighbour:
    """A shop at a mall, with tracking numbers of its own from the nth on."""

    con: DuckDBPyConnection
    mall: Mall
    shop_id: str
    nth: int
    rules: MadeRules

    def life(self) -> Iterator[object]:
        """Do everything to its orders; yield what a person is told of each step."""
        steps: Sequence[Callable[[float], object]] = (
            lambda minute: self.take(FIRST, minute),
            lambda minute: self.take(FIRST, minute),
            self.label,
            self.adjust,
            lambda minute: self.number(minute, self.parcel("1002", 1)),
            self.export,
            lambda minute: self.take(LATER, minute),
            self.label,
            lambda minute: self.number(minute, self.parcel("1001", 2)),
            lambda minute: self.number(minute, self.parcel("1001", 3, wrong=2)),
            lambda minute: self.number(minute, gone=self.parcel("1001", 3)),
            self.export,
            lambda minute: self.take(OVER, minute, "replace"),
            self.label,
            self.export,
        )
        for at_step, step in enumerate(steps, start=1):
            told = step(10 * at_step)
            yield self.plain((told, self.matters()))

    def take(self, rows, minute: float, mode="update") -> object:
        report = import_orders(
            self.con,
            MadeFile(rows, layout=replace(self.rules, mall=self.mall)),
            import_id=f"{self.mall}-{self.shop_id}-{minute}",
            shop_id=self.shop_id,
            mode=mode,
            imported_at=at(minute),
        )
        return replace(report, mall=Mall.SHOPIFY, shop_id="")

    def label(self, minute: float) -> object:
        packages = file_packages_to_pack(
            self.con, self.mall, self.shop_id, again=False, today=DAY
        )
        found = [one.reference for one in packages]
        record_labels(self.con, found, "yamato", at(minute))
        return [one[2:] for one in found]

    def adjust(self, minute: float) -> object:
        chosen = [
            one.adjustment()
            for one in waiting_adjustments(self.con, self.shop_id)
            if one.mall == self.mall
        ]
        signed = {"who": "店長", "note": "確認済み", "at": at(minute)}
        adjusted = adjust_stock(self.con, chosen, adjustment_id="a", **signed)
        return [(one.order_number, one.quantity) for one in adjusted.booked]

    def slip(self, nth: int) -> str:
        return f"{400_000_000_000 + self.nth + nth}"

    def parcel(self, number: str, nth: int, wrong: int = 0) -> ShipmentRow:
        made = a_parcel(number, self.slip(nth), day=DAY)
        replaced = self.slip(wrong) if wrong else None
        return made._replace(package_ref="1", replaces=replaced)

    def number(self, minute: float, *rows, gone=None) -> object:
        file = a_file(*rows, sha=f"{minute}")
        return import_shipments(
            self.con,
            replace(file, deleted=(gone,) if gone else ()),
            import_id=f"{self.mall}-{self.shop_id}-{minute}",
            shop_id=self.shop_id,
            mall=self.mall,
            imported_at=at(minute),
        )

    def export(self, minute: float) -> object:
        due = packages_to_export(self.con, self.mall, self.shop_id, again_since=None)
        written = [(one, number) for one in due.packages for number in one.new]
        record_exports(
            self.con,
            self.mall,
            self.shop_id,
            written,
            [],
            exported_at=at(minute),
            file_name="t.csv",
        )
        return due

    def matters(self) -> object:
        return self.rows("SELECT kind, order_number, since FROM needs_a_person")

    def tables(self) -> dict[str, object]:
        """Every row of the shop's, in every table that has shops."""
        found = self.con.execute(
            """SELECT table_name
            FROM duckdb_columns()
            JOIN duckdb_tables() USING (database_name, schema_name, table_name)
            WHERE column_name IN ('mall', 'shop_id') AND NOT temporary
            GROUP BY ALL HAVING count(DISTINCT column_name) = 2
            ORDER BY table_name"""
        ).fetchall()
        kept = f"COLUMNS(lambda one: one NOT IN {OUR_OWN})"
        return {
            name: self.plain(self.rows(f"SELECT {kept} FROM {name}"))  # noqa: S608
            for (name,) in found
        }

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        shop = {"mall": self.mall.value, "shop_id": self.shop_id}
        of_shop = f"{query} WHERE mall = $mall AND shop_id = $shop_id ORDER BY ALL"
        return self.con.execute(of_shop, shop).fetchall()

    def plain(self, told: object) -> str:
        """Return it in words that do not tell which shop it is."""
        own = {f'"{self.mall}"': "mall", f'"{self.shop_id}"': "shop"}
        own |= {self.slip(nth): f"#{nth}" for nth in (1, 2, 3)}
        text = repr(told)
        for word, plain in own.items():
            text = text.replace(word, plain)
        return text


@first(1, for_ci)
@pytest.mark.parametrize("rules", RULES)
def test_a_shop_with_orders_of_the_same_numbers_changes_nothing(con, rules):
    places = ((Mall.SHOPIFY, "mihon"), (Mall.SHOPIFY, "honten"), (Mall.BASE, "mihon"))
    shops = [
        Neighbour(con, *place, 10 * nth, RULES[rules])
        for nth, place in enumerate(places)
    ]
    lives, ends = [], []
    for shop in shops:
        lives.append(list(shop.life()))
        ends.append(shop.tables())

    for life, end in zip(lives, ends, strict=True):
        assert life == lives[0]
        assert end == ends[0]
    for shop, end in zip(shops, ends, strict=True):
        assert shop.tables() == end
