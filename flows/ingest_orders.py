"""Bring the orders of a Rakuten shop into the warehouse."""

from typing import Annotated, Any

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from data.model.japan_time import JapanTime
from data.model.load import total
from data.model.shop import ShopHandle
from data.model.window import search_window
from tasks.limits import one_caller
from tasks.loads import close_load, open_load
from tasks.orders import (
    CONFIRM_AT_ONCE,
    confirm_orders,
    find_orders,
    in_batches,
    take_orders,
    unconfirmed_orders,
)
from tasks.reports import report_load, with_progress
from tasks.retrying import show_retries
from tasks.rms import now

# Prefect writes over a parameter's title and description; what stands in
# `json_schema_extra` is laid over that, so it is what people see (3.8.8).
Since = Annotated[
    JapanTime | None,
    Field(
        json_schema_extra={
            "title": "開始日時 (since)",
            "description": "この日時以降の注文。空欄なら終了の62日前から。"
            "730日前まで指定できます",
        }
    ),
]
Until = Annotated[
    JapanTime | None,
    Field(
        json_schema_extra={
            "title": "終了日時 (until)",
            "description": "この日時までの注文。空欄なら今まで",
        }
    ),
]
Confirm = Annotated[
    bool,
    Field(
        json_schema_extra={
            "title": "注文確認もする (confirm)",
            "description": "新規受付(100)の注文を注文確認します。"
            "取り消せません (confirmOrder)",
        }
    ),
]


@flow(
    name="ingest-orders",
    flow_run_name="ingest-orders-{shop}",
    on_completion=[show_retries],
    on_failure=[show_retries],
    persist_result=False,
)
def ingest_orders(
    shop: ShopHandle,
    since: Since = None,
    until: Until = None,
    confirm: Confirm = False,
) -> State[Any]:
    """Find the shop's orders at RMS, read them and store them.

    Running it again changes nothing that RMS has not changed. The run ends Failed,
    with everything readable stored, when an order could not be taken.
    """
    window = search_window(now(), since, until)
    load = open_load(shop, window)
    with one_caller(shop):
        numbers = find_orders(shop, window)
        batches = with_progress(in_batches(numbers))
        taken = [take_orders(shop, batch, load) for batch in batches]
        if confirm:
            for batch in in_batches(unconfirmed_orders(load), CONFIRM_AT_ONCE):
                taken.append(confirm_orders(shop, batch, load))
                taken.append(take_orders(shop, batch, load))
    sums = total(taken)
    load, attention = close_load(load, len(numbers), sums)
    return report_load(shop, load, sums, attention)
