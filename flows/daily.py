"""The clerk's morning, at nine: check, ingest, push stock and parcels, publish."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.check_connection import check_connection
from flows.ingest_orders import ingest_orders
from flows.publish_analytics import publish_analytics
from flows.push_inventory import push_inventory
from flows.push_tracking import push_tracking
from tasks.alarms import end_day
from tasks.analytics import is_own_morning
from tasks.daily import (
    already_caught_up,
    conclude_day,
    conclude_days,
    nothing_left,
)
from tasks.forms import AnyShop
from tasks.shops.every_shop import (
    ends_of_shops,
    live_shops,
    name_with_shop,
    side_by_side,
)
from tasks.stock.adjust import adjustments_waiting


@flow(
    name="daily",
    flow_run_name=name_with_shop,
    task_runner=side_by_side(),
    persist_result=False,
)
def daily(shop: AnyShop = None) -> State[Any]:
    """Run the day's steps in order; one that fails does not stop the others.

    Orders come before stock, because stock follows them. After downtime the first run
    catches up for every day that was missed; the others that were due end at once as
    Skipped. Without a shop it is the morning of every live one.
    """
    if already_caught_up():
        return nothing_left()
    if not shop:
        days = ends_of_shops(daily, live_shops())
        published = publish_analytics(return_state=True)
        return end_day(conclude_days(days, {"publish-analytics": published}))
    steps = {
        "check-connection": check_connection(shop, return_state=True),
        "ingest-orders": ingest_orders(shop, return_state=True),
        "push-inventory": push_inventory(shop, return_state=True),
        "push-tracking": push_tracking(shop, return_state=True),
    }
    if is_own_morning():
        steps["publish-analytics"] = publish_analytics(return_state=True)
    return end_day(conclude_day(shop, steps, adjustments_waiting()))
