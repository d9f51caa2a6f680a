"""What the warm process does when a bell rings: drain notices, push due levels.

Several threads may be in it at once, each at work for another shop or flow.
It keeps nothing in mind that a kill could lose: what waits is in the spool and in the
warehouse, and each look starts from there.
"""

import logging
from threading import BoundedSemaphore, Event
from typing import Final

from prefect.client.orchestration import get_client

from connectors.notices.spool import Spool, SpoolFailed
from connectors.settings.reading import read_settings
from data.model.shops.shop import Shop, ShopHandle
from data.warehouse.notices import due_notices
from data.warehouse.stock.push import DueLevels, due_now
from data.warehouse.stock.speed import stock_speeds
from tasks.alarms import raise_alarms
from tasks.machine import now, our_warehouse
from tasks.notices import fetch_from_receivers, share_keys
from tasks.shops.blocks import UnknownShop, load_shop
from tasks.shops.every_shop import SHOPS_AT_ONCE, live_shops
from tasks.stock.link import why_resting
from tasks.watch.attempts import Attempts
from tasks.watch.metrics import WatchMetrics
from tasks.watch.runs import let_arrivals_start_runs, run_here, was_trouble

DRAIN: Final = "drain_notices"
PUSH: Final = "push_inventory"
AT_ONCE: Final = 20
"""Runs in a row for one shop before the others have their turn."""
SELDOM: Final = 5
"""A look at the automation comes with every so many minutes."""

log = logging.getLogger("juchu.watch")


class Watch:
    """The work of one warm process."""

    def __init__(
        self,
        metrics: WatchMetrics,
        attempts: Attempts | None = None,
        ending: Event | None = None,
    ) -> None:
        self._metrics = metrics
        self._attempts = attempts or Attempts()
        self._ending = ending or Event()
        self._ticks = 0
        self._ticks_seen: dict[ShopHandle, int] = {}
        self._at_once = {
            flow: BoundedSemaphore(SHOPS_AT_ONCE) for flow in (DRAIN, PUSH)
        }
        self._shops: tuple[Shop, ...] = ()
        self._minutes = 0

    def minute_passed(self) -> None:
        """Have each shop's next drain count the postponed notices as well."""
        self._ticks += 1

    def handles(self) -> tuple[ShopHandle, ...]:
        """Return the shops that are looked after."""
        return tuple(shop.handle for shop in self._shops)

    def look_for_shops(self) -> None:
        """Read anew which shops are live, and how they are described."""
        found = []
        for handle in live_shops.fn():
            try:
                found.append(load_shop(handle))
            except UnknownShop as problem:
                log.warning("%s", problem)
        self._shops = tuple(found)

    def drain(self, only: ShopHandle | None = None) -> int:
        """Run a drain for each shop with notices waiting; return how many runs it took.

        Once a minute those that were postponed count as well.
        """
        return sum(
            self._repeat(DRAIN, shop, self._is_new_minute(shop))
            for shop in self._asked(only)
        )

    def push(self, only: ShopHandle | None = None) -> int:
        """Run a push for each shop with levels due; return how many runs it took."""
        return sum(self._repeat(PUSH, shop) for shop in self._asked(only))

    def _asked(self, only: ShopHandle | None) -> tuple[Shop, ...]:
        """Return the one shop, if it is looked after now, or all without a name.

        One that was not live at the minute's look may have become so since.
        """
        if only is not None and only not in self.handles():
            self.look_for_shops()
        return tuple(shop for shop in self._shops if only in {None, shop.handle})

    def _is_new_minute(self, shop: Shop) -> bool:
        """Return whether a minute has passed since the shop's last drain."""
        before = self._ticks_seen.get(shop.handle, 0)
        self._ticks_seen[shop.handle] = self._ticks
        return self._ticks_seen[shop.handle] != before

    def every_minute(self) -> None:
        """Do what nobody rings for: read shops and keys, raise alarms.

        What fails is logged and keeps nothing else from its turn.
        """
        for do in (
            self.look_for_shops,
            share_keys.fn,
            fetch_from_receivers.fn,
            raise_alarms.fn,
            self._record_speeds,
            self._let_arrivals_rest,
        ):
            try:
                do()
            except Exception:
                log.exception("the other things of this minute go on after")
                self._metrics.failed()
        self._minutes += 1

    def _record_speeds(self) -> None:
        """Record in the metrics how fast stock follows its cause."""
        with our_warehouse() as con:
            for speed in stock_speeds(con, now()):
                self._metrics.speed(speed)

    def _let_arrivals_rest(self) -> None:
        """Switch the automation off that a schedule may have switched on."""
        if self._minutes % SELDOM == 0:
            with get_client(sync_client=True) as client:
                let_arrivals_start_runs(client, wanted=False)

    def _repeat(self, flow: str, shop: Shop, postponed: bool = False) -> int:
        """Run a flow, as one of few at once, for as long as it makes progress."""
        with self._at_once[flow]:
            return self._forward(flow, shop, postponed)

    def _forward(self, flow: str, shop: Shop, postponed: bool) -> int:
        """Run a flow for as long as it makes progress; without any it has to pause."""
        runs, work = 0, (flow, shop.handle)
        if self._ending.is_set() or not self._attempts.may_look(work):
            return runs
        waiting = self._waiting(flow, shop, postponed)
        if not self._attempts.may(work, waiting):
            return runs
        while waiting is not None and runs < AT_ONCE and not self._ending.is_set():
            before = waiting
            trouble = was_trouble(run_here(flow, shop.handle))
            self._metrics.ran(flow, trouble=trouble)
            runs += 1
            waiting = None if trouble else self._waiting(flow, shop, postponed)
            if trouble or waiting == before:
                self._attempts.failed(work, None if trouble else before)
                break
            self._attempts.succeeded(work)
        return runs

    def _waiting(self, flow: str, shop: Shop, postponed: bool) -> object | None:
        """Return what identifies the work that waits; None if none does."""
        return self._first_notice(shop, postponed) if flow == DRAIN else self._due(shop)

    def _first_notice(self, shop: Shop, postponed: bool) -> object | None:
        """Return what names the notice that waits longest; None without one."""
        try:
            if waiting := Spool(read_settings().spool).waiting(1, shop.shop_id):
                return waiting[0].notice_key
        except SpoolFailed as problem:
            log.warning("%s", problem)
        if not postponed:
            return None
        with our_warehouse() as con:
            due = due_notices(con, shop.shop_id, now(), 1)
        return due[0].notice_key if due else None

    def _due(self, shop: Shop) -> DueLevels | None:
        """Return what is due at the mall; None if nothing is, or the link rests."""
        at = now()
        with our_warehouse() as con:
            due = due_now(
                con, shop.shop_id, mall=shop.mall, safety=shop.safety_stock, at=at
            )
        self._metrics.due(shop.handle, due, at)
        if not due.levels or why_resting(shop.handle):
            return None
        return due
