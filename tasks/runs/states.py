"""What staff call the states of runs."""

from collections.abc import Mapping
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
