"""How Prefect runs a task of ours: repeated only where that is safe, and visibly.

Prefect shows a retry while it waits (AwaitingRetry, Retrying), but the page of a
finished run has no trace of it. So every failed attempt is recorded here, announced as
an event, and put into a table when the run ends.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any, Final, TypedDict, TypeVar, cast
from uuid import UUID

from prefect import runtime
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import FlowRun, State, TaskRun
from prefect.events import emit_event
from prefect.flows import Flow
from prefect.tasks import Task, exponential_backoff
from prefect.utilities.annotations import quote

from connectors.rms.errors import Throttled, Unavailable
from data.model.advice import without_advice
from data.warehouse.errors import WarehouseBusy
from tasks.runs.log import keep_plain

WORTH_A_RETRY = (Throttled, Unavailable, WarehouseBusy)
"""Nothing happened on the other side: the same call may be made again."""

PAUSES_S: Final = (1.0, 2.0, 4.0)
"""Seconds before a write is sent again that RMS has not begun; a hint of RMS's own is
waited for by the client before that."""
ANY_HINT_S: Final = float("inf")
PATIENT_ATTEMPTS: Final = 2
"""How often a task of five attempts waits for RMS to recover by itself."""

log = logging.getLogger("juchu.rms")

T = TypeVar("T")

keep_plain()  # every flow imports this module


class Attempt(TypedDict):
    """A failed attempt that another one followed, as a row of the table `retries`."""

    task: str
    attempt: int
    error: str


_attempts: defaultdict[UUID | None, list[Attempt]] = defaultdict(list)


def opaque(value: T) -> T:
    """Return a value quoted, so that Prefect passes it on without looking into it.

    Otherwise Prefect walks through every order number and SKU of an argument, in search
    of futures.
    """
    return cast("T", quote(value))


def may_retry(_task: Task[Any, Any], run: TaskRun, state: State[Any]) -> bool:
    """Return whether another attempt follows, and record the failed one if so.

    What to do about the error is left out: nothing is to be done while it is retried.
    """
    error = state.result(raise_on_failure=False)
    if not isinstance(error, WORTH_A_RETRY):
        return False
    what = without_advice(str(error))
    attempt = Attempt(task=run.name, attempt=run.run_count, error=what)
    _attempts[run.flow_run_id].append(attempt)
    return True


def asked_before() -> bool:
    """Return whether the task has failed often enough for time to be no remedy."""
    return int(runtime.task_run.run_count) > PATIENT_ATTEMPTS


def announce_retry(task: Task[Any, Any], run: TaskRun, state: State[Any]) -> None:
    """Emit `juchu.task.retried` when a task starts again, for automations."""
    if state.name == "Retrying":
        emit_event(
            "juchu.task.retried",
            resource={"prefect.resource.id": f"prefect.task-run.{run.id}"},
            payload={"task": task.name, "attempt": run.run_count},
        )


def show_retries(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001 - Prefect passes by name
    """Create a table artifact of the attempts that were retried, if there were any."""
    if rows := _attempts.pop(flow_run.id, []):
        create_table_artifact(
            key="retries",
            table=[dict(row) for row in rows],
            description="失敗後に再試行した処理",
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


def repeat_undone(call: Callable[[], T], longest_hint_s: float = ANY_HINT_S) -> T:
    """Call, and again after a pause each time RMS says that it did nothing.

    For a write, which no task may repeat, and for one read of many, which no task need
    repeat with the others: too fast (403), a conflict (409) and 429 come before
    anything is done. Any other trouble, and the last refusal, is raised; so is one that
    RMS had us wait for longer than `longest_hint_s`: a write was decided on by what was
    read before that wait.
    """
    for pause_s in PAUSES_S:
        try:
            return call()
        except Throttled as busy:
            if (busy.retry_after_s or 0) > longest_hint_s:
                raise
            log.warning("%s", busy)
            time.sleep(pause_s)
    return call()


NEVER_REPEAT: dict[str, Any] = {
    "retries": 0,
    "cache_policy": NO_CACHE,
    "persist_result": False,
}
"""Options of a task that writes to a mall: what happened is read, then decided on."""
