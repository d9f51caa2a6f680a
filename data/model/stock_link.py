"""A shop's stock link: whether levels go to the mall by themselves, and when not."""

from datetime import datetime
from typing import Final, NamedTuple

from data.model.japan_time import in_japan
from data.model.typed.parts import parts_of

SILENT_HOURS: Final = (
    r"^\s*$|^\s*([01]?\d|2[0-3])-([01]?\d|2[0-4])"
    r"(\s*,\s*([01]?\d|2[0-3])-([01]?\d|2[0-4]))*\s*$"
)
"""Nothing, or hours of the day from and to: `20-22`, `22-2`, `0-2,20-24`."""
_SWITCHED_OFF: Final = "在庫連動がオフです"
_SILENT: Final = "転送を止める時間帯({})です"


class StockLink(NamedTuple):
    """What the shop has set. It holds for what goes by itself.

    The morning at nine and a run by hand for a named shop go whatever it says.
    """

    is_on: bool
    silent_hours: str

    def rests(self, at: datetime) -> str:
        """Return for staff why nothing goes by itself at this moment; "" if it does.

        An hour of silence begins and ends on the hour, in Japan time; `22-2` goes over
        midnight, and `0-0` is none: were it the whole day, no level would go by itself
        and no alarm would tell.
        """
        if not self.is_on:
            return _SWITCHED_OFF
        hour = in_japan(at).hour
        silent = any(
            begins <= hour < ends if begins <= ends else not ends <= hour < begins
            for begins, ends in _hours(self.silent_hours)
        )
        return _SILENT.format(self.silent_hours.strip()) if silent else ""


def _hours(text: str) -> list[tuple[int, int]]:
    spans = (span.split("-") for span in parts_of(text))
    return [(int(begins), int(ends)) for begins, ends in spans]
