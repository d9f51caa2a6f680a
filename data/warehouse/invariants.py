"""What must hold of the warehouse at all times; run after tests and every night."""

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from data.warehouse.statements import SQL

_SHOWN = 5


@dataclass(frozen=True)
class Violation:
    """A rule that does not hold: how often, and the first cases by their keys."""

    rule: str
    count: int
    examples: tuple[str, ...]


def violations(con: DuckDBPyConnection) -> list[Violation]:
    """Run every check; nothing found is an empty list.

    Each `check_<rule>.sql` lists what breaks it. Keys only, never personal data.
    """
    found = []
    for name in SQL.names("check_"):
        broken = [text for (text,) in con.execute(SQL(name)).fetchall()]
        if broken:
            rule = name.removeprefix("check_")
            found.append(Violation(rule, len(broken), tuple(broken[:_SHOWN])))
    return found
