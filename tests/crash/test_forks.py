"""What the processes to be killed are forked from has started no thread of Polars."""

import subprocess
import sys

from tests.support.dies_at import ROOT
from tests.support.effort import for_ci
from tests.support.forked import PRELOADED

COUNT = """
import importlib, os, sys
import duckdb, polars
before = len(os.listdir("/proc/self/task"))
for name in sys.argv[1:]:
    importlib.import_module(name)
print(len(os.listdir("/proc/self/task")) - before)
"""


@for_ci
def test_what_is_imported_before_a_fork_starts_no_thread():
    """One forked afterwards would wait for them for ever."""
    started = subprocess.run(
        [sys.executable, "-c", COUNT, *PRELOADED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert started.stdout == "0\n"
