"""A shop whose RMS sends notices to a receiver, and whose flows run without Prefect."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.crash.counts import Counts, count
from tests.crash.work import Work
from tests.support.notices import Receiver
from tests.support.sandbox import Sandbox, lab_settings

CONNECTIONS = 16


class Shop:
    """One RMS, one receiver and one home between them."""

    def __init__(self, rms: Sandbox, home: Path) -> None:
        self.rms = rms
        self.home = home
        self._shop = rms.shops["demo"]
        self.receiver = Receiver(home, self._shop.environment())

    def restart(self) -> None:
        """Begin again where the receiver was."""
        port = self.receiver.port
        self.receiver = Receiver(self.home, self._shop.environment(), port)

    def work(self, flow: str, kill_after_s: float | None = None) -> bool:
        """Drain or sweep as deployed; False when it was killed."""
        env = lab_settings(self.rms, self.home, shop=self._shop, deadline_s=20)
        return Work(flow, env, is_small=False).done(kill_after_s)

    def counts(self) -> Counts:
        """Compare what is stored with what RMS has, and with what was acknowledged."""
        told: list[dict[str, Any]] = self.rms.control("GET", "orders", shop="demo")
        truth = {order["orderNumber"]: order for order in told["orders"]}
        sent = [n for n in self.rms.notices() if n["orderNumber"]]
        return count(
            self.home,
            truth,
            (n["orderNumber"] for n in sent),
            (n["orderNumber"] for n in sent if n["acknowledged_at"]),
        )


@contextmanager
def open_shop(folder: Path, **settings: Any) -> Iterator[Shop]:
    """Start both processes; the RMS sends as the settings say."""
    with Sandbox.start("--seed", "7", "--no-rate-limit") as rms:
        shop = Shop(rms, folder)
        try:
            rms.settings(
                notify_url=f"{shop.receiver.url}/notices",
                notify_connections=CONNECTIONS,
                notify_retry_s=0.5,
                **settings,
            )
            yield shop
            rms.settings(notify_url=None)
        finally:
            shop.receiver.stop()


def shown(counts: Counts) -> str:
    """Write the counts in a line."""
    return ", ".join(f"{name} {value:,}" for name, value in counts._asdict().items())
