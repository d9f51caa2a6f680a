"""Take a buyer's data out of everything, because the buyer asked."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.analytics.publish import TOLD_OF_PEOPLE
from tasks.buyers import (
    FILES,
    REWRITING,
    clear_buyer,
    conclude_forgetting,
    find_traces,
    remove_files_of,
    rewrite_warehouse,
)
from tasks.forms.buyers import MailOfBuyer, NumberOfBuyer, WhoForgets


@flow(
    name="forget-buyer",
    flow_run_name="forget-buyer",
    **TOLD_OF_PEOPLE,
)
def forget_buyer(
    order_number: NumberOfBuyer = "", mail: MailOfBuyer = "", who: WhoForgets = ""
) -> State[Any]:
    """Clear the buyer's data from all their orders, the log and files, for good.

    The orders' money and lines stay. What a mall shows of them again is stored without
    the buyer. Prefect's server keeps no mail address that was entered. Files and bytes
    do not wait for each other: what fails ends the run Failed. Run again, it finishes
    what an interrupted run left; therefore files go while the warehouse still tells
    what to look for.
    """
    traces = find_traces(order_number, mail, who)
    steps: dict[str, State[Any]] = {FILES: remove_files_of(traces, return_state=True)}
    cleared = clear_buyer(order_number, mail, who)
    steps[REWRITING] = rewrite_warehouse(return_state=True)
    return conclude_forgetting(cleared, steps)
