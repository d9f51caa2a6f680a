"""Bring the orders of a Rakuten shop into the warehouse."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from data.model.run import total
from data.model.typed.time import last_moment_of, moment_of
from tasks.analytics.publish import MAY_CHANGE
from tasks.forms.every_flow import AnyShop
from tasks.forms.orders import Confirm, Since, Until
from tasks.notices import take_in_if_readable
from tasks.orders import (
    confirm_orders,
    in_batches,
    left_unconfirmed,
    report_load,
    returned_orders,
    sweep,
    take_orders,
    to_confirm,
    with_progress,
)
from tasks.runs.limits import one_caller
from tasks.runs.loads import close_load, open_sweep
from tasks.shops.every_shop import each_shop, live_shops, name_with_shop, shop_by_shop


@flow(
    name="ingest-orders",
    flow_run_name=name_with_shop,
    task_runner=shop_by_shop(),
    **MAY_CHANGE,
)
def ingest_orders(
    shop: AnyShop = None,
    since: Since = None,
    until: Until = None,
    confirm: Confirm = False,
) -> State[Any]:
    """Store the orders that notices name, then all that a search of RMS finds.

    The search needs no notice: it goes on from where the latest one ended, and every
    order that is not final is read again, as is a shipped one that was cancelled. A
    repeated run changes nothing that RMS has not changed. The run ends Failed, with
    everything readable stored, when an order or the notices could not be taken. Without
    a shop it does so for every live one.
    """
    begin, end = moment_of(since, "開始日時"), last_moment_of(until, "終了日時")
    if not shop:
        given = {"since": begin, "until": end, "confirm": confirm}
        return each_shop(ingest_orders, live_shops(), **given)
    load = open_sweep(shop, begin, end)
    untaken = take_in_if_readable(shop)
    with one_caller(shop):
        found, taken = sweep(shop, load, with_progress)
        returned = in_batches(returned_orders(shop, load))
        taken += [take_orders(shop, batch, load) for batch in returned]
        if confirm:
            for batch in to_confirm(load):
                said = confirm_orders(shop, batch, load)
                taken.append(take_orders(shop, batch, load))
                taken.append(left_unconfirmed(load, said))
    sums = total(taken)
    load, attention = close_load(load, len(found), sums)
    return report_load(shop, load, sums, attention, untaken)
