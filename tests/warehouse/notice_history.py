"""A mall that changes orders and gives notice of it, and what we do about it.

The world knows which state of its order each notice announced. Whatever happens to
the warehouse, a notice settled as stored must mean that this state, or a later one,
stands there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import NamedTuple

from duckdb import DuckDBPyConnection
from hypothesis import strategies as st

from data.model.notice import GIVE_UP_AFTER, Notice, NoticeReason
from data.model.order import Mall, Order, RefusedOrder, SameAnswer
from data.warehouse.notices import (
    Recorded,
    due_notices,
    record_notices,
    settle_notices,
)
from data.warehouse.orders.answers import known_answers
from data.warehouse.orders.refusals import record_refusals
from data.warehouse.orders.store import store_orders, store_same
from data.warehouse.runs import orders_to_reread
from tests.support.orders import an_order, at, order_number
from tests.support.stored import count_notices
from tests.warehouse.made_notices import a_notice, not_handed_out, unreadable

DAY = 24 * 60
_shops = count(1)


class Change(NamedTuple):
    """The order changes at the mall, and a notice of it is acknowledged."""

    number: int


class Become(NamedTuple):
    """From now on the mall shows the order, or hides it, or shows it unreadable."""

    number: int
    how: str


class Repeat(NamedTuple):
    """The mall sends the newest notice of the order again."""

    number: int


class Record(NamedTuple):
    """What waits in the spool is recorded; the process may die before the commit."""

    dies: bool = False


class Look(NamedTuple):
    """The due orders are read from the mall; nothing is stored yet."""


class Store(NamedTuple):
    """The latest look, or the one before it, is stored and settled, or dies."""

    dies: bool = False
    is_earlier: bool = False


class SettleOnly(NamedTuple):
    """A wrong caller settles what the latest look read and stores nothing."""


class Wait(NamedTuple):
    minutes: int


Step = Change | Become | Repeat | Record | Look | Store | SettleOnly | Wait
_numbers = st.integers(1, 2)
steps = st.one_of(
    st.builds(Change, _numbers),
    st.builds(Become, _numbers, st.sampled_from(["shown", "hidden", "garbled"])),
    st.builds(Repeat, _numbers),
    st.builds(Record, st.booleans()),
    st.just(Look()),
    st.builds(Store, st.booleans(), st.booleans()),
    st.just(SettleOnly()),
    st.builds(Wait, st.sampled_from([1, 40, DAY])),
)
histories = st.lists(steps, min_size=3, max_size=10)


@dataclass(frozen=True)
class Seen:
    """What one look read, as getOrder tells it."""

    minute: int
    orders: list[Order]
    same: list[SameAnswer]
    refused: list[RefusedOrder]


@dataclass
class World:
    """The mall, the spool, and one shop of the warehouse."""

    con: DuckDBPyConnection
    shop_id: str = field(default_factory=lambda: str(next(_shops)))
    minute: int = 0
    version: dict[int, int] = field(default_factory=lambda: {1: 1, 2: 1})
    how: dict[int, str] = field(default_factory=lambda: {1: "shown", 2: "shown"})
    acknowledged: dict[str, tuple[Notice, int, int]] = field(default_factory=dict)
    """By key: the notice, the number of its order, and the version it announced."""
    spool: list[Notice] = field(default_factory=list)
    recorded: set[str] = field(default_factory=set)
    looks: list[Seen] = field(default_factory=list)
    stored: list[Seen] = field(default_factory=list)

    def do(self, step: Step) -> None:
        self.minute += 1
        getattr(self, f"_{type(step).__name__.lower()}")(step)
        self.check()

    def _change(self, step: Change) -> None:
        self.version[step.number] += 1
        notice = a_notice(step.number, self.minute, shop_id=self.shop_id)
        self.acknowledged[notice.notice_key] = (
            notice,
            step.number,
            self.version[step.number],
        )
        self.spool.append(notice)

    def _become(self, step: Become) -> None:
        self.how[step.number] = step.how

    def _repeat(self, step: Repeat) -> None:
        sent = [
            n for n, number, _ in self.acknowledged.values() if number == step.number
        ]
        self.spool += sent[-1:]

    def _record(self, step: Record) -> None:
        new = {notice.notice_key for notice in self.spool} - self.recorded
        expected = Recorded(len(new), len(self.spool) - len(new))
        self.con.begin()
        assert self.record(self.spool) == expected
        if step.dies:
            self.con.rollback()
            return
        self.con.commit()
        self.recorded |= new
        self.spool = []

    def _look(self, _: Look) -> None:
        due = due_notices(self.con, self.shop_id, at(self.minute), 9)
        self.look({notice.order_number for notice in due if notice.order_number})

    def _store(self, step: Store) -> None:
        for seen in self.looks[-2:-1] if step.is_earlier else self.looks[-1:]:
            self.con.begin()
            self.store(seen)
            if step.dies:
                self.con.rollback()
                continue
            self.con.commit()
            self.stored.append(seen)
            before = self._dump()
            self.store(seen)
            assert self._dump() == before, "a replay wrote something"

    def _settleonly(self, _: SettleOnly) -> None:
        for seen in self.looks[-1:]:
            self.settle(seen)

    def _wait(self, step: Wait) -> None:
        self.minute += step.minutes

    def record(self, notices: Sequence[Notice]) -> Recorded:
        return record_notices(self.con, notices, at(self.minute))

    def look(self, numbers: set[str]) -> None:
        """Ask the mall for these orders, as the client of RMS does."""
        known = known_answers(self.con, self.shop_id, list(numbers))
        seen = Seen(self.minute, [], [], [])
        for number, version in self.version.items():
            if order_number(number) not in numbers:
                continue
            answer, told = f"{number}-{version}", order_number(number)
            if self.how[number] == "hidden":
                seen.refused.append(self._of_shop(not_handed_out(number)))
            elif known(told, answer):
                seen.same.append(
                    SameAnswer(
                        mall=Mall.RAKUTEN,
                        shop_id=self.shop_id,
                        order_number=told,
                        observed_at=at(self.minute),
                        answer_hash=answer,
                    )
                )
            elif self.how[number] == "garbled":
                seen.refused.append(self._of_shop(unreadable(number)))
            else:
                order = an_order(
                    number, self.minute, request_total=version, shop_id=self.shop_id
                )
                seen.orders.append(order.model_copy(update={"answer_hash": answer}))
        self.looks.append(seen)

    def store(self, seen: Seen) -> None:
        """Store, refuse and settle what a look read."""
        now = at(self.minute)
        store_orders(self.con, seen.orders, source="api", stored_at=now, load_id="l")
        store_same(self.con, seen.same, now)
        record_refusals(self.con, seen.refused, at(seen.minute))
        self.settle(seen)

    def settle(self, seen: Seen) -> None:
        settle_notices(
            self.con,
            self.shop_id,
            read={o.order_number: o.observed_at for o in (*seen.orders, *seen.same)},
            refused=seen.refused,
            asked_at=at(seen.minute),
            settled_at=at(self.minute),
        )

    def check(self) -> None:
        """Whatever is settled is so, and nothing acknowledged is nowhere."""
        rows = self.con.execute(
            "SELECT notice_key, reason FROM notices WHERE shop_id = ?", [self.shop_id]
        ).fetchall()
        stands = self._stands()
        assert {key for key, _ in rows} == self.recorded, "lost or unexpected"
        waiting = {notice.notice_key for notice in self.spool}
        assert set(self.acknowledged) <= self.recorded | waiting, "lost"
        for key, reason in rows:
            notice, number, version = self.acknowledged[key]
            if reason in ("stored", "known"):
                assert stands.get(number, 0) >= version, f"{reason} too early"
            if reason in ("refused", "exhausted"):
                assert self._was_refused_after(notice), f"{reason} too early"
            if reason == "exhausted":
                assert at(self.minute) - notice.received_at >= GIVE_UP_AFTER

    def recover(self) -> None:
        """Let ordinary runs go on until nothing waits; then lost must be nought."""
        self.do(Record())
        for minutes in (40, DAY):
            self.do(Wait(minutes))
            self.do(Look())
            self.do(Store())
        counts = count_notices(self.con, self.shop_id)
        assert counts.waiting == 0
        assert sum(counts.settled.values()) == len(self.acknowledged), "duplicated"
        assert set(counts.settled) <= {
            NoticeReason.STORED,
            NoticeReason.KNOWN,
            NoticeReason.REFUSED,
            NoticeReason.EXHAUSTED,
        }
        # What was given up has a name, and the sweep still asks for it.
        self.how = {1: "shown", 2: "shown"}
        self.minute += 1
        self.look(set(orders_to_reread(self.con, self.shop_id, at(self.minute))))
        self.do(Store())
        stands = self._stands()
        announced = {number for _, number, _ in self.acknowledged.values()}
        assert {n: stands.get(n) for n in announced} == {
            n: self.version[n] for n in announced
        }

    def replay(self) -> None:
        """Tell everything again: no row of any table changes."""
        before = self._dump()
        notices = [notice for notice, _, _ in self.acknowledged.values()]
        assert self.record(notices) == Recorded(0, len(notices))
        for seen in reversed(self.stored):
            self.store(seen)
        assert self._dump() == before

    def _stands(self) -> dict[int, int]:
        """Which version of each order the warehouse holds."""
        return dict(
            self.con.execute(
                "SELECT right(order_number, 10)::INTEGER, request_total FROM orders "
                "WHERE shop_id = ?",
                [self.shop_id],
            ).fetchall()
        )

    def _dump(self) -> dict[str, list[tuple]]:
        return {
            table: self.con.execute(
                f"SELECT t::VARCHAR FROM {table} AS t WHERE shop_id = ? ORDER BY 1",  # noqa: S608
                [self.shop_id],
            ).fetchall()
            for table in ("notices", "orders", "order_log", "order_lines")
        }

    def _was_refused_after(self, notice: Notice) -> bool:
        return any(
            notice.order_number in [order.order_number for order in seen.refused]
            and at(seen.minute) >= notice.received_at
            for seen in self.looks
        )

    def _of_shop(self, refused: RefusedOrder) -> RefusedOrder:
        return refused.model_copy(update={"shop_id": self.shop_id})


def play(con: DuckDBPyConnection, history: Sequence[Step]) -> None:
    """Play a history, recover, replay; what must hold holds at every step."""
    world = World(con)
    for step in history:
        world.do(step)
    world.recover()
    world.replay()
