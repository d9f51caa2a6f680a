"""Make the copy of the warehouse that analysts open, without personal data."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.analytics.publish import (
    conclude_publishing,
    leave_to_next,
    publish_copy,
    pushes_at_work,
    update_lake,
)
from tasks.runs.retrying import show_retries


@flow(
    name="publish-analytics",
    on_completion=[show_retries],
    on_failure=[show_retries],
    persist_result=False,
)
def publish_analytics() -> State[Any]:
    """Put a copy of the present state behind `analytics.duckdb`, and into the lake.

    Clients that have an older copy open keep it. Without a change since the last copy,
    or while stock or tracking numbers are being sent, nothing is made; the end of the
    push brings the next run.
    """
    if pushes := pushes_at_work():
        return leave_to_next(pushes)
    made = publish_copy()
    return conclude_publishing(made, update_lake(return_state=True))
