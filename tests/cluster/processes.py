"""The processes of a cluster by name: begun, killed as by a power cut, begun again."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from tasks.setup.services import ROOT
from tests.support.process_family import Used, family, used

PATIENCE_S = 15


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
        members = family(process.pid)
        process.send_signal(how)
        if how == signal.SIGKILL:
            for each in members:
                with suppress(psutil.NoSuchProcess):
                    each.kill()
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def freeze(self, *names: str) -> None:
        """Stop processes with everything they started, as a machine that stands still.

        A worker that begins a run meanwhile would have a child that goes on, so a
        family is stopped from its first process on.
        """
        for name in names:
            self._tell(name, signal.SIGSTOP)

    def wake(self, *names: str) -> None:
        """Let processes go on with everything they started."""
        for name in names:
            self._tell(name, signal.SIGCONT)

    def _tell(self, name: str, what: signal.Signals) -> None:
        first = self._running[name].pid
        os.kill(first, what)
        for each in family(first)[1:]:
            with suppress(psutil.NoSuchProcess):
                each.send_signal(what)

    def started_by(self, name: str, before: float) -> list[psutil.Process]:
        """Return what a process started before that time of day and still lives."""
        found = []
        for each in family(self._running[name].pid)[1:]:
            with suppress(psutil.NoSuchProcess):
                if each.create_time() < before and each.is_running():
                    found.append(each)
        return found

    def used(self, name: str) -> Used:
        """Return what a process has used, with everything it started."""
        return used(self._running[name].pid)

    def end(self, last: Sequence[str]) -> None:
        """Kill every process, those of `last` after the others and politely."""
        for name in [n for n in self._running if n not in last]:
            self.kill(name)
        for name in last:
            if name in self._running:
                self.kill(name, signal.SIGINT)
