"""The search for the one bad entry that makes RMS refuse a whole call.

A write refused as a whole took nothing, so its entries are sent again in halves until
the bad one stands alone. If nothing is taken for a while, no entry is to blame.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from connectors.rms.errors import ClockWrong, CredentialsRefused, Refused

T = TypeVar("T")
HOPELESS_AFTER: Final = 16
"""Refusals without one call taken; a hundred entries with one bad need fourteen."""


@dataclass
class Halving(Generic[T]):
    """What of a list RMS refuses, each entry alone with its refusal.

    `is_allowed` tells after a refusal of the credentials whether the function itself is
    on; then an entry is at fault, as was reported of writes (docs/rms/order-api.md
    §5.3).
    """

    is_allowed: Callable[[], bool]
    bad: list[tuple[T, Refused]] = field(default_factory=list)

    def send(self, entries: Sequence[T], call: Callable[[Sequence[T]], object]) -> None:
        """Call with all entries, and with ever smaller parts where that is refused.

        Raises the first refusal, with `bad` empty, where the entries cannot be its
        cause: it is about the call, or nothing is taken. Any other error of `call`
        passes at once.
        """
        waiting, first, calls, is_any_taken = [entries], None, 0, False
        while waiting:
            part = waiting.pop()
            calls += 1
            try:
                call(part)
                is_any_taken = True
            except Refused as refusal:
                first = first or refusal
                is_hopeless = not is_any_taken and calls >= HOPELESS_AFTER
                if is_hopeless or not self._may_be_an_entry(refusal):
                    self.bad.clear()
                    raise first from None
                if len(part) == 1:
                    self.bad.append((part[0], refusal))
                else:
                    middle = len(part) // 2
                    waiting += [part[middle:], part[:middle]]
        if first is not None and len(entries) > 1 and not is_any_taken:
            self.bad.clear()
            raise first

    def _may_be_an_entry(self, refusal: Refused) -> bool:
        if isinstance(refusal, CredentialsRefused):
            return self.is_allowed()
        is_of_call = refusal.is_about_the_call or not refusal.messages
        return not is_of_call and not isinstance(refusal, ClockWrong)
