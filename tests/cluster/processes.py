"""The processes of a cluster by name: begun, killed as by a power cut, begun again."""

import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import psutil

from tasks.setup.services import ROOT

PATIENCE_S = 15


class Used(NamedTuple):
    """What a process and everything it started have used."""

    cpu_s: float
    memory_mb: float
    processes: int

    def since(self, before: "Used") -> "Used":
        return self._replace(cpu_s=self.cpu_s - before.cpu_s)


class Processes:
    """Each has a log of its name in the folder; `end` kills them all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._commands: dict[str, tuple[Sequence[str], Mapping[str, str]]] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def start(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> int:
        """Start a process and return its id."""
        self._commands[name] = (command, env)
        return self.start_again(name)

    def start_again(self, name: str) -> int:
        """Start a process as it was started first."""
        command, env = self._commands[name]
        with self.log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                command,
                env=env,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self._running[name].pid

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End a process with everything it started, as a host that loses its power."""
        process = self._running.pop(name)
        family = _family(process.pid)
        process.send_signal(how)
        if how == signal.SIGKILL:
            for each in family:
                with suppress(psutil.NoSuchProcess):
                    each.kill()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def used(self, name: str) -> Used:
        """Return what a process has used, with its children, ended ones included."""
        cpu_s = memory_mb = 0.0
        family = _family(self._running[name].pid)
        for each in family:
            with suppress(psutil.NoSuchProcess):
                cpu_s += sum(each.cpu_times()[:4])  # its own and its dead children's
                memory_mb += each.memory_info().rss / 1e6
        return Used(cpu_s, memory_mb, len(family))

    def end(self, last: Sequence[str]) -> None:
        """Kill every process, those of `last` after the others and politely."""
        for name in [n for n in self._running if n not in last]:
            self.kill(name)
        for name in last:
            if name in self._running:
                self.kill(name, signal.SIGINT)


def _family(pid: int) -> list[psutil.Process]:
    """Return a process and all that it started, as far as they live."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []
