"""A storm of sales at two shops with one shelf: juchu beside the peer's loop.

Both have an RMS of their own with the same buyers, the same faults and the same limit
of one call a second, and work at the same time. A cause is a sale; it is verified when
both shops' numbers were read back with it. For the peer, which reads nothing back, the
mall's taking its write counts as proof, at the other shop only.
"""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from rich.console import Console

from connectors.notices.spool import Spool
from connectors.sandbox.control_api.remote import SandboxControl
from data.model.japan_time import JST
from data.model.stock import Counted
from data.warehouse.session import warehouse
from data.warehouse.stock.files import book_stock_file
from tasks.setup.services import Services, open_services
from tests.bench.market import SHOPS, Buyer, Key, Market, Sold, buyers, goods
from tests.bench.measured import percentile
from tests.bench.peer_loop import EVERY_S, PeerLoop
from tests.bench.rows import Row, at_most
from tests.stock.made import MadeCount
from tests.support.sandbox import Sandbox

ORDERS, MINUTES, SKUS, UNITS = 2_000, 10.0, 300, 8
"""The storm at its full length, and what the shelf has of each SKU at its start."""
SECONDS = 60.0
ALWAYS = 1_000_000_000
FAULTS = {"429": 0.034, "503": 0.034, "409": 0.034, "answer_lost": 0.02}
"""How many calls meet each; the first three, of which one is met, make 10 %."""
RESTS_WITHIN_S = 600.0
LOOK_EVERY_S = 2.0
VERIFIED = """
SELECT m.order_number, epoch(min(p.verified_at))
FROM stock_movements AS m
JOIN inventory_pushes AS p
    ON p.sku = m.sku AND p.level_seq >= m.seq AND p.state = 'verified'
WHERE m.kind = 'order'
GROUP BY m.order_number, p.shop_id
"""
AT_WORK = """
SELECT
    (SELECT count(*) FROM notices WHERE settled_at IS NULL)
    + (SELECT count(*) FROM inventory_due)
"""
PUSHES = "SELECT count(DISTINCT run_id) FROM inventory_pushes"


class Outcome(NamedTuple):
    """What came of a storm for one of the two."""

    sold: int
    oversold_units: int
    lost_units: int
    seconds: list[float]
    """From each sale to its proof; infinite where it never came."""

    @property
    def p99_s(self) -> float:
        """Return the time that one in a hundred exceeded."""
        return percentile(self.seconds, 0.99)

    def shown(self) -> str:
        """Return it in a line."""
        p50_s = percentile(self.seconds, 0.5)
        return (
            f"{self.sold:,} orders, cause to proof p50 {p50_s:.1f} s,"
            f" p99 {self.p99_s:.1f} s, max {max(self.seconds):.1f} s,"
            f" oversold {self.oversold_units}, lost {self.lost_units} units"
        )


def storms(folder: Path, console: Console, minutes: float = MINUTES) -> Iterator[Row]:
    """Raise two storms of the same buyers, the second one with faults."""
    for name, faults in (("storm", {}), ("storm with faults", FAULTS)):
        ours, peer = _storm(folder / name.replace(" ", "-"), console, minutes, faults)
        console.print(f"{name}, juchu: {ours.shown()}\n{name}, peer: {peer.shown()}")
        p99_s, its_s = ours.p99_s, peer.p99_s
        yield at_most(f"{name}: cause to verified, p99 (s)", p99_s, SECONDS)
        yield Row(f"{name}: the peer's p99 (s)", f"{its_s:.2f}", "", True)
        for what, mine, its in (
            ("oversold units", ours.oversold_units, peer.oversold_units),
            ("units of lost sales", ours.lost_units, peer.lost_units),
        ):
            yield Row(f"{name}: {what}", f"{mine}", f"≤ {its} (peer)", mine <= its)


def _storm(
    folder: Path, console: Console, minutes: float, faults: dict[str, float]
) -> tuple[Outcome, Outcome]:
    """Raise one storm at both, and wait until both are at rest again."""
    keys = goods(SKUS)
    coming = buyers(keys, round(ORDERS * minutes / MINUTES), minutes * 60)
    every_s = EVERY_S * minutes / MINUTES
    console.print(
        f"{len(coming):,} buyers in {minutes:g} min, {SKUS} SKUs of {UNITS} units;"
        f" faults {faults or 'none'}; the peer (tests/bench/peer_loop.py) begins a"
        f" round every {every_s:.0f} s"
    )
    with ExitStack() as stack:
        services = stack.enter_context(
            open_services(folder / "services", "--seed", "7", warm=True, shops=SHOPS)
        )
        rms = stack.enter_context(Sandbox.start("--seed", "7"))
        ours = Market(services.sandbox, keys, UNITS)
        its = Market(rms, keys, UNITS)
        for shop in SHOPS:
            count(services, shop, dict.fromkeys(keys, UNITS))
        services.sandbox.settings(notify_url=services.receiver)
        _at_rest(services)
        for mall in (services.sandbox, rms):
            mall.empty_journal()
            for name, probability in faults.items():
                mall.fault(name, probability=probability, times=ALWAYS)
        loop = PeerLoop(rms.url, [rms.shops[shop] for shop in SHOPS], every_s)
        loop.start()
        _served(coming, ours, its)
        _at_rest(services)
        _all_told(loop, its.sold, every_s)
        loop.stop()
        console.print(
            f"juchu: {_calls(services.sandbox)}, {_pushes(services)} pushes; peer:"
            f" {_calls(rms)}, {loop.rounds} rounds, {loop.broken_off} broken off"
        )
        return (
            _outcome(ours, verified(services, ours.sold)),
            _outcome(its, told(loop, its.sold)),
        )


def _served(coming: Sequence[Buyer], *markets: Market) -> None:
    """Let the same buyers come to each market at the same moments."""
    threads = [Thread(target=market.serve, args=(coming,)) for market in markets]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


def count(services: Services, handle: str, units: dict[Key, int]) -> None:
    """Count a shop's shelf in the warehouse."""
    rows = [
        Counted(manage_number=manage_number, variant_id=variant_id, quantity=quantity)
        for (manage_number, variant_id), quantity in units.items()
    ]
    at = datetime.now(JST)
    with warehouse(services.warehouse) as con:
        book_stock_file(
            con,
            MadeCount(rows, salt=handle),
            shop_id=services.sandbox.shops[handle].shop_id,
            import_id=f"count-{handle}",
            who="店長",
            counted_at=at,
            imported_at=at,
        )


def _at_rest(services: Services) -> None:
    """Wait until no notice waits and no level is due."""
    give_up_at, spool = time.monotonic() + RESTS_WITHIN_S, services.home / "spool"
    while (
        services.sandbox.notice_counts()["waiting"]
        or Spool(spool).depth()
        or ask(services, AT_WORK)
    ):
        assert time.monotonic() < give_up_at, "the warm process does not come to rest"
        time.sleep(LOOK_EVERY_S)


def _all_told(loop: PeerLoop, sold: Sequence[Sold], every_s: float) -> None:
    """Wait until the peer has carried every sale, or has had two rounds for it."""
    give_up_at = time.monotonic() + 2.2 * every_s
    while time.monotonic() < give_up_at and any(
        one.number not in loop.told_at for one in sold
    ):
        time.sleep(LOOK_EVERY_S)


def ask(services: Services, query: str) -> int:
    """Return the one number of a query."""
    with warehouse(services.warehouse) as con:
        ((number,),) = con.execute(query).fetchall()
    return int(number)


def verified(services: Services, sold: Sequence[Sold]) -> list[float]:
    """Return how long each sale took to be proven at each shop of ours."""
    proofs: dict[str, list[float]] = {}
    with warehouse(services.warehouse) as con:
        for number, at in con.execute(VERIFIED).fetchall():
            proofs.setdefault(number, []).append(at)
    seconds = []
    for one in sold:
        found = proofs.get(one.number, [])
        missing = [math.inf] * (len(SHOPS) - len(found))
        seconds += [at - one.at for at in found] + missing
    return seconds


def told(loop: PeerLoop, sold: Sequence[Sold]) -> list[float]:
    """Return how long each sale took to reach the other shop of the peer's."""
    return [loop.told_at.get(one.number, math.inf) - one.at for one in sold]


def _outcome(market: Market, seconds: list[float]) -> Outcome:
    return Outcome(len(market.sold), market.oversold_units, market.lost_units, seconds)


def _calls(rms: SandboxControl) -> str:
    journal = rms.journal()
    calls = sum(journal["counts"].values())
    return f"{calls:,} calls, {journal['too_fast']} too fast"


def _pushes(services: Services) -> int:
    return ask(services, PUSHES)
