"""The lines of the result: what was measured, by how much, and whether it is enough."""

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
