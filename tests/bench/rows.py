"""The lines of the result: what was measured, by how much, and whether it is enough."""

from collections.abc import Iterator
from typing import NamedTuple

from rich.console import Console

from tests.bench.measured import Measured


class Row(NamedTuple):
    """One line of the result."""

    what: str
    measured: str
    target: str
    is_met: bool


def at_least(what: str, value: float, target: float) -> Row:
    """Ask for a value that high, or higher."""
    return Row(what, f"{value:.2f}", f"≥ {target:g}", value >= target)


def at_most(what: str, value: float, target: float) -> Row:
    """Ask for a value that low, or lower."""
    return Row(what, f"{value:.2f}", f"≤ {target:g}", value <= target)


def told(console: Console, what: str, measured: Measured) -> Measured:
    """Show one measurement as it comes in, and pass it on."""
    console.print(
        f"{what}: {measured.rows:,} in {measured.seconds:.1f} s,"
        f" {measured.cpu_ms_a_row:.3f} ms CPU each, peak {measured.peak_mb:.0f} MB"
    )
    return measured


def as_far_as_it_comes(
    name: str, rows: Iterator[Row], console: Console
) -> Iterator[Row]:
    """Yield the rows of a part; one that breaks off takes none of the others along."""
    try:
        yield from rows
    except Exception:  # noqa: BLE001 - whatever it was, the rest is measured
        console.print_exception()
        yield Row(f"{name}: broke off", "", "to its end", is_met=False)
