"""How long push-tracking takes at RMS's pace, and how many requests it makes.

10,000 shipments, the limit on: one report for each hundred orders, one question for
what became of each report, and each order read twice: before its report and after.
"""

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from connectors.rms.errors import Throttled
from data.model.order import Mall
from data.model.shipping.plan import MOST_ORDERS, SETTLES_AFTER
from data.model.shipping.short_key import PackageRef, short_key
from tasks import rms
from tasks.shipping import tracking
from tasks.shipping import tracking as tracking_calls
from tests.bench.rows import Row, at_most
from tests.shipping.lab import REPORT, Lab, tracking_number
from tests.support.sandbox import Sandbox, lab_settings

SHIPMENTS = 10_000
ASK, READ = "getResultUpdateOrderShippingAsync", "getOrder"
LATE = 1.05
"""What the wall may take of the time RMS's pace allows so many requests in."""
RETRIES, PAUSE_S = 3, 1.0
AT_ONCE = 1_000
"""Orders sold and read in one go while the shop is filled."""
PACKAGES = "SELECT order_number, basket_id FROM order_packages ORDER BY ALL"


def tracking_bench(
    folder: Path, console: Console, shipments: int = SHIPMENTS
) -> Iterator[Row]:
    """Report so many shipments to an RMS that counts, at RMS's own pace."""
    folder.mkdir(parents=True, exist_ok=True)
    with (
        Sandbox.start("--seed", "7") as mall,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in lab_settings(mall, folder).items():
            patch.setenv(name, value)
        rms.shop_of_run.cache_clear()
        lab = Lab(mall, folder, patch)
        patch.setattr(tracking_calls, "SETTLES_AFTER", SETTLES_AFTER)
        for read in ("fetch_results", "take_orders"):
            patch.setattr(tracking, read, _repeated(getattr(tracking, read)))
        mall.settings(rate_limit=False)
        wanted = _imported(lab, shipments)
        mall.settings(rate_limit=True)
        mall.empty_journal()
        patch.setenv("JUCHU_RMS_REQUESTS_PER_SECOND", "1")
        began = time.perf_counter()
        kind, message = lab.push()
        seconds = time.perf_counter() - began
        calls, too_fast = mall.journal()["counts"], mall.journal()["too_fast"]
        reports, polls, reads = (calls.get(name, 0) for name in (REPORT, ASK, READ))
        lab.push()
        idle = lab.calls() - reports
        shown = Counter(lab.rows_at_rms())
        lab.check()
    least = math.ceil(shipments / MOST_ORDERS)
    requests = reports + polls + reads
    console.print(
        f"{shipments:,} shipments: {requests} requests = {reports} reports"
        f" + {polls} polls + {reads} read-backs in {seconds:.1f} s,"
        f" too fast: {too_fast}\n{kind}: {message}"
    )
    yield at_most("tracking: time / (requests at RMS's pace)", seconds / requests, LATE)
    yield at_most("tracking: reports beyond orders / 100", reports - least, 0)
    yield at_most("tracking: reads of an order beyond two", reads - 2 * least, 0)
    yield at_most("tracking: requests RMS found too fast", too_fast, 0)
    yield at_most("tracking: reports when pushing again", idle, 0)
    wrong = (shown - wanted) + (wanted - shown)
    yield at_most("tracking: rows not exactly once", wrong.total(), 0)


def _repeated(task: Callable[..., Any]) -> Callable[..., Any]:
    """Repeat a read that came too soon, as Prefect does; the lab took that away."""

    def called(*given: Any) -> Any:
        for _ in range(RETRIES):
            try:
                return task(*given)
            except Throttled:
                time.sleep(PAUSE_S)
        return task(*given)

    return called


def _imported(lab: Lab, shipments: int) -> Counter[tuple[str, str, str | None]]:
    """Sell orders and import a parcel for each; say which rows RMS has to show."""
    for start in range(0, shipments, AT_ONCE):
        lab.sell(min(AT_ONCE, shipments - start))
    packages = lab.ask(PACKAGES)
    lab.parcels(*_keys(lab.shop_id, packages))
    return Counter(
        (number, basket, tracking_number(n))
        for n, (number, basket) in enumerate(packages)
    )


def _keys(shop_id: str, packages: Sequence[tuple[str, str]]) -> Iterator[str]:
    for number, basket in packages:
        yield short_key(PackageRef(Mall.RAKUTEN.value, shop_id, number, basket))
