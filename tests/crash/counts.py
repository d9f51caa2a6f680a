"""What became of everything that was sent, counted as Jepsen does."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from connectors.notices.spool import Spool
from data.warehouse.invariants import violations
from data.warehouse.session import warehouse


class Counts(NamedTuple):
    """Orders announced, and where they are now.

    recovered   stored although their notice was never acknowledged
    lost        acknowledged and not stored
    duplicated  rows of orders or notices that another row repeats
    unexpected  stored, and nobody sold them
    regressed   stored as they were before, not as they are
    waiting     notices nothing has come of yet
    """

    attempted: int
    acknowledged: int
    stored: int
    recovered: int
    lost: int
    duplicated: int
    unexpected: int
    regressed: int
    waiting: int

    @property
    def nothing_is_wrong(self) -> bool:
        """Whether nothing is lost, duplicated, unexpected or regressed."""
        return not any((self.lost, self.duplicated, self.unexpected, self.regressed))


def count(
    home: Path,
    truth: Mapping[str, Mapping[str, Any]],
    attempted: Iterable[str],
    acknowledged: Iterable[str],
) -> Counts:
    """Count a home against the orders that RMS has; its invariants must hold."""
    said, sure = set(attempted), set(acknowledged)
    with warehouse(home / "juchu.duckdb") as con:
        broken = violations(con)
        rows = con.execute("SELECT order_number, mall_status FROM orders").fetchall()
        keys = con.execute("SELECT notice_key, settled_at FROM notices").fetchall()
    assert broken == [], broken
    stored = dict(rows)
    return Counts(
        attempted=len(said),
        acknowledged=len(sure),
        stored=len(said & set(stored)),
        recovered=len((said & set(stored)) - sure),
        lost=len(sure - set(stored)),
        duplicated=len(rows) - len(stored) + len(keys) - len(dict(keys)),
        unexpected=len(set(stored) - set(truth)),
        regressed=sum(
            status != str(truth[number]["orderProgress"])
            for number, status in stored.items()
            if number in truth
        ),
        waiting=Spool(home / "spool").depth() + sum(at is None for _, at in keys),
    )
