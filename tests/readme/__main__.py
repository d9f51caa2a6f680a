"""Clone the project into an empty folder, do README's "Try it" there, print the times.

`python -m tests.readme FOLDER` leaves the clone, with the demo's day in it, in FOLDER;
without one it is thrown away. The commands are the README's own. Ends with 1 at the
first that fails, or where the install, the environment or the demo's output is larger
than README promises.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tasks.setup.services import ROOT
from tests.readme.commands import blocks

INSTALL_S: Final = 30.0
"""With uv, whose cache has the packages."""
INSTALLED_MB: Final = 450
DEMO_LINES: Final = 60
DEMO_S: Final = 180.0
"""What README promises; printed beside the time it took, for machines differ."""
STAMP: Final = ".venv/.installed"
"""What make writes when the install has ended."""
INSTALLED: Final = "juchu demo in "
READY: Final = "Ctrl-C stops everything."
OURS: Final = ("JUCHU_", "PREFECT_")
MADE_HERE: Final = (".venv", "local", "out", "__pycache__", ".hypothesis", ".*_cache")
"""What a clone would not have."""


class NotAsPromised(Exception):
    """README promises something else."""


def main(folder: Path) -> None:
    """Do the section and print the times.

    Raises:
        NotAsPromised: something took longer or is larger than README says.
        subprocess.CalledProcessError: a command failed.

    """
    env = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
    copy(folder)
    demo, beside, tests = blocks((folder / "README.md").read_text("utf-8"))
    with at_work(demo, folder, env):
        do(beside, folder, env, "query, import and daily beside the demo")
    do(tests, folder, env, "tests")


def copy(folder: Path) -> None:
    """Clone the project, or copy what is no repository or somebody else's."""
    clone = ["git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder)]
    if not (ROOT / ".git").exists() or subprocess.run(clone, check=False).returncode:
        shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*MADE_HERE))


@contextmanager
def at_work(command: str, folder: Path, env: Mapping[str, str]) -> Iterator[None]:
    """Start the demo and wait until it stands; end it as Ctrl-C does."""
    began = time.time()
    demo = subprocess.Popen(
        ["sh", "-ec", f"exec {command}"],
        cwd=folder,
        env={**env, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        installed, lines = _until_ready(demo, began, folder)
        took_s = time.time() - began - installed
        told("demo", took_s, f"{lines} lines (README: {DEMO_S:.0f} s)")
        if lines > DEMO_LINES:
            raise NotAsPromised(f"the demo printed {lines} lines, not {DEMO_LINES}")
        yield
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGINT)
        demo.wait(120)


def _until_ready(
    demo: subprocess.Popen[str], began: float, folder: Path
) -> tuple[float, int]:
    """Print what the demo prints; return the seconds to install, and its lines."""
    installed, lines = 0.0, 0
    assert demo.stdout is not None
    for line in demo.stdout:
        sys.stdout.write(f"    {line}")
        sys.stdout.flush()
        if line.startswith(INSTALLED):
            installed = (folder / STAMP).stat().st_mtime - began
            _installed(installed, folder)
        lines += bool(installed)
        if line.startswith(READY):
            return installed, lines
    raise subprocess.CalledProcessError(demo.wait(), "make demo")


def _installed(took_s: float, folder: Path) -> None:
    """Print how long the install took and how large it is.

    Raises:
        NotAsPromised: it took longer than README says, or is larger.

    """
    du = ["du", "-sm", ".venv"]
    shown = subprocess.run(du, cwd=folder, check=True, capture_output=True, text=True)
    megabytes = int(shown.stdout.split()[0])
    told("install", took_s, f"{megabytes} MB")
    if megabytes > INSTALLED_MB:
        raise NotAsPromised(f".venv has {megabytes} MB, not {INSTALLED_MB}")
    if shutil.which("uv") and took_s > INSTALL_S:
        raise NotAsPromised(f"the install took {took_s:.0f} s, not {INSTALL_S:.0f}")


def do(commands: str, folder: Path, env: Mapping[str, str], what: str) -> None:
    """Type the commands into a shell, one after the other.

    The shell echoes none of them: it would print the login that it reads.

    Raises:
        subprocess.CalledProcessError: one of them failed.

    """
    began = time.monotonic()
    sys.stdout.write(commands)
    sys.stdout.flush()
    shell = ["sh", "-ec", commands]
    subprocess.run(shell, cwd=folder, env=env, stdin=subprocess.DEVNULL, check=True)
    told(what, time.monotonic() - began)


def told(what: str, took_s: float, more: str = "") -> None:
    """Print a step that went well, and its time."""
    sys.stdout.write(f"ok  {what} ({took_s:.0f} s) {more}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        if sys.argv[1:]:
            main(Path(sys.argv[1]))
        else:
            with tempfile.TemporaryDirectory(prefix="juchu の README ") as name:
                main(Path(name) / "juchu")
    except (NotAsPromised, subprocess.CalledProcessError) as problem:
        sys.exit(str(problem))
