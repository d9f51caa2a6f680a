"""The clerk's morning, at nine: check, ingest, push stock and parcels, publish."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from data.model.morning import MorningStep, steps_of
from flows.check_connection import check_connection
from flows.ingest_orders import ingest_orders
from flows.publish_analytics import publish_analytics
from flows.push_inventory import push_inventory
from flows.push_tracking import push_tracking
from tasks.alarms import end_day, is_whole_run
from tasks.day.daily import (
    already_caught_up,
    conclude_day,
    conclude_days,
    failed_steps,
    nothing_left,
    tried_again,
)
from tasks.day.late import tell_late_end, tell_late_start
from tasks.forms.every_flow import AnyShop, TryAgain
from tasks.shops.every_shop import (
    ends_of_shops,
    live_shops,
    name_with_shop,
    shop_by_shop,
)
from tasks.stock.adjust import adjustments_waiting


@flow(
    name="daily",
    flow_run_name=name_with_shop,
    task_runner=shop_by_shop(),
    on_running=[tell_late_start],
    on_completion=[tell_late_end],
    on_failure=[tell_late_end],
    on_cancellation=[tell_late_end],
    on_crashed=[tell_late_end],
    persist_result=False,
)
def daily(shop: AnyShop = None, again: TryAgain = None) -> State[Any]:
    """Run the day's steps in order; one that fails does not stop the others.

    Orders come before stock, because stock follows them. After downtime the first run
    catches up for every day that was missed; the others that were due end at once as
    Skipped. Without a shop it is the morning of every live one. What failed is tried
    again by a later run of this flow, until noon: with `again`, that and nothing else.
    """
    if already_caught_up():
        return nothing_left()
    if not shop:
        shops = [one for one in live_shops() if again is None or one in again]
        days = ends_of_shops(daily, shops, again=again)
        published = publish_analytics(return_state=True)
        whole = conclude_days(days, {"publish-analytics": published})
        return end_day(tried_again(whole, failed_steps(days)))
    work: dict[MorningStep, Any] = {
        MorningStep.CHECK: check_connection,
        MorningStep.ORDERS: ingest_orders,
        MorningStep.STOCK: push_inventory,
        MorningStep.TRACKING: push_tracking,
    }
    steps: dict[str, State[Any]] = {
        step.value: work[step](shop, return_state=True)
        for step in steps_of(again, shop)
    }
    if is_whole_run():
        steps["publish-analytics"] = publish_analytics(return_state=True)
    day = conclude_day(shop, steps, adjustments_waiting(return_state=True))
    return end_day(tried_again(day, failed_steps({shop: day})), shop)
