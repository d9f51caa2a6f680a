"""The morning's steps in their order, as RMS sees it: levels leave after the orders."""

from itertools import groupby
from pathlib import Path

from flows.daily import daily
from tests.support.csv_counter import Shown
from tests.support.sandbox import Sandbox
from tests.support.work_to_do import count_everything, lay_down_a_parcel

CHECK = [  # the calls that write have no effect here
    "searchOrder",
    "getOrder",
    "inventories.bulk.get",
    "license.expiryDate.get",
    "updateOrderShippingAsync",
    "getResultUpdateOrderShippingAsync",
    "inventories.bulk.upsert",
]
ORDERS = ["searchOrder", "getOrder", "searchOrder"]
"""The last one looks for what was cancelled after it was paid."""
NEWS = ["inventories.bulk.get", "searchOrder"]
"""Before a level that is above what the mall shows."""
STOCK = ["inventories.bulk.get", "inventories.bulk.upsert", "inventories.bulk.get"]
SHIPPING = [
    "getOrder",
    "updateOrderShippingAsync",
    "getResultUpdateOrderShippingAsync",
    "getOrder",
]


def test_orders_are_taken_in_before_levels_leave_and_parcels_go_last(
    lab: Sandbox, shown: Shown, tmp_path: Path
):
    lab.settings(async_delay_s=0.1)
    lay_down_a_parcel(lab, tmp_path)
    count_everything(lab, tmp_path)
    lab.sell(3)
    lab.empty_journal()
    state = daily("lab", return_state=True)
    called = [entry["function"] for entry in lab.journal()["requests"]]

    calls = [name for name, _ in groupby(called)]
    assert state.type.value == "COMPLETED", state.message
    assert calls == CHECK + ORDERS + NEWS + STOCK + SHIPPING, shown("tracking-report")
