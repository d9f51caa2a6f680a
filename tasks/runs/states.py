"""The states of runs for staff: what each is called, and a message's own words."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from prefect.client.schemas.objects import StateType

RUN_STATE_WORDS: Final[Mapping[StateType, str]] = {
    StateType.SCHEDULED: "開始待ち",
    StateType.PENDING: "開始中",
    StateType.RUNNING: "実行中",
    StateType.PAUSED: "入力待ち",
    StateType.CANCELLING: "取消中",
    StateType.COMPLETED: "完了",
    StateType.FAILED: "失敗",
    StateType.CRASHED: "中断",
    StateType.CANCELLED: "取消済み",
}

NO_WORKER: Final = timedelta(seconds=30)
"""After so long without a start a worker is probably missing."""
_IN_FRONT: Final = re.compile(
    r"^(?:Flow|Task) run encountered an exception:?\s*(?:[A-Za-z_][\w.]*:\s*)?"
)


def own_words(message: str) -> str:
    """Return a state's message without what Prefect puts before an error's sentence."""
    return _IN_FRONT.sub("", message)
