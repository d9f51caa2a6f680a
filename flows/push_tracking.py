"""Report tracking numbers to Rakuten, each once."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from data.model.run import total
from tasks.analytics.publish import MAY_CHANGE
from tasks.forms.every_flow import AnyShop
from tasks.forms.shipping import TrackingDryRun
from tasks.runs.limits import one_caller
from tasks.runs.loads import close_load
from tasks.shipping.tracking import (
    open_tracking_push,
    read_orders,
    report_orders,
    rounds,
)
from tasks.shipping.tracking_report import conclude_tracking_push, show_plan
from tasks.shops.every_shop import (
    each_shop,
    live_shops,
    name_with_shop,
    shop_by_shop,
)


@flow(
    name="push-tracking",
    flow_run_name=name_with_shop,
    task_runner=shop_by_shop(),
    **MAY_CHANGE,
)
def push_tracking(shop: AnyShop = None, dry_run: TrackingDryRun = False) -> State[Any]:
    """Report every shipment that RMS does not show yet, and verify that it shows.

    Orders are read anew first: a cancelled one gets no report, and what RMS already
    shows is not reported again. After a lost answer the order is read, not reported
    again. The run ends Failed when a shipment was refused or its outcome is unknown.
    Without a shop it is done for every live one.
    """
    if not shop:
        return each_shop(push_tracking, live_shops(), dry_run=dry_run)
    load = open_tracking_push(shop)
    with one_caller(shop):
        if dry_run:
            read_orders(shop, load)
            return show_plan(shop, load)
        for batches in rounds(shop, load):
            for batch in batches:
                report_orders(shop, batch, load)
    close_load(load, 0, total([]))
    return conclude_tracking_push(shop, load)
