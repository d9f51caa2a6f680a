"""Plays histories of stock against a warehouse and the oracle (`rule.py`)."""

from collections.abc import Sequence
from itertools import count as numbers_from

from duckdb import DuckDBPyConnection

from data.model.stock import Counted, SkuMapping
from data.warehouse.order_files.store import import_orders
from data.warehouse.orders.store import store_orders
from data.warehouse.stock.adjust import adjust_stock, waiting_adjustments
from data.warehouse.stock.files import book_stock_file
from data.warehouse.stock.ledger import StockMoved, map_skus, move_stock
from tests.order_files.store.made import MadeFile, a_row
from tests.stock.made import MadeCount, ledger, order
from tests.stock.made import line as a_line
from tests.stock.rule import (
    ORDERED,
    Adjust,
    Again,
    Count,
    Csv,
    Name,
    Receive,
    Rule,
    See,
    Step,
)
from tests.support.orders import at, order_number
from tests.support.rules import broken_rules

_histories = numbers_from(1)
"""Every history has a shop and SKUs of its own, so nothing needs to be cleared."""


class Player:
    """Plays steps against a warehouse, each twice, and against the rule."""

    def __init__(self, con: DuckDBPyConnection) -> None:
        nth = next(_histories)
        self.con, self.shop_id = con, str(nth)
        self.names = {
            "tea": f"tea{nth}/v",
            "mug": f"mug{nth}/v",
            "TEA": f"TEA{nth}",
            "MUG": f"mug{nth}/v",
            "BOTH": f"BOTH{nth}",
        }
        self.rule = Rule(self.names)
        self.seen: list = []

    def play(self, history: Sequence[Step]) -> None:
        for at_step, step in enumerate(history, start=1):
            now = 10.0 * at_step
            self.do(now, step)
            agreed = self.shown()
            assert agreed == (self.rule.levels(), self.rule.waiting())
            before = ledger(self.con)
            self.repeat(now + 1, step)
            assert ledger(self.con) == before
            assert self.shown() == agreed
        assert broken_rules(self.con) == []

    def do(self, now: float, step: Step) -> None:
        match step:
            case See():
                self.see(now, step)
                self.rule.see(now, step)
            case Again(nth=nth) if nth < len(self.seen):
                self.store(now, self.seen[nth])
            case Csv():
                self.take(now, step)
                self.rule.take(step)
            case Receive():
                self.count(now, step)
                self.rule.receive(step, now - step.ago)
            case Count():
                self.count(now, step)
                self.rule.count(step, now - step.ago)
            case Adjust():
                self.adjust(now, step)
                self.rule.adjust(now, step)
            case Name():
                self.name(now, step)
                self.rule.name(step.listing, self.names[step.sku], "person")

    def repeat(self, now: float, step: Step) -> None:
        match step:
            case See():
                self.store(now, self.seen[-1])
            case Csv():
                self.take(now, step)
            case Count():
                self.count(now, step, first=now - 1)
            case Adjust():
                self.adjust(now, step)
            case Name():
                self.name(now, step)
        self.move(now)

    def see(self, now: float, step: See) -> None:
        made = [
            a_line(units, self.what(listing), str(at))
            for at, (listing, units) in enumerate(step.lines, start=1)
        ]
        status = "900" if step.cancelled else "300"
        told = order(
            step.number, now, status, lines=made, ordered=ORDERED[step.number]
        ).model_copy(update={"shop_id": self.shop_id})
        self.seen.append(told)
        self.store(now, told)

    def what(self, listing: str) -> tuple[str, str, str]:
        code = self.names[listing].removesuffix("/v")
        return code, "v", self.names["TEA" if listing == "tea" else "mug"]

    def store(self, now: float, told) -> None:
        """Store it; the ledger needs to look at this one order, and at no other."""
        store_orders(self.con, [told], source="api", stored_at=at(now), load_id="l")
        self.move(now, [told.order_number])
        assert self.move(now).skus == 0

    def move(self, now: float, numbers: list[str] | None = None) -> StockMoved:
        return move_stock(
            self.con,
            self.shop_id,
            order_numbers=numbers,
            moved_at=at(now),
        )

    def take(self, now: float, step: Csv) -> None:
        code, variant, sku = self.what("tea")
        rows = [
            a_row(
                order_number(step.number),
                str(nth),
                manage_number=code,
                variant_id=variant,
                sku=sku,
                quantity=quantity,
            )
            for nth, quantity in enumerate(step.units, start=1)
        ]
        before = ledger(self.con)
        import_orders(
            self.con,
            MadeFile(rows),
            import_id=f"{self.shop_id}-{now}",
            shop_id=self.shop_id,
            mode="update",
            imported_at=at(now),
        )
        assert ledger(self.con) == before
        self.move(now)
        assert ledger(self.con) == before

    def count(self, now: float, step: Count, first: float | None = None) -> None:
        made = now if first is None else first
        code, variant, sku = self.what(step.listing)
        counted = Counted(
            manage_number=code,
            variant_id=variant,
            quantity=step.units,
            own_sku=sku if step.own else None,
        )
        report = book_stock_file(
            self.con,
            MadeCount([counted], file_name=f"{made}.csv", salt=f"{made}"),
            shop_id=self.shop_id,
            kind="receipt" if isinstance(step, Receive) else "count",
            import_id=f"{self.shop_id}-{now}",
            who="店長",
            counted_at=at(made - step.ago),
            imported_at=at(now),
        )
        assert report.is_same_file == (first is not None)

    def adjust(self, now: float, step: Adjust) -> None:
        chosen = [
            one.adjustment(is_done=step.done)
            for one in waiting_adjustments(self.con, self.shop_id)
            if one.order_number == order_number(step.number)
        ]
        adjust_stock(
            self.con,
            [*chosen, *chosen],
            adjustment_id=f"{self.shop_id}-{now}",
            who="店長",
            note="確認済み",
            at=at(now),
        )

    def name(self, now: float, step: Name) -> None:
        code, variant, _ = self.what(step.listing)
        said = SkuMapping(
            manage_number=code, variant_id=variant, sku=self.names[step.sku]
        )
        map_skus(
            self.con,
            self.shop_id,
            [said],
            change_id=f"{self.shop_id}-{now}",
            who="店長",
            note="見直し",
            mapped_at=at(now),
        )

    def shown(self) -> tuple[dict[str, int], set[tuple[str, str]]]:
        skus = list(self.names.values())
        levels = self.con.execute(
            "SELECT sku, level FROM stock_levels "
            "WHERE list_contains($skus, sku) AND level <> 0",
            {"skus": skus},
        ).fetchall()
        waiting = waiting_adjustments(self.con, self.shop_id)
        return dict(levels), {(one.order_number, one.line_id) for one in waiting}


def play(con: DuckDBPyConnection, history: Sequence[Step]) -> None:
    """Play a history; warehouse and rule agree at every step, and twice is once."""
    Player(con).play(history)
