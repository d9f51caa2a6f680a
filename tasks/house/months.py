"""The close of months whose day has come."""

from prefect import task

from connectors.settings.reading import read_settings
from data.warehouse.house.months import close_months
from tasks.machine import now, our_warehouse
from tasks.runs.retrying import SAFE_TO_REPEAT


@task(name="close-months", **SAFE_TO_REPEAT)
def close_due_months() -> list[str]:
    """Close every month that is due and return them.

    Raises:
        WarehouseClosed: the warehouse did not open.

    """
    with our_warehouse() as con:
        return close_months(con, now(), read_settings().close_day)
