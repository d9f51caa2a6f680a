"""Check what must hold of the warehouse at all times."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from duckdb import DuckDBPyConnection

from data.warehouse.statements import Statement

CHECKS = Path(__file__).parent / "invariants"
OF_THE_MALL: Final = frozenset({"lines_and_wrappings_are_the_goods"})
"""Rules about what a mall says. An order of its own may break one while the file is
sound, so it waits for a person and costs neither a backup nor a restore."""
_SHOWN = 5


@dataclass(frozen=True)
class Violation:
    """A rule that does not hold: the number of cases and the keys of some."""

    rule: str
    count: int
    examples: tuple[str, ...]

    @property
    def is_damage(self) -> bool:
        """Whether the warehouse itself is at fault, and not what a mall said."""
        return self.rule not in OF_THE_MALL


@cache
def checks() -> dict[str, Statement]:
    """Return the query of every rule by its name: one file in `invariants/` each."""
    return {
        file.stem: Statement(file.read_text(encoding="utf-8"))
        for file in sorted(CHECKS.glob("*.sql"))
    }


def violations(
    con: DuckDBPyConnection, rules: Iterable[str] | None = None
) -> list[Violation]:
    """Return those of the rules, or of all, that do not hold, with examples.

    Each file of `invariants/` lists what breaks its rule, by keys: no personal data.
    """
    found = []
    for rule in checks() if rules is None else rules:
        broken = sorted(text for (text,) in checks()[rule].execute(con).fetchall())
        if broken:
            found.append(Violation(rule, len(broken), tuple(broken[:_SHOWN])))
    return found
