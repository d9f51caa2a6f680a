"""What the demo prints: one line for each step, with what came of it and how long."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock
from typing import Final

from prefect.client.schemas.objects import FlowRun
from rich.console import Console
from rich.markup import escape

_LONGEST: Final = 100
"""Characters of a run's message that are printed; its page has all."""


class StoryStep:
    """What a step prints when it ends."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        """Add to the step's line."""
        self.said.append(text)

    def ended(self, run: FlowRun) -> None:
        """Add the first line of the message a run ended with."""
        message = (run.state.message if run.state else "") or ""
        first = message.partition("\n")[0]
        self.say(first if len(first) <= _LONGEST else f"{first[:_LONGEST]}…")


class Story:
    """The steps so far, printed as they end."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()
        self._at_work: list[str] = []
        self._status = console.status("")
        self._lock = Lock()

    @contextmanager
    def step(self, title: str) -> Iterator[StoryStep]:
        """Display that a step is at work; print its line when it has ended well.

        Steps may be at work side by side.
        """
        at, step = time.monotonic(), StoryStep()
        self._show(self._at_work.append, title)
        try:
            yield step
        finally:
            self._show(self._at_work.remove, title)
        told = f" [dim]{escape(' / '.join(step.said))}[/dim]" if step.said else ""
        self._console.print(
            f"[green]✓[/green] {escape(title)} ({time.monotonic() - at:.0f} s){told}",
            highlight=False,
        )

    def _show(self, change: Callable[[str], None], title: str) -> None:
        with self._lock:
            change(title)
            self._status.update(f"{escape(' · '.join(self._at_work))} …")
            if self._at_work:
                self._status.start()
            else:
                self._status.stop()

    def end(self) -> None:
        """Print how long it all took."""
        self._console.print(f"The day took {time.monotonic() - self._began:.0f} s.")


def side_by_side(*steps: Callable[[], object]) -> None:
    """Run steps at the same time and wait for all; raise what the first one raised."""
    with ThreadPoolExecutor(len(steps)) as pool:
        for begun in [pool.submit(step) for step in steps]:
            begun.result()
