"""One bad entry refuses a whole call: find it, and let the others through.

RMS may name an entry by its place (`inventories[3].quantity`); whether it counts from 0
is not documented. So a name is a hint: the named go into a call of their own, and are
refused when that one is refused too, all of them named. When RMS takes them, names are
not looked at again. Then, and where RMS names nobody, the entries are halved.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from connectors.rms.answers import Reply
from connectors.rms.errors import CredentialsRefused, OutcomeUnknown, Refused
from connectors.rms.messages import Message

T = TypeVar("T")

PLACE = re.compile(r"[A-Za-z]+\[(\d{1,9})\]", re.ASCII)
BAD_REQUEST = 400
"""The only status that speaks of entries; another refusal is about the call."""

HOPELESS_AFTER = 16
"""Refusals that named nobody, before RMS took anything: then it is not an entry."""


@dataclass(frozen=True)
class Came(Generic[T]):
    """What came of some entries: taken with `reply`, refused as `said`, or in doubt."""

    entries: Sequence[T]
    reply: Reply | None = None
    said: Message | None = None


def isolate(
    entries: Sequence[T], send: Callable[[Sequence[T]], Reply]
) -> Iterator[Came[T]]:
    """Send the entries in as few calls as it takes; each ends in exactly one `Came`.

    A lost answer yields what was on its way as in doubt, then raises OutcomeUnknown:
    nothing is sent after it. Any other trouble is raised at once. Whether RMS takes the
    good entries of a call it refuses is not documented; they are sent again, so `send`
    must be a call that may be repeated after a refusal.
    """
    hints = _Hints()
    waiting = [(entries, False)] if entries else []
    while waiting:
        part, is_trial = waiting.pop()
        try:
            reply = send(part)
        except OutcomeUnknown:
            yield Came(part)
            raise
        except Refused as no:
            named = hints.read(len(part), no)
            if named is None:
                raise
            if len(part) in (1, len(named)):
                for place, entry in enumerate(part):
                    yield Came([entry], said=named.get(place, no.messages[0]))
            else:
                waiting += _parted(part, named)
        else:
            hints.took(is_trial=is_trial)
            yield Came(part, reply)


class _Hints:
    """What RMS's names are worth so far, and whether looking for bad ones is."""

    def __init__(self) -> None:
        self._are_wrong = False
        self._is_hopeless = True
        self._nameless = 0

    def read(self, many: int, no: Refused) -> dict[int, Message] | None:
        """Give the places RMS named, or None when entries are not what is wrong."""
        is_about_keys = isinstance(no, CredentialsRefused)
        if is_about_keys or no.status != BAD_REQUEST or not no.messages:
            return None
        named: dict[int, Message] = {}
        for message in () if self._are_wrong else no.messages:
            place = PLACE.match(message.property_path)
            if place and int(place[1]) < many:
                named.setdefault(int(place[1]), message)
        self._nameless += not named
        is_given_up = self._is_hopeless and self._nameless >= HOPELESS_AFTER
        return None if is_given_up else named

    def took(self, *, is_trial: bool) -> None:
        """Note that RMS took a part; if it had named those, its names are wrong."""
        self._is_hopeless = False
        self._are_wrong = self._are_wrong or is_trial


def _parted(
    part: Sequence[T], named: Collection[int]
) -> list[tuple[Sequence[T], bool]]:
    """Give two parts, the one to send next last, and whether each is a trial."""
    if not named:
        middle = len(part) // 2
        return [(part[middle:], False), (part[:middle], False)]
    others = [entry for place, entry in enumerate(part) if place not in named]
    return [(others, False), ([part[place] for place in sorted(named)], True)]
