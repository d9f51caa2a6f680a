"""The clerk's morning as a whole: done once, and how it ended."""

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
from prefect.states import Completed, Failed

from tasks.report import failed_of, table_of
from tasks.retrying import SAFE_TO_REPEAT

ENDED = [StateType.COMPLETED, StateType.FAILED]


@task(name="already-caught-up", **SAFE_TO_REPEAT)
def already_caught_up() -> bool:
    """Say whether another run has begun and ended since this one was due.

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
    """End a run whose work another one has done."""
    return Completed(
        name="Skipped",
        message="この予定の後に始まった実行が済ませました"
        " (a run that began later has caught up)",
    )


def conclude_day(
    shop: str, steps: Mapping[str, State[Any]], reminders: Sequence[str] = ()
) -> State[Any]:
    """Show how each step ended; the day is Failed when one of them is.

    What only waits for a person is listed below the steps, and fails no day.
    """
    table = table_of(f"# 朝の処理の結果 ({shop})", "処理", steps)
    create_markdown_artifact(
        key="day-report",
        markdown="\n".join([*table, *_listed(reminders), ""]),
        description="朝の処理の結果 (how each step of the morning ended)",
    )
    if failed := failed_of(steps):
        return Failed(
            message=f"失敗した処理: {', '.join(failed)} (failed steps)。"
            "対処: 「day-report」の内容を見て、その処理だけもう一度実行してください。"
        )
    return Completed(message="すべての処理が終わりました (all steps are done)")


def _listed(reminders: Sequence[str]) -> list[str]:
    if not reminders:
        return []
    return ["", "## お知らせ (reminders)", "", *(f"- {each}" for each in reminders)]
