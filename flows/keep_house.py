"""The night: the house backs itself up, checks itself and puts away what is old."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.alarms import raise_alarms
from tasks.analytics.publish import MAY_CHANGE
from tasks.buyers import clear_ended_buyers
from tasks.forms.buyers import RetentionDays
from tasks.house.backup import copy_elsewhere, make_backup, write_into_file
from tasks.house.clock import check_clock, is_shown_right, is_shown_wrong
from tasks.house.months import close_due_months
from tasks.house.prefect_database import tidy_prefect
from tasks.house.report import conclude_house
from tasks.house.run_parameters import empty_parameters
from tasks.house.trim import trim_files


@flow(
    name="keep-house",
    **MAY_CHANGE,
)
def keep_house(retention_days: RetentionDays = None) -> State[Any]:
    """Keep the house: clear buyers' data, close months, back up, check rules, trim.

    One step that fails does not stop the others; the run then ends Failed. Only by a
    clock that RMS shows to be wrong nothing is done, because every term would seem to
    be over. A backup counts only when it was opened and breaks no rule.
    """
    steps: dict[str, State[Any]] = {"clock": check_clock(return_state=True)}
    if not is_shown_wrong(steps["clock"]):
        is_right = is_shown_right(steps["clock"])
        steps |= {
            "retention": clear_ended_buyers(retention_days, return_state=True),
            "months": close_due_months(return_state=True),
            "checkpoint": write_into_file(return_state=True),
            "backup": make_backup(clock_is_right=is_right, return_state=True),
            "copy": copy_elsewhere(clock_is_right=is_right, return_state=True),
            "trim": trim_files(clock_is_right=is_right, return_state=True),
            "parameters": empty_parameters(return_state=True),
            "prefect": tidy_prefect(return_state=True),
        }
    steps["alarms"] = raise_alarms(return_state=True)
    return conclude_house(steps)
