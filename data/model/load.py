"""What became of the orders one run read."""

from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from data.model.order import RefusedOrder


class Taken(NamedTuple):
    """Counts and remarks of one batch: every order in it has one of five outcomes.

    Beside them, what became of notices whose order the mall does not show: to be
    looked at again later, or given up after a day.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    refused: tuple[RefusedOrder, ...] = ()
    unconfirmed: tuple[RefusedOrder, ...] = ()
    postponed: int = 0
    exhausted: int = 0

    @property
    def looked_at(self) -> int:
        """How many orders the mall was asked for."""
        return sum(
            (self.created, self.changed, self.unchanged, self.stale, len(self.refused))
        )


class Attention(NamedTuple):
    """Orders of the shop that a person should look at, from whatever run they came."""

    open_amounts: tuple[str, ...] = ()
    unknown_status: tuple[str, ...] = ()


def total(batches: Iterable[Taken]) -> Taken:
    """Add batches up, field by field; no batches make an empty one."""
    all_of = list(batches)
    return Taken(
        created=sum(batch.created for batch in all_of),
        changed=sum(batch.changed for batch in all_of),
        unchanged=sum(batch.unchanged for batch in all_of),
        stale=sum(batch.stale for batch in all_of),
        refused=tuple(chain.from_iterable(b.refused for b in all_of)),
        unconfirmed=tuple(chain.from_iterable(b.unconfirmed for b in all_of)),
        postponed=sum(batch.postponed for batch in all_of),
        exhausted=sum(batch.exhausted for batch in all_of),
    )
