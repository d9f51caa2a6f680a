"""Start the demo's processes, watch them, and stop every one of them again."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
"""The project's root; Prefect reads its settings from the folder it starts in."""

SPEAKS = ("sandbox", "receiver")
"""Processes whose first line of output says where they listen."""


def free_port(wanted: str | None = None) -> int:
    """Give the port asked for, or one that nobody uses now."""
    if wanted:
        return int(wanted)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    name: str, arguments: Sequence[str], env: Mapping[str, str], logs: Path
) -> Iterator[subprocess.Popen[str]]:
    """Run `python -m …` in the background; stop it when the block ends.

    Its stderr goes to `<logs>/<name>.log`; stdout is for the caller to read.
    A process that does not stop within ten seconds is killed with its children.
    """
    with ExitStack() as stack:
        log: IO[str] = stack.enter_context((logs / f"{name}.log").open("w"))
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=dict(env),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if name in SPEAKS else log,
            stderr=log,
            text=True,
            start_new_session=True,  # Ctrl-C reaches us only; we stop them in order
        )
        try:
            yield process
        finally:
            stop(process)


def first_line(process: subprocess.Popen[str]) -> str:
    """Wait for the first line a process prints.

    Raises:
        RuntimeError: it ended without printing one.

    """
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        raise RuntimeError(f"{process.args!r} did not start; see its log")
    return line


def stop(process: subprocess.Popen[str]) -> None:
    """End a process started by `running`, politely first."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    finally:
        if process.stdout:
            process.stdout.close()
