"""Orders, counts and adjustments of a shop that sells tea and mugs."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from duckdb import DuckDBPyConnection

from data.model.order import Line, Order
from data.model.stock import Adjustment, Counted, SkuMapping
from data.warehouse.orders.store import store_orders
from data.warehouse.stock.adjust import Adjusted, adjust_stock
from data.warehouse.stock.files import StockFileReport, book_stock_file
from data.warehouse.stock.ledger import SkuChange, StockMoved, map_skus, move_stock
from tests.order_files.store.made import a_row, store
from tests.support.orders import SHOP_ID, a_line, a_package, an_order, at, order_number

TEA = ("tea", "100g", "TEA-100")
MUG = ("mug", "blue", "mug/blue")
"""Manage number, variant and the SKU that orders show; the mug has none of its own."""
OTHER_SHOP = "654321"


@dataclass(frozen=True)
class MadeCount:
    """A stock file that needs no reader."""

    counts: Sequence[Counted]
    file_name: str = "count.csv"
    salt: str = ""

    @property
    def sha256(self) -> str:
        return sha256(f"{self.counts!r} {self.salt}".encode()).hexdigest()


def line(units: int = 2, what: tuple[str, str, str] = TEA, line_id: str = "11") -> Line:
    manage_number, variant_id, sku = what
    return a_line(line_id, "1", units).model_copy(
        update={"manage_number": manage_number, "variant_id": variant_id, "sku": sku}
    )


def order(
    number: int = 1,
    minute: float = 5,
    status: str = "300",
    *,
    lines: Sequence[Line] | None = None,
    ordered: float = -180,
) -> Order:
    """An order seen and placed so many minutes after nine."""
    packages = [a_package("1", lines or [line()])]
    made = an_order(number, minute, status, packages=packages)
    return made.model_copy(update={"ordered_at": at(ordered), "changes": ()})


def see(con: DuckDBPyConnection, *orders: Order, minute: float = 90) -> StockMoved:
    """Store snapshots and move stock, as an ingesting task does."""
    store_orders(con, orders, source="api", stored_at=at(minute), load_id="l")
    stored = [one.order_number for one in orders]
    return move_stock(con, SHOP_ID, order_numbers=stored, moved_at=at(minute))


def see_elsewhere(
    con: DuckDBPyConnection, what: tuple[str, str, str] = TEA, units: int = 1
) -> None:
    """Store an order of the other shop, placed half an hour after nine."""
    made = order(7, ordered=30, lines=[line(units, what)])
    told = made.model_copy(update={"shop_id": OTHER_SHOP})
    store_orders(con, [told], source="api", stored_at=at(40), load_id="l")
    move_stock(con, OTHER_SHOP, moved_at=at(40))


def a_count(units: int = 10, what: tuple[str, str, str] = TEA, **more: Any) -> Counted:
    return Counted(manage_number=what[0], variant_id=what[1], quantity=units, **more)


def count(
    con: DuckDBPyConnection, *counts: Counted, minute: float = 0, **more: Any
) -> StockFileReport:
    """Book a count made at this minute, which also names it."""
    given = {
        "shop_id": SHOP_ID,
        "import_id": f"count-{minute}",
        "who": "店長",
        "counted_at": at(minute),
        "imported_at": at(max(minute, 0)),
    }
    return book_stock_file(con, MadeCount(counts or (a_count(),)), **(given | more))


def receive(
    con: DuckDBPyConnection, *received: Counted, minute: float = 0, **more: Any
) -> StockFileReport:
    """Book goods that came in at this minute, which also marks their file."""
    given = {
        "shop_id": SHOP_ID,
        "kind": "receipt",
        "import_id": f"receipt-{minute}",
        "who": "倉庫",
        "counted_at": at(minute),
        "imported_at": at(90),
    }
    salt = more.pop("salt", f"{minute}")
    file = MadeCount(received or (a_count(4),), "delivery.csv", salt)
    return book_stock_file(con, file, **(given | more))


def import_csv(
    con: DuckDBPyConnection, *units: int, number: int = 9, minute: float = 10
) -> None:
    """Import a CSV with one order of so many lines of tea."""
    rows = [
        a_row(
            order_number(number),
            str(at),
            manage_number="tea",
            variant_id="100g",
            sku="TEA-100",
            quantity=quantity,
        )
        for at, quantity in enumerate(units, start=1)
    ]
    store(con, *rows, minute=minute)


def an_adjustment(number: int = 9, line_id: str = "1", **more: Any) -> Adjustment:
    return Adjustment(
        mall="rakuten",
        shop_id=SHOP_ID,
        order_number=order_number(number),
        line_id=line_id,
        **more,
    )


def adjust(con: DuckDBPyConnection, *adjustments: Adjustment, **more: Any) -> Adjusted:
    given = {"adjustment_id": "a1", "who": "店長", "note": "電話で確認", "at": at(60)}
    return adjust_stock(con, adjustments or [an_adjustment()], **(given | more))


def name(
    con: DuckDBPyConnection, what: tuple[str, str, str], sku: str, change: str = "m"
) -> tuple[SkuChange, ...]:
    """Say that a listing sells this SKU."""
    mapping = SkuMapping(manage_number=what[0], variant_id=what[1], sku=sku)
    return map_skus(
        con,
        SHOP_ID,
        [mapping],
        change_id=change,
        who="店長",
        note="SKUの見直し",
        mapped_at=at(70),
    )


class StockLevel(NamedTuple):
    """A row of the view `stock_levels`."""

    level: int
    level_seq: int
    is_counted: bool


def stock_levels(con: DuckDBPyConnection, *skus: str) -> dict[str, StockLevel]:
    """The levels of these SKUs; one that never moved is absent."""
    found = con.execute(
        "SELECT sku, level, level_seq, is_counted FROM stock_levels"
        " WHERE list_contains($skus, sku)",
        {"skus": list(skus)},
    )
    return {sku: StockLevel(*row) for sku, *row in found.fetchall()}


def level(con: DuckDBPyConnection, sku: str = "TEA-100") -> int | None:
    """The level of a SKU, or None if it never moved."""
    rows = con.execute(
        "SELECT level FROM stock_levels WHERE sku = $sku", {"sku": sku}
    ).fetchall()
    return rows[0][0] if rows else None


def ledger(con: DuckDBPyConnection) -> list[tuple]:
    """Every movement, whole."""
    return con.execute("FROM stock_movements ORDER BY seq").fetchall()
