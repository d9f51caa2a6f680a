"""Runs that a machine's clock that was ahead has left at Prefect's server, taken away.

Prefect plans a hundred days ahead, and makes a schedule's run of one moment only once.
While the clock was ahead the runs of days to come were begun and ended, and later ones
planned. Afterwards Prefect plans none for those days: 09:00 would not happen, and
nobody would be told, because no run is late.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterNextScheduledStartTime,
)
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound

from connectors.rms.errors import ClockWrong
from tasks.house.clock import check_clock
from tasks.machine import now
from tasks.setup.prefect_runs import all_pages

APART: Final = timedelta(hours=1)
"""How far the server's clock may be from ours."""
PLANNED_AHEAD: Final = timedelta(days=101)
"""Prefect plans for 100 days (its setting `scheduler.max_scheduled_time`)."""
log = logging.getLogger("juchu.setup")


def runs_to_come(client: SyncPrefectClient, at: datetime) -> list[UUID]:
    """Return the runs that ended after `at`, or are planned later than Prefect plans.

    What a person has planned for a day far ahead is not among them.
    """
    ended = FlowRunFilter(end_time=FlowRunFilterEndTime(after_=at + APART))
    planned = FlowRunFilter(
        next_scheduled_start_time=FlowRunFilterNextScheduledStartTime(
            after_=at + PLANNED_AHEAD
        )
    )
    read = partial(all_pages, client.read_flow_runs, sort=FlowRunSort.ID_DESC)
    by_schedule = (run for run in read(flow_run_filter=planned) if run.auto_scheduled)
    return [run.id for run in (*read(flow_run_filter=ended), *by_schedule)]


def delete_runs(client: SyncPrefectClient, runs: Sequence[UUID]) -> None:
    """Delete runs; one that is gone already is none too many."""
    for run in runs:
        with suppress(ObjectNotFound):
            client.delete_flow_run(run)


def forget_runs_to_come(client: SyncPrefectClient) -> None:
    """Delete the runs that a fast clock left, once RMS shows the clock to be right.

    By a clock that is behind, every run there was would seem to be still to come.
    """
    found = runs_to_come(client, now())
    if not found:
        return
    try:
        is_right = check_clock.fn()
    except ClockWrong as wrong:
        log.warning("%s", wrong)
        return
    if is_right:
        delete_runs(client, found)
        log.warning(
            "時計が進んでいた間の実行を%d件削除しました。予定は、サーバーが1分ほどで"
            "立て直します。",
            len(found),
        )
