"""Take a buyer's data out of everything, because the buyer asked."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.analytics import announce_change
from tasks.buyers import (
    clear_buyer,
    conclude_forgetting,
    remove_files_of,
    rewrite_warehouse,
)
from tasks.forms import MailOfBuyer, NumberOfBuyer, WhoForgets
from tasks.retrying import show_retries


@flow(
    name="forget-buyer",
    flow_run_name="forget-buyer",
    on_completion=[show_retries, announce_change],
    on_failure=[show_retries, announce_change],
    persist_result=False,
)
def forget_buyer(
    order_number: NumberOfBuyer = "", mail: MailOfBuyer = "", who: WhoForgets = ""
) -> State[Any]:
    """Clear the buyer's data from all their orders, the log and files, for good.

    The orders' money and lines stay. What a mall shows of them again is stored without
    the buyer. Prefect's server keeps no mail address that was entered. Run again, it
    finishes what an interrupted run left.
    """
    cleared = clear_buyer(order_number, mail, who)
    files = remove_files_of(cleared)
    rewrite_warehouse()
    return conclude_forgetting(cleared, files)
