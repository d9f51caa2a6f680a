"""What was measured in a cluster, and whether all of it is as it has to be."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from prefect.client.schemas.objects import FlowRun
from rich.console import Console
from rich.table import Table

from tests.cluster.bed import Bed
from tests.cluster.mornings import is_good

console = Console(soft_wrap=True)


def told(what: str) -> None:
    console.print(f"  {what}")


class Page:
    """A table of figures with their targets."""

    def __init__(self) -> None:
        self._table = Table("what", "measured", "target", "", title="juchu cluster")
        self._good = True

    def row(
        self, what: str, measured: str, target: str = "", *, met: bool = True
    ) -> None:
        self._table.add_row(what, measured, target, "ok" if met else "NO")
        self._good &= met
        told(f"{what}: {measured}{'' if met else '  <-- NO'}")

    def end(self) -> int:
        console.print(self._table)
        return 0 if self._good else 1


def judge(
    bed: Bed,
    page: Page,
    what: str,
    runs: Mapping[str, FlowRun],
    sold: Mapping[str, set[str]],
) -> None:
    """Compare what each home has stored with what was sold at its shops."""
    bad = {home: run for home, run in runs.items() if not is_good(run)}
    for home, run in bad.items():
        told(f"{home}: {run.state_name}: {run.state and run.state.message}")
    good = f"{len(runs) - len(bad)} of {len(runs)}"
    page.row(f"{what}: mornings completed", good, "all", met=not bad)
    stored = {home: bed.stored(home) for home in bed.homes}
    lost = sum(len(sold[h] - set(stored[h])) for h in bed.homes)
    doubled = sum(len(s) - len(set(s)) for s in stored.values())
    foreign = sum(len(set(stored[h]) - sold[h]) for h in bed.homes)
    counts = f"{lost} lost, {doubled} doubled, {foreign} of another home"
    met = not (lost or doubled or foreign)
    page.row(f"{what}: of {sum(map(len, sold.values()))} orders", counts, "0", met=met)
    journal = bed.sandbox.journal()
    for one in too_fast(journal["requests"]):
        told(f"too fast: {one}")
    requests = f"{journal['too_fast']} of {len(journal['requests'])}"
    met = not journal["too_fast"]
    page.row(f"{what}: requests too fast", requests, "0", met=met)


def too_fast(requests: list[dict[str, Any]]) -> list[str]:
    """Return what RMS refused as too fast, with the request of that shop before it."""
    found = []
    for shop in sorted({str(one["shop"]) for one in requests}):
        of_shop = [one for one in requests if str(one["shop"]) == shop]
        for before, one in pairwise(of_shop):
            if one["too_fast"]:
                gap_s = one["elapsed_s"] - before["elapsed_s"]
                found.append(
                    f"{shop} {one['function']} {gap_s:.3f} s after {before['function']}"
                    f" ({one['elapsed_s']:.0f} s)"
                )
    return found
