"""Tell Rakuten the stock that changed, and see that it shows."""

from typing import Annotated, Any

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field

from tasks.limits import one_caller
from tasks.retrying import show_retries
from tasks.shops.every_shop import (
    AnyShop,
    each_shop,
    live_shops,
    name_with_shop,
    side_by_side,
)
from tasks.stock.push import open_inventory, push_rounds
from tasks.stock.push_report import conclude_inventory, show_levels

DryRun = Annotated[
    bool,
    Field(
        json_schema_extra={
            "title": "試行 (dry_run)",
            "description": "転送する数を表で示すだけで、RMSには何も送りません",
        },
    ),
]
Full = Annotated[
    bool,
    Field(
        json_schema_extra={
            "title": "全件 (full)",
            "description": "変わっていないSKUも読み、数が違うSKUをすべて送ります。"
            "拒否されたSKUも送り直します",
        },
    ),
]


@flow(
    name="push-inventory",
    flow_run_name=name_with_shop,
    task_runner=side_by_side(),
    on_completion=[show_retries],
    on_failure=[show_retries],
    persist_result=False,
)
def push_inventory(
    shop: AnyShop = None, dry_run: DryRun = False, full: Full = False
) -> State[Any]:
    """Send every changed level less safety stock, and prove it by reading back.

    The mall is read first: where it sold what we do not know, its orders are taken in
    before anything is decided. A lost answer is not answered by a second call, but by
    reading. The run ends Failed when a level was refused or is not proven to show.
    Without a shop it is done for every live one.
    """
    if shop is None:
        return each_shop(push_inventory, live_shops(), dry_run=dry_run, full=full)
    run = open_inventory(shop, full=full)
    with one_caller(shop, "stock"):
        if dry_run:
            return show_levels(shop, run)
        unreadable = push_rounds(shop, run)
    return conclude_inventory(shop, run, unreadable)
