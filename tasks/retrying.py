"""Retries where they are safe, and where people can see them.

Prefect shows a retry while it waits (AwaitingRetry, Retrying); on the page of a
finished run nothing tells that retries happened. So every failed attempt is noted
here, announced as an event, and put into a table when the run ends.
"""

from collections import defaultdict
from typing import Any, TypedDict
from uuid import UUID

from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import FlowRun, State, TaskRun
from prefect.events import emit_event
from prefect.flows import Flow
from prefect.tasks import Task, exponential_backoff

from connectors.rms.errors import Throttled, Unavailable
from data.warehouse.errors import WarehouseBusy

HELPS_TO_WAIT = (Throttled, Unavailable, WarehouseBusy)
"""Nothing happened on the other side: the same call may be made again."""


class Attempt(TypedDict):
    """One failed attempt of one task run."""

    task: str
    attempt: int
    error: str


_attempts: defaultdict[UUID | None, list[Attempt]] = defaultdict(list)


def may_retry(_task: Task[Any, Any], run: TaskRun, state: State[Any]) -> bool:
    """Retry only what is known to be safe and likely to help; note every failure."""
    error = state.result(raise_on_failure=False)
    attempt = Attempt(task=run.name, attempt=run.run_count, error=str(error))
    _attempts[run.flow_run_id].append(attempt)
    return isinstance(error, HELPS_TO_WAIT)


def announce_retry(task: Task[Any, Any], run: TaskRun, state: State[Any]) -> None:
    """Emit `juchu.task.retried` when a task starts again, for automations."""
    if state.name == "Retrying":
        emit_event(
            "juchu.task.retried",
            resource={"prefect.resource.id": f"prefect.task-run.{run.id}"},
            payload={"task": task.name, "attempt": run.run_count},
        )


def show_retries(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001 - Prefect passes by name
    """Put the run's failed attempts into a table artifact, if there were any."""
    if rows := _attempts.pop(flow_run.id, []):
        create_table_artifact(
            key="retries",
            table=[dict(row) for row in rows],
            description="失敗して再試行した処理 (failed attempts of this run)",
        )


SAFE_TO_REPEAT: dict[str, Any] = {
    "retries": 4,
    "retry_delay_seconds": exponential_backoff(backoff_factor=2),
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": may_retry,
    "on_running": [announce_retry],
    "cache_policy": NO_CACHE,  # an order read a minute ago is not the order now
    "persist_result": False,  # a stored result would be personal data on disk
}
"""Options of a task that only reads, or whose writing is idempotent."""

NEVER_REPEAT: dict[str, Any] = {
    "retries": 0,
    "cache_policy": NO_CACHE,
    "persist_result": False,
}
"""Options of a task that writes to a mall: read first, then decide."""
