"""The clerk's morning as a whole: worked once, and how it ended."""

from collections.abc import Mapping, Sequence
from typing import Any

from prefect import runtime, task
from prefect.artifacts import create_markdown_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import State, StateType
from prefect.states import Completed

from tasks.report import bullets, ended, ends_table, failed_of, page, section
from tasks.retrying import SAFE_TO_REPEAT

ENDED = [StateType.COMPLETED, StateType.FAILED]


@task(name="already-caught-up", **SAFE_TO_REPEAT)
def already_caught_up() -> bool:
    """Return whether another run has started and ended since this one was due.

    After downtime Prefect starts a run for every day that was missed, in any order
    (PrefectHQ/prefect#15886). Every step works from what the warehouse knows, so the
    first of them catches up for all. A run started by hand is never skipped.
    """
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(runtime.flow_run.id)
        if not run.auto_scheduled or run.deployment_id is None:
            return False
        others = client.read_flow_runs(
            flow_run_filter=FlowRunFilter(
                deployment_id=FlowRunFilterDeploymentId(any_=[run.deployment_id]),
                state=FlowRunFilterState(type=FlowRunFilterStateType(any_=ENDED)),
                start_time=FlowRunFilterStartTime(after_=run.expected_start_time),
            ),
        )
        return any(
            other.id != run.id and other.parameters == run.parameters
            for other in others
        )


def nothing_left() -> State[Any]:
    """Return the final state Skipped of a run whose work another one has done."""
    return Completed(
        name="Skipped",
        message="この予定の時刻より後に始まった実行が、処理を完了しています。",
    )


def conclude_day(
    shop: str, steps: Mapping[str, State[Any]], reminders: Sequence[str] = ()
) -> State[Any]:
    """Create the day's report; return its final state, Failed if one step failed.

    Reminders of what waits for a person stand below the steps and fail no day.
    """
    create_markdown_artifact(
        key="day-report",
        markdown=page(
            f"朝の処理の結果 ({shop})",
            ends_table("処理", steps),
            section("お知らせ", bullets(reminders)) if reminders else "",
        ),
        description="朝の処理の結果",
    )
    if failed := failed_of(steps):
        return ended(
            f"失敗した処理: {', '.join(failed)}",
            "対処: 報告「day-report」を確認し、失敗した処理だけをもう一度"
            "実行してください。",
        )
    return ended("すべての処理が完了しました")
