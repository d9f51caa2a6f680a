"""why-oversold: causes planted at the mall are named from the warehouse alone."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from connectors.notices.spool import Spool
from connectors.settings.reading import read_settings
from data.model.oversale import CAUSE_WORDS, Cause
from data.warehouse.order_files.store import import_orders
from data.warehouse.session import warehouse
from flows.drain_notices import drain_notices
from flows.import_stock_count import import_stock_count
from flows.ingest_orders import ingest_orders
from flows.push_inventory import push_inventory
from flows.why_oversold import why_oversold
from tasks.machine import now
from tests.flows.conftest import Shown
from tests.order_files.store.made import MadeFile, a_row
from tests.support.effort import first, for_ci, for_long
from tests.support.order_notice import order_notice
from tests.support.rules import broken_rules
from tests.support.sandbox import Sandbox

SKU = "X-1"
SHIRT = {"manageNumber": "mihon-shirt", "variantId": "ms-1"}
KEY = "mihon-shirt/ms-1"
READ, WRITE = "inventories.bulk.get", "inventories.bulk.upsert"
A, B = "demo", "demo2"
"""Two shops at the mall that sell the same pieces: `lab` and `lab2` of the product."""
FLOW = {A: "lab", B: "lab2"}


class TwoShops:
    """Two shops with one SKU of `pieces`, all of them shown by both."""

    def __init__(
        self, mall: Sandbox, home: Path, rng: Random, patch: pytest.MonkeyPatch
    ) -> None:
        self.mall, self.home, self.rng, self.patch = mall, home, rng, patch
        self.pieces = rng.randrange(2, 9)
        for shop in (A, B):
            self.count(shop, self.pieces)
        for shop in (A, B):
            self.run(push_inventory, shop)
            assert self.shows(shop) == self.pieces
        self.later(5)

    def run(self, flow: Callable[..., Any], shop: str) -> str:
        return str(flow(FLOW[shop], return_state=True).type.value)

    def count(self, shop: str, units: int) -> None:
        path = self.home / f"count-{shop}-{self.rng.random()}.csv"
        head = "商品管理番号,SKU管理番号,数量,自社SKU"
        path.write_text(f"{head}\nmihon-shirt,ms-1,{units},{SKU}\n", encoding="utf-8")
        state = import_stock_count(str(path), FLOW[shop], return_state=True)
        assert state.is_completed(), state.message

    def shows(self, shop: str) -> int:
        rows = self.mall.stock(shop)
        return next(r["quantity"] for r in rows if r["variantId"] == "ms-1")

    def later(self, seconds: float) -> None:
        self.mall.clock(advance_s=seconds)

    def wait(self) -> None:
        """Let three minutes to an hour and a half go by."""
        self.later(self.rng.randrange(180, 5400))

    def sell(self, shop: str, units: int) -> str:
        """Sell so many pieces in one order, which the shop has to show."""
        assert units <= self.shows(shop)
        line = {**SHIRT, "units": units}
        (number,) = self.mall.sell(
            1, "plain", shop, over_days=0, progress=300, line=line
        )
        self.later(1)
        return number

    def elsewhere(self) -> str:
        """Sell some at A."""
        self.gone = self.rng.randrange(1, self.pieces + 1)
        return self.sell(A, self.gone)

    def oversell(self) -> None:
        """Sell at B what it still shows, and what is not all there any more."""
        low = self.pieces - self.gone + 1
        self.sell(B, self.rng.randrange(low, self.pieces + 1))

    def notice(self, number: str) -> None:
        """Let the receiver keep a notice of an order of A."""
        notice = order_notice(self.mall.shops[A].shop_id, number)
        Spool(self.home / "spool").keep([notice])

    def known(self) -> None:
        """Sell at A, and store that order at once."""
        self.notice(self.elsewhere())
        self.run(drain_notices, A)

    def maintenance(self, shop: str, style: str) -> None:
        began = datetime.fromisoformat(self.mall.clock()) - timedelta(minutes=1)
        ends = began + timedelta(hours=9)
        window = {"from": began.isoformat(), "to": ends.isoformat(), "style": style}
        self.mall.shop(shop, maintenance=[window])

    def csv(self, units: int) -> None:
        """Import an order of another channel, which moves no stock by itself."""
        row = a_row(
            f"{self.mall.shops[A].shop_id}-20260701-0000000001",
            manage_number="mihon-shirt", variant_id="ms-1", sku=SKU,
            quantity=units, ordered_at=now(),
        )  # fmt: skip
        self.later(2)
        with warehouse(read_settings().warehouse) as con:
            import_orders(
                con, MadeFile([row]), import_id="csv", mode="update",
                shop_id=self.mall.shops[A].shop_id, imported_at=now(),
            )  # fmt: skip

    def settled(self) -> None:
        """Let everything be right again, and all orders be known."""
        self.mall.no_faults()
        for shop in (A, B):
            self.mall.shop(shop, maintenance=[], functions_off=[])
        self.wait()
        for shop in (A, B):
            assert self.run(ingest_orders, shop) == "COMPLETED"

    def why(self, sku: str = SKU) -> str:
        state = why_oversold("lab2", sku, return_state=True)
        assert state.is_completed(), state.message
        return str(state.message)


def lost(world: TwoShops) -> None:
    world.elsewhere()
    world.wait()
    world.oversell()


def late(world: TwoShops) -> None:
    number = world.elsewhere()
    world.wait()
    world.oversell()
    world.wait()
    world.notice(number)
    world.run(drain_notices, A)


def stopped(world: TwoShops) -> None:
    world.notice(world.elsewhere())
    world.wait()
    world.oversell()
    world.wait()
    world.run(drain_notices, A)


def refused_push(world: TwoShops) -> None:
    world.known()
    code = world.rng.choice(["IE0003", "IE0118", "IE0121"])
    world.mall.fault(code, about=KEY, times=99)
    world.run(push_inventory, B)
    world.wait()
    world.oversell()


def unknown_push(world: TwoShops) -> None:
    world.known()
    world.mall.fault("reset", function=WRITE, times=20)
    world.run(push_inventory, B)
    world.wait()
    world.oversell()


def maintenance(world: TwoShops) -> None:
    style = world.rng.choice(["html", "gateway"])
    if world.rng.random() < 0.5:
        world.known()
        world.maintenance(B, style)
        world.run(push_inventory, B)
    else:
        world.notice(world.elsewhere())
        world.maintenance(A, style)
        world.run(drain_notices, A)
    world.wait()
    world.oversell()


def refused_key(world: TwoShops) -> None:
    if world.rng.random() < 0.7:
        world.known()
        off = world.rng.choice([READ, WRITE])
        world.mall.shop(B, functions_off=[off])
        world.run(push_inventory, B)
    else:
        world.notice(world.elsewhere())
        world.mall.shop(A, functions_off=["getOrder"])
        world.run(drain_notices, A)
    world.wait()
    world.oversell()


def edited(world: TwoShops) -> None:
    more = world.rng.randrange(1, 9)
    world.mall.set_stock(*SHIRT.values(), world.pieces + more, shop=B)
    world.wait()
    world.gone = 0
    world.sell(B, world.rng.randrange(world.pieces + 1, world.pieces + more + 1))


def miscounted(world: TwoShops) -> None:
    sold = world.rng.randrange(1, world.pieces)
    world.sell(B, sold)
    world.run(ingest_orders, B)
    world.wait()
    left = world.pieces - sold
    world.count(B, world.rng.randrange(left))


def burst(world: TwoShops) -> None:
    number = world.elsewhere()
    world.later(world.rng.randrange(4))
    if world.rng.random() < 0.5:
        world.notice(number)
        world.run(drain_notices, A)
    world.oversell()


def other_channel(world: TwoShops) -> None:
    world.gone = world.rng.randrange(1, world.pieces + 1)
    world.csv(world.gone)
    world.wait()
    world.oversell()


def link_rests(world: TwoShops) -> None:
    name, value = world.rng.choice([("STOCK_LINK", "false"), ("SILENT_HOURS", "0-24")])
    world.patch.setenv(f"JUCHU_SHOP_LAB2_{name}", value)
    world.known()
    push_inventory(return_state=True)
    world.wait()
    world.oversell()


def never_pushed(world: TwoShops) -> None:
    world.known()
    world.wait()
    world.oversell()


PLANTS: dict[Cause, Callable[[TwoShops], None]] = {
    Cause.NOTICE_LOST: lost,
    Cause.OTHER_CHANNEL: other_channel,
    Cause.NOTICE_LATE: late,
    Cause.PUSH_UNKNOWN: unknown_push,
    Cause.DRAIN_STOPPED: stopped,
    Cause.PUSH_REFUSED: refused_push,
    Cause.MAINTENANCE: maintenance,
    Cause.REFUSED: refused_key,
    Cause.EDITED: edited,
    Cause.WRONG_COUNT: miscounted,
    Cause.BURST: burst,
    Cause.LINK_RESTS: link_rests,
    Cause.UNKNOWN: never_pushed,
}


@pytest.fixture
def make(
    shown: Shown, lab: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], TwoShops]:
    """Make two shops of a seed, with a clock that both sides share."""
    clock = home / "clock.json"
    lab.control("POST", "clock", {"file": str(clock)})
    monkeypatch.setenv("JUCHU_TEST_CLOCK", str(clock))
    other = lab.shops[B]
    for name, value in (
        ("SHOP_ID", other.shop_id),
        ("SERVICE_SECRET", other.service_secret),
        ("LICENSE_KEY", other.license_key),
    ):
        monkeypatch.setenv(f"JUCHU_SHOP_LAB2_{name}", value)
    return lambda seed: TwoShops(lab, home, Random(seed), monkeypatch)  # noqa: S311


@first(1)
@pytest.mark.parametrize("cause", PLANTS)
def test_a_planted_cause_is_named_and_its_gap_told(
    make: Callable[[int], TwoShops], shown: Shown, cause: Cause
):
    world = make(1)
    PLANTS[cause](world)
    world.settled()

    assert f"売り越しの原因: {CAUSE_WORDS[cause]}。" in world.why()
    report = shown("why-oversold")
    assert f"## {CAUSE_WORDS[cause]}" in report
    assert "## 起きたこと" in report
    assert world.why(KEY) == world.why()


@first(1)
@pytest.mark.parametrize("cause", [Cause.PUSH_REFUSED, Cause.MAINTENANCE, Cause.BURST])
def test_a_count_that_found_fewer_is_news_for_the_mall_as_an_order_is(
    make: Callable[[int], TwoShops], cause: Cause
):
    """Pieces that a count missed, and of which B was not told: it was 「不明」."""
    world = make(3)
    world.gone = world.rng.randrange(1, world.pieces + 1)
    world.count(A, world.pieces - world.gone)
    if cause is Cause.BURST:
        world.later(3)
    else:
        if cause is Cause.MAINTENANCE:
            world.maintenance(B, "gateway")
        else:
            world.mall.fault("IE0003", about=KEY, times=99)
        world.run(push_inventory, B)
        world.wait()
    world.oversell()
    world.settled()

    assert CAUSE_WORDS[cause] in world.why()


@for_long
@pytest.mark.parametrize("seed", range(100))
def test_every_cause_is_named_rightly_over_a_hundred_seeds(
    make: Callable[[int], TwoShops], seed: int
):
    cause = list(PLANTS)[seed % len(PLANTS)]
    world = make(seed)
    PLANTS[cause](world)
    world.settled()

    assert CAUSE_WORDS[cause] in world.why()
    with warehouse(read_settings().warehouse) as con:
        assert broken_rules(con) == []


@for_ci
def test_what_was_never_sold_is_said(make: Callable[[int], TwoShops]):
    make(2)
    state = why_oversold("lab2", "no-such-sku", return_state=True)

    assert "no-such-sku の販売の記録がありません" in str(state.message)
