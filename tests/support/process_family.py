"""A process with all that it started: what they have used."""

from contextlib import suppress
from typing import NamedTuple

import psutil


class Used(NamedTuple):
    """What a process and everything it started have used."""

    cpu_s: float
    memory_mb: float
    processes: int

    def since(self, before: "Used") -> "Used":
        """Return the CPU seconds since another look, and what is held now."""
        return self._replace(cpu_s=self.cpu_s - before.cpu_s)


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all that it started, as far as they live."""
    try:
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def used(pid: int) -> Used:
    """Return what a process has used, with its children, ended ones included."""
    cpu_s = memory_mb = 0.0
    members = family(pid)
    for each in members:
        with suppress(psutil.NoSuchProcess):  # it has ended: its parent counts it
            cpu_s += sum(each.cpu_times()[:4])  # its own and its dead children's
            memory_mb += each.memory_info().rss / 1e6
    return Used(cpu_s, memory_mb, len(members))
