"""Check what must hold of the warehouse at all times."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from duckdb import DuckDBPyConnection

CHECKS = Path(__file__).parent / "invariants"
_SHOWN = 5


@dataclass(frozen=True)
class Violation:
    """A rule that does not hold: the number of cases and the keys of some."""

    rule: str
    count: int
    examples: tuple[str, ...]


@cache
def checks() -> dict[str, str]:
    """Return the SQL of every rule by its name: one file in `invariants/` each."""
    return {
        file.stem: file.read_text(encoding="utf-8")
        for file in sorted(CHECKS.glob("*.sql"))
    }


def violations(con: DuckDBPyConnection) -> list[Violation]:
    """Return the rules that do not hold, with examples; an empty list if all do.

    Each file of `invariants/` lists what breaks its rule, by keys: no personal data.
    """
    found = []
    for rule, sql in checks().items():
        broken = [text for (text,) in con.execute(sql).fetchall()]
        if broken:
            found.append(Violation(rule, len(broken), tuple(broken[:_SHOWN])))
    return found
