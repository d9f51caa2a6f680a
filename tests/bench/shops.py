"""One run for fifty shops: side by side, each at its own pace, one of them broken."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from connectors.sandbox.world import Options, World
from data.warehouse.session import warehouse
from tasks.setup.services import open_services
from tests.bench.rows import Row, at_most

SHOPS = 50
ORDERS = 20
SECONDS_A_SHOP = 6.0
RUN = """
from flows.ingest_orders import ingest_orders
state = ingest_orders(return_state=True)
print("ENDED", state.type.value, state.message)
"""


def shops_bench(
    folder: Path, console: Console, shops: int = SHOPS, orders: int = ORDERS
) -> Iterator[Row]:
    """Ingest for every shop at RMS's pace, with one shop whose keys are wrong."""
    state = folder / "sandbox.sqlite"
    handles = [f"many-{number}" for number in range(shops)]
    with_shops(state, handles)
    with open_services(folder / "services", "--state", f"{state}") as services:
        env = dict(services.env) | {"JUCHU_HOME": f"{folder}/ours"}
        for handle in handles:
            env |= services.sandbox.shops[handle].environment()
            services.sandbox.sell(orders, shop=handle)
        services.sandbox.shop(handles[-1], license_key="another-key")
        services.sandbox.empty_journal()
        began = time.perf_counter()
        run = subprocess.run(
            [sys.executable, "-c", RUN], env=env, capture_output=True, check=True
        )
        seconds = time.perf_counter() - began
        too_fast = services.sandbox.journal()["too_fast"]
    ended = run.stdout.decode().splitlines()[-1]
    if failed(ended) > 1:
        console.print(run.stderr.decode()[-20_000:], markup=False)
    with warehouse(folder / "ours" / "juchu.duckdb") as con:
        (stored,) = con.execute("SELECT count(*) FROM orders").fetchall()[0]
    console.print(f"{shops} shops, {stored:,} orders in {seconds:.0f} s: {ended}")
    yield at_most(f"{shops} shops: seconds a shop", seconds / shops, SECONDS_A_SHOP)
    yield at_most("orders of good shops not stored", (shops - 1) * orders - stored, 0)
    yield at_most("shops failed beside the broken one", failed(ended) - 1, 0)
    yield at_most("requests RMS found too fast", too_fast, 0)


def with_shops(state: Path, handles: Sequence[str]) -> None:
    """Write a sandbox's state with more shops than it opens by itself."""
    world = World(Options(seed=7, state=f"{state}", stock=0))
    for number, handle in enumerate(handles):
        world.shops[handle] = replace(
            world.shops["demo"],
            handle=handle,
            shop_id=f"{700_000 + number}",
            shop_url=f"{handle}-shop",
            license_key=f"SL{number}_invented",
        )
        world.stock.fill_shelf(handle, 1000, world.clock.now())
    world.keep()
    world.store.close()


def failed(ended: str) -> int:
    """Count the shops that the run's message names as failed."""
    if "失敗した店舗: " not in ended:
        return 0
    named = ended.partition("失敗した店舗: ")[2].partition("。")[0]
    return len(named.split(", "))
