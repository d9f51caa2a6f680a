"""What storing snapshots means, told one snapshot at a time: the oracle."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from duckdb import DuckDBPyConnection
from hypothesis import strategies as st

from data.model.order import Order, SnapshotVerdict, judge_snapshot
from data.warehouse.orders.store import Stored, store_orders
from tests.support.orders import a_line, a_package, a_person, an_order, at, order_number

KEYS = ("orders", "order_packages", "order_lines", "order_people", "order_log")
_shops = count(1)
"""Every history plays in a shop of its own, so nothing needs to be cleared."""


@dataclass(frozen=True)
class Snapshot:
    """Number 1 or 2, when it was asked for, and one of a few contents."""

    number: int
    minute: int
    content: int
    mall_status: str

    def order(self, shop_id: str) -> Order:
        """Contents differ in lines, in packages, or in a name only."""
        packages = [
            [a_package("1", [a_line("11", "1"), a_line("12", "1")])],
            [a_package("1", [a_line("12", "1")])],
            [a_package("1", [a_line("12", "1")]), a_package("2")],
            [a_package("1", [a_line("12", "1")])],
        ][self.content]
        people = [a_person(family_name="山田")] if self.content == 3 else None
        return an_order(
            self.number,
            self.minute,
            self.mall_status,
            packages=packages,
            people=people,
            shop_id=shop_id,
        )

    @property
    def what(self) -> tuple[int, str]:
        return self.content, self.mall_status


@dataclass(frozen=True)
class ByHand:
    """A person sets an order's status."""

    number: int
    status: str


Batch = list[Snapshot]
snapshots = st.builds(
    Snapshot,
    number=st.integers(1, 2),
    minute=st.integers(0, 6),
    content=st.integers(0, 3),
    mall_status=st.sampled_from(["100", "300"]),
)
histories = st.lists(
    st.lists(snapshots, min_size=1, max_size=5)
    | st.builds(ByHand, st.integers(1, 2), st.sampled_from(["保留", "入金待ち"])),
    min_size=1,
    max_size=6,
)


@dataclass
class Known:
    """One order as the rule has it."""

    present: Snapshot
    seen: int
    status: str
    log: list[Snapshot] = field(default_factory=list)


class Rule:
    """Rule 6.1 and 6.3, a snapshot at a time, in the order they were asked for."""

    def __init__(self) -> None:
        self.orders: dict[int, Known] = {}

    def store(self, batch: Batch) -> Stored:
        counts = Counter(self._take(s) for s in sorted(batch, key=lambda s: s.minute))
        return Stored(*(counts[verdict] for verdict in SnapshotVerdict))

    def _take(self, new: Snapshot) -> SnapshotVerdict:
        known = self.orders.get(new.number)
        status = new.order("1").status.value
        if known is None:
            self.orders[new.number] = Known(new, new.minute, status, [new])
            return judge_snapshot(new.what, at(new.minute), None, None)
        seen_at = at(known.seen)
        verdict = judge_snapshot(new.what, at(new.minute), known.present.what, seen_at)
        if verdict is SnapshotVerdict.UNCHANGED:
            known.seen = max(known.seen, new.minute)
        if verdict is SnapshotVerdict.CHANGED:
            if new.mall_status != known.present.mall_status:
                known.status = status
            known.present, known.seen = new, new.minute
            known.log.append(new)
        return verdict


def play(con: DuckDBPyConnection, history: Sequence[Batch | ByHand]) -> None:
    """Play a history against the warehouse and the rule; they agree throughout."""
    shop_id, rule, stored = str(next(_shops)), Rule(), []
    for step in history:
        if isinstance(step, ByHand):
            if step.number in rule.orders:
                rule.orders[step.number].status = step.status
            con.execute(
                "UPDATE orders SET status = ? WHERE shop_id = ? AND order_number = ?",
                [step.status, shop_id, order_number(step.number)],
            )
            continue
        batch = [snapshot.order(shop_id) for snapshot in step]
        assert _store(con, batch) == rule.store(step)
        stored += batch
    assert _shown(con, shop_id) == _expected(rule, shop_id)

    before = dump(con, shop_id)
    for order in reversed(stored):
        told = _store(con, [order])
        assert told.created + told.changed == 0
    assert dump(con, shop_id) == before


def dump(con: DuckDBPyConnection, shop_id: str) -> dict[str, list[tuple]]:
    """Every value of the tables a replay must not touch."""
    return {
        table: con.execute(
            f"SELECT t::VARCHAR FROM {table} AS t WHERE shop_id = ? ORDER BY 1",  # noqa: S608
            [shop_id],
        ).fetchall()
        for table in KEYS
    }


def _store(con: DuckDBPyConnection, batch: list[Order]) -> Stored:
    return store_orders(con, batch, source="api", stored_at=at(60), load_id="l")


def _shown(con: DuckDBPyConnection, shop_id: str) -> dict[str, list[tuple]]:
    def ask(text: str) -> list[tuple]:
        return con.execute(text, {"shop_id": shop_id}).fetchall()

    return {
        "orders": ask(
            "SELECT order_number, status, mall_status, epoch(observed_at)::BIGINT, "
            "epoch(seen_at)::BIGINT FROM orders "
            "JOIN order_sightings USING (mall, shop_id, order_number) "
            "WHERE shop_id = $shop_id ORDER BY ALL"
        ),
        "packages": ask(
            "SELECT order_number, basket_id FROM order_packages "
            "WHERE shop_id = $shop_id ORDER BY ALL"
        ),
        "lines": ask(
            "SELECT order_number, basket_id, line_id FROM order_lines "
            "WHERE shop_id = $shop_id ORDER BY ALL"
        ),
        "people": ask(
            "SELECT order_number, basket_id, family_name FROM order_people "
            "WHERE shop_id = $shop_id ORDER BY ALL"
        ),
        "log": ask(
            "SELECT order_number, epoch(observed_at)::BIGINT, content->>'mall_status' "
            "FROM order_log WHERE shop_id = $shop_id ORDER BY order_number, rowid"
        ),
    }


def _expected(rule: Rule, shop_id: str) -> dict[str, list[tuple]]:
    def second(minute: int) -> int:
        return int(at(minute).timestamp())

    known = sorted(rule.orders.items())
    now = [k.present.order(shop_id) for _, k in known]
    return {
        "orders": [
            (
                order_number(number),
                k.status,
                k.present.mall_status,
                second(k.present.minute),
                second(k.seen),
            )
            for number, k in known
        ],
        "packages": sorted(
            (o.order_number, p.basket_id) for o in now for p in o.packages
        ),
        "lines": sorted(
            (o.order_number, p.basket_id, line.line_id)
            for o in now
            for p in o.packages
            for line in p.lines
        ),
        "people": sorted(
            (o.order_number, p.basket_id, p.family_name) for o in now for p in o.people
        ),
        "log": [
            (order_number(number), second(s.minute), s.mall_status)
            for number, k in known
            for s in k.log
        ],
    }
