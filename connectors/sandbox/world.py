"""The world: all state of one sandbox, and what of it survives a restart."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.sandbox import shops
from connectors.sandbox.clock import Clock, read_iso
from connectors.sandbox.gate.faults import Faults
from connectors.sandbox.gate.pace import Pace
from connectors.sandbox.inventory_api.stock import Stock
from connectors.sandbox.journal import Journal
from connectors.sandbox.notices.outbox import Outbox
from connectors.sandbox.selling.gradual import GradualSales
from connectors.sandbox.settings import SandboxSettings
from connectors.sandbox.store import Store


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line chose."""

    seed: int = 1
    rate_limit: bool = True
    clock: datetime | None = None
    """Where the clock stands still; None = it follows the real one."""
    clock_file: Path | None = None
    """Where the clock is shared with the product, which then has the same one."""
    state: str = ":memory:"
    stock: int = 1000
    """Units of every SKU on the shelf at the start."""
    notify_url: str | None = None
    """Where notices are sent; None = as a control call sets it, at first nowhere."""
    shops: int = 2
    """How many shops there are."""


class World:
    """Shops, orders, clock, settings and faults of one sandbox."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.store = Store(options.state)
        self.stock = Stock(self.store.connection)
        self.journal = Journal()
        self.notices = Outbox()
        self.gradual_sales = GradualSales()
        self._begin(self.store.recall("world") or {"seed": options.seed})

    def _begin(self, kept: dict[str, Any]) -> None:
        self.seed: int = kept["seed"]
        self.pace = Pace()
        self.faults = Faults(self.seed)
        self.settings = SandboxSettings()
        self.settings.change(kept.get("settings", {}))
        self.settings.rate_limit = self.options.rate_limit  # the command line decides
        if self.options.notify_url is not None:
            self.settings.change({"notify_url": self.options.notify_url})
        if self.options.clock_file is not None:
            self.settings.change({"dated_by": "clock"})
        self.clock = Clock(held_at=self.options.clock, file=self.options.clock_file)
        if "offset_s" in kept:
            self.clock.offset = timedelta(seconds=kept["offset_s"])
        if kept.get("held_at"):
            self.clock.held_at = read_iso(kept["held_at"])
        self.clock.share()
        now = self.clock.now()
        self.shops = (
            shops.restored(kept["shops"])
            if "shops" in kept
            else shops.default_shops(self.seed, now, self.options.shops)
        )
        if self.store.recall("night") is None:
            self.store.remember("night", now.isoformat())
        if self.store.recall("shelf") is None:
            self.store.remember("shelf", self.options.stock)
            for shop in self.shops:
                self.stock.fill_shelf(shop, self.options.stock, now)
        self.keep()

    def keep(self) -> None:
        """Store what is not an order, for the next start."""
        held_at = self.clock.held_at
        self.store.remember(
            "world",
            {
                "seed": self.seed,
                "settings": self.settings.shown(),
                "offset_s": self.clock.offset.total_seconds(),
                "held_at": held_at and held_at.isoformat(),
                "shops": shops.stored(self.shops),
            },
        )

    def reset(self, seed: int | None = None) -> None:
        """Return to the empty start state; journal and notices are emptied too."""
        self.gradual_sales.stop()
        self.notices.empty()
        self.store.clear()
        self.journal.empty()
        self._begin({"seed": self.options.seed if seed is None else seed})
