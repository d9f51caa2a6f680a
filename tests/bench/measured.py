"""Run one measurement in a process of its own and read what it reports."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple


class Measured(NamedTuple):
    """Wall time, CPU and rows of some work, and the peak memory of its process.

    `held_s`: for how many of the seconds nobody else could have the warehouse.
    """

    seconds: float
    cpu_s: float
    rows: int
    peak_mb: float
    held_s: float = 0.0

    @property
    def cpu_ms_a_row(self) -> float:
        """What another load of the machine changes least."""
        return 1000 * self.cpu_s / self.rows


class Spent(NamedTuple):
    """What some work took of this process, all threads together."""

    seconds: float
    cpu_s: float


class Stopwatch:
    """Running since it was made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> Spent:
        """Return wall time and CPU since then."""
        return Spent(time.perf_counter() - self._wall, time.process_time() - self._cpu)


def percentile(values: Iterable[float], share: float) -> float:
    """Return the value that only the rest exceeded, e.g. one in a hundred for 0.99."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def report(spent: Spent, rows: int, held_s: float = 0.0) -> None:
    """Write what was measured, as the last line of the measuring process."""
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"\n{json.dumps(Measured(*spent, rows, peak_mb, held_s))}\n")


def measure(
    module: str, *arguments: str, env: Mapping[str, str] | None = None
) -> Measured:
    """Run `python -m tests.bench.<module>`; its noise goes to stderr only on failure.

    Raises:
        RuntimeError: it failed; the message holds the end of its output.

    """
    done = subprocess.run(
        [sys.executable, "-m", f"tests.bench.{module}", *arguments],
        env=dict(os.environ) | dict(env or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed:\n{done.stderr[-3000:]}")
    return Measured(*json.loads(done.stdout.strip().splitlines()[-1]))
