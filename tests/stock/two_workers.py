"""Two runs of push-inventory at one mall, played step by step, a minute each."""

from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count as numbers_from

from data.model.stock import Listing
from data.warehouse.orders.store import store_orders
from data.warehouse.stock.files import book_stock_file
from data.warehouse.stock.ledger import move_stock
from data.warehouse.stock.push import (
    levels_to_push,
    plan_push,
    record_lost,
    record_read_back,
    start_sending,
)
from tests.stock.made import MadeCount, a_count, line, order
from tests.support.orders import at
from tests.support.rules import broken_rules

_shops = numbers_from(1)
DEAD = timedelta(minutes=7)
"""After so long a call is over, arrived or not: longer than any history between."""


@dataclass
class Worker:
    """One run of push-inventory, wherever it stands."""

    run: str
    found: int | None = None
    read_at: float = -1
    planned: tuple = ()
    sent: list = field(default_factory=list)


class Mall:
    """One listing at the mall, its writes in the order in which they arrived."""

    def __init__(self) -> None:
        self.units = 0
        self.arrived: list[int] = []

    def write(self, push) -> None:
        self.units = push.offered
        self.arrived.append(push.level_seq)


class Player:
    """Plays a history of two workers; each step takes a minute."""

    def __init__(self, con) -> None:
        self.con, self.mall = con, Mall()
        self.shop_id = str(next(_shops))
        self.what = (f"item{self.shop_id}", "v", f"SKU{self.shop_id}")
        self.listing = Listing(manage_number=self.what[0], variant_id="v")
        self.now, self.orders, self.runs = 1.0, 0, 0
        self.count(20)
        self.workers = [self.worker(), self.worker()]

    def worker(self) -> Worker:
        self.runs += 1
        return Worker(f"{self.shop_id}-{self.runs}")

    def play(self, history) -> None:
        for action, value in history:
            self.now += 1
            getattr(self, action.replace("-", "_"))(value)
        self.settle()
        ((level,),) = self.con.execute(
            "SELECT level FROM stock_levels WHERE sku = $sku", {"sku": self.what[2]}
        ).fetchall()
        assert self.mall.units == max(level, 0)
        assert self.mall.arrived == sorted(self.mall.arrived)
        assert broken_rules(self.con) == []

    def count(self, units: int) -> None:
        book_stock_file(
            self.con,
            MadeCount(
                [a_count(units, self.what, own_sku=self.what[2])], salt=f"{self.now}"
            ),
            shop_id=self.shop_id,
            import_id=f"{self.shop_id}/{self.now}",
            who="店長",
            counted_at=at(self.now),
            imported_at=at(self.now),
        )

    def sell(self, units: int) -> None:
        """An order that lowers our level; the mall does not know of it."""
        self.orders += 1
        made = order(
            self.orders, self.now, lines=[line(units, self.what)], ordered=self.now
        ).model_copy(update={"shop_id": self.shop_id})
        store_orders(
            self.con, [made], source="api", stored_at=at(self.now), load_id="l"
        )
        move_stock(self.con, self.shop_id, moved_at=at(self.now))

    def read(self, nth: int) -> None:
        worker = self.workers[nth]
        worker.found, worker.read_at = self.mall.units, self.now

    def plan(self, nth: int) -> None:
        worker = self.workers[nth]
        if worker.read_at < 0 or worker.sent:
            return
        worker.planned = plan_push(
            self.con,
            self.shop_id,
            {self.listing: worker.found},
            run_id=worker.run,
            safety=0,
            read_at=at(worker.read_at),
            planned_at=at(self.now),
            presumed_lost=DEAD,
        ).to_send

    def start(self, nth: int) -> None:
        worker = self.workers[nth]
        started = start_sending(self.con, worker.planned, sent_at=at(self.now))
        worker.sent, worker.planned = [*worker.sent, *started], ()
        self.sent_at = self.now

    def answer(self, nth: int) -> None:
        """The call arrives, and is read back; no call takes longer than DEAD."""
        worker = self.workers[nth]
        for push in self.arriving(worker):
            self.mall.write(push)
            record_read_back(
                self.con,
                self.shop_id,
                {self.listing: self.mall.units},
                run_id=worker.run,
                read_at=at(self.now),
            )
        worker.sent = []

    def lose_arrived(self, nth: int) -> None:
        worker = self.workers[nth]
        for push in self.arriving(worker):
            self.mall.write(push)
        self.lose(nth)

    def lose(self, nth: int) -> None:
        worker = self.workers[nth]
        record_lost(self.con, [push.push_id for push in worker.sent])
        worker.sent = []

    def die(self, nth: int) -> None:
        self.workers[nth] = self.worker()

    def arriving(self, worker: Worker) -> list:
        rows = self.con.execute(
            "SELECT push_id FROM inventory_pushes "
            "WHERE run_id = $run AND sent_at > $since",
            {"run": worker.run, "since": at(self.now) - DEAD},
        ).fetchall()
        alive = {push_id for (push_id,) in rows}
        return [push for push in worker.sent if push.push_id in alive]

    def settle(self) -> None:
        """The next runs go through undisturbed, once the dead are over."""
        self.workers = [self.worker(), self.worker()]
        self.now += 10
        while levels_to_push(self.con, self.shop_id, safety=0):
            assert self.now < 200
            for action in (self.read, self.plan, self.start, self.answer):
                self.now += 1
                action(0)
            self.workers[0] = self.worker()
