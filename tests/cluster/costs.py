"""What a morning cost: CPU of each process, memory, rows of PostgreSQL."""

from dataclasses import dataclass, field

import psutil

from tests.cluster.bed import Bed
from tests.cluster.engines import rows
from tests.cluster.page import Page
from tests.support.process_family import Used

SERVER = ("api-0", "api-1", "services", "postgres", "redis")
PLANNED_SHOPS = 1000
CORES = 8


@dataclass
class Costs:
    """Begun before a morning; `look` now and then within it; told after it."""

    bed: Bed
    before: dict[str, Used] = field(init=False)
    rows_before: dict[str, int] = field(init=False)
    idle_before_s: float = field(init=False)
    most: dict[str, Used] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = self._now()
        self.rows_before = rows(self.bed)
        self.idle_before_s = psutil.cpu_times().idle

    def _now(self) -> dict[str, Used]:
        names = (*SERVER, "sandbox", *self.bed.all_workers)
        return {name: self.bed.processes.used(name) for name in names}

    def look(self) -> None:
        """Remember the most memory that each worker's processes had at once."""
        for name in self.bed.all_workers:
            now, most = self.bed.processes.used(name), self.most.get(name)
            if most is None or now.memory_mb > most.memory_mb:
                self.most[name] = now

    def told(self, page: Page, took_s: float) -> None:
        """Put the figures on the page, and a thousand shops computed from them."""
        self.look()
        now, shops = self._now(), len(self.bed.shops)
        used = {name: now[name].since(self.before[name]) for name in now}
        for name, one in used.items():
            most = self.most.get(name, one)
            page.row(
                name,
                f"{one.cpu_s:.0f} s of CPU; {most.memory_mb:.0f} MB"
                f" in {most.processes} processes",
            )
        server_s = sum(used[name].cpu_s for name in SERVER)
        hosts_s = sum(used[name].cpu_s for name in self.bed.all_workers)
        all_s = sum(one.cpu_s for one in used.values())
        cores = psutil.cpu_count() or 1
        idle_s = psutil.cpu_times().idle - self.idle_before_s
        busy = 1 - idle_s / (took_s * cores)
        page.row(
            f"CPU of this machine's {cores} cores",
            f"{all_s / took_s / cores:.0%} ours; {max(busy, 0):.0%} with all others'",
        )
        load = ", ".join(f"{each:.1f}" for each in psutil.getloadavg())
        page.row("load of this machine, for 1, 5, 15 minutes", load)
        page.row("server, for each shop", f"{server_s / shops:.1f} core-seconds")
        page.row("hosts, for each shop", f"{hosts_s / shops:.1f} core-seconds")
        grown = {
            what: count - self.rows_before.get(what, 0)
            for what, count in rows(self.bed).items()
        }
        for what, more in grown.items():
            page.row(f"PostgreSQL, for each shop: {what}", f"{more / shops:.1f}")
        self._planned(page, server_s / shops, hosts_s / shops)

    def _planned(self, page: Page, server_s: float, hosts_s: float) -> None:
        minutes = PLANNED_SHOPS * server_s / CORES / 60
        page.row(
            f"09:00 of {PLANNED_SHOPS} shops (computed)",
            f"{PLANNED_SHOPS * server_s:.0f} core-seconds of the server, {minutes:.0f}"
            f" min on {CORES} cores; {PLANNED_SHOPS * hosts_s:.0f} of the hosts",
        )
