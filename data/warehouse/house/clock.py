"""What a machine's clock that was ahead has written, put right once the clock is right.

An order seen "tomorrow" would keep out everything that the mall shows until then. So
every instant of ours that is still to come is moved to just before the present one. All
of them move together and keep their order, whatever the table. A month that was closed
from there is open again: it may not have been over. A count is as early as it can be
(`heal_counts`).
"""

from datetime import datetime
from typing import NamedTuple

from data.warehouse.session import Connection
from data.warehouse.statements import SQL


class Healed(NamedTuple):
    """How many instants were moved, and what has to be done again.

    months  those that are open again
    counts  how many SKUs were counted at a time that nobody knows
    """

    instants: int
    months: tuple[str, ...] = ()
    counts: int = 0

    def __bool__(self) -> bool:
        """Return whether there was anything to put right."""
        return self != Healed(0)


def heal_future(con: Connection, *, before: datetime, after: datetime) -> Healed:
    """Move every instant later than `after` to just before `before`.

    Call it only while the clock is known to be right: `after` is now, `before` is when
    the answer that showed it was asked for, so that what it brought counts as newer.
    """
    if not SQL.value(con, "is_dated_ahead", {"after": after}):
        return Healed(0)
    given = {"before": before, "after": after}
    SQL.run(con, "open_closed_orders", given)
    months = SQL.column(con, "open_month_closes", given)
    SQL.run(con, "list_future_instants", given)
    counts = SQL.value(con, "count_future_counts")
    SQL.run(con, "show_healed")
    SQL.run(con, "heal_instants")
    SQL.run(con, "heal_counts")
    SQL.run(con, "heal_next_looks", given)
    found = SQL.value(con, "count_future_instants")
    return Healed(found, tuple(sorted(months)), counts)
