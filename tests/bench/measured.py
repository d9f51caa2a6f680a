"""Run one measurement in a process of its own and read what it reports."""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping
from typing import NamedTuple


class Measured(NamedTuple):
    """Wall time, rows it ended with, and the peak memory of its process."""

    seconds: float
    rows: int
    peak_mb: float


def report(seconds: float, rows: int) -> None:
    """Say what was measured, as the last line of the measuring process."""
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"\n{json.dumps(Measured(seconds, rows, peak_mb))}\n")


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
