"""Since when the day counts as late: not begun in time, or not ended in time.

Prefect's server raises both alarms by the silence of a run (tasks/setup/alarms.py), so
only the run itself can tell that it is well again. It looks at its own states with the
very limits of the alarms: whoever was not told of trouble is not told of its end.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

from data.model.alarm import AlarmMessage
from data.model.japan_time import in_japan

STARTS_WITHIN: Final = timedelta(minutes=10)
"""How long a late run may go without a sign."""
ENDS_WITHIN: Final = timedelta(hours=1)
NOT_STARTED: Final = "9時の処理が始まっていません"
NOT_ENDED: Final = "9時の処理が終わっていません"
LATE: Final = "Late"
RUNNING: Final = "Running"


class StateAt(NamedTuple):
    """The name of a state of a run, and since when it was in it."""

    name: str
    since: datetime


def late_start(states: Sequence[StateAt]) -> datetime | None:
    """Return when staff were warned that a run which begins now had not; None if not.

    `states` are those of the run, the earliest first and the present one last. A run
    that goes on after a pause or a crash has begun before.
    """
    earlier = [state.name for state in states[:-1]]
    if not states or states[-1].name != RUNNING or RUNNING in earlier:
        return None
    for late, follower in pairwise(states):
        warned_at = late.since + STARTS_WITHIN
        if late.name == LATE and follower.since >= warned_at:
            return warned_at
    return None


def late_end(states: Sequence[StateAt]) -> datetime | None:
    """Return when staff were warned that a run which ends now had not; None if not."""
    begun = [state.since for state in states if state.name == RUNNING]
    if not begun or states[-1].name == RUNNING:
        return None
    warned_at = begun[-1] + ENDS_WITHIN
    return warned_at if states[-1].since >= warned_at else None


def well_again(
    trouble: str, warned_at: datetime, over_at: datetime, how: str
) -> AlarmMessage:
    """Return the message that a trouble of the day is over, and how it ended."""
    warned, over = in_japan(warned_at), in_japan(over_at)
    return AlarmMessage(
        f"【受注 復旧】{trouble}",
        f"{warned:%m月%d日 %H:%M}の「{trouble}」は、解消しました"
        f"({over:%m月%d日 %H:%M} に{how})。対処: 必要ありません。",
    )
