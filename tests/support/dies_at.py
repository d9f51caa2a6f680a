"""Runs a module and kills its process, by SIGKILL, when it reaches a line of ours.

So no point to fail at stands in the product: a point is a line of its source, named by
what the line says. Threads begun afterwards are watched as well.
"""

import os
import runpy
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]


class Point(NamedTuple):
    """A line of a file, the how manyth visit of it, and on which side of it to die."""

    file: str
    line: str
    visit: int = 1
    after: bool = False

    @property
    def numbers(self) -> list[int]:
        """Where the line stands; one place, unless the source has changed."""
        lines = (ROOT / self.file).read_text(encoding="utf-8").splitlines()
        return [n for n, text in enumerate(lines, 1) if text.strip() == self.line]


def die_at(point: Point) -> None:
    """Watch this thread and those begun from now on; die at the point."""
    watch = _Watch(point)
    threading.settrace(watch.calls)
    sys.settrace(watch.calls)


class _Watch:
    """Follows the frames of one file only, so that the rest runs at its usual speed."""

    def __init__(self, point: Point) -> None:
        self._file = str(ROOT / point.file)
        (self._number,) = point.numbers
        self._left = point.visit
        self._after = point.after
        self._frame: FrameType | None = None

    def calls(self, frame: FrameType, _event: str, _told: Any) -> Any:
        return self._lines if frame.f_code.co_filename == self._file else None

    def _lines(self, frame: FrameType, event: str, _told: Any) -> Any:
        if frame is self._frame and event in {"line", "return"}:
            _die()
        if event == "line" and frame.f_lineno == self._number:
            self._left -= 1
            if self._left == 0:
                if not self._after:
                    _die()
                self._frame = frame
        return self._lines


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """`python -m tests.support.dies_at FILE LINE VISIT before|after MODULE …`."""
    file, line, visit, side, module, *arguments = sys.argv[1:]
    sys.argv = [module, *arguments]
    die_at(Point(file, line, int(visit), side == "after"))
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
