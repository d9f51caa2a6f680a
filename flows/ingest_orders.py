"""Bring the orders of a Rakuten shop into the warehouse."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from data.model.run import total
from tasks.forms import AnyShop, Confirm, Since, Until
from tasks.limits import one_caller
from tasks.notices import NOTICES_FIRST, noticed_batches, take_in_notices
from tasks.orders import (
    CONFIRM_AT_ONCE,
    confirm_orders,
    find_orders,
    in_batches,
    report_load,
    take_orders,
    unconfirmed_orders,
    with_not_final,
    with_progress,
)
from tasks.retrying import show_retries
from tasks.runs import close_load, open_sweep
from tasks.shops.every_shop import (
    each_shop,
    live_shops,
    name_with_shop,
    side_by_side,
)


@flow(
    name="ingest-orders",
    flow_run_name=name_with_shop,
    task_runner=side_by_side(),
    on_completion=[show_retries],
    on_failure=[show_retries],
    persist_result=False,
)
def ingest_orders(
    shop: AnyShop = None,
    since: Since = None,
    until: Until = None,
    confirm: Confirm = False,
) -> State[Any]:
    """Read what notices name, then sweep: find orders at RMS, read and store them.

    The sweep needs no notice: it searches on from where the last one ended, and reads
    again every order that is not final. Running it again changes nothing that RMS has
    not changed. The run ends Failed, with everything readable stored, when an order
    could not be taken. Without a shop it is done for every live one.
    """
    if shop is None:
        given = {"since": since, "until": until, "confirm": confirm}
        return each_shop(ingest_orders, live_shops(), **given)
    load = open_sweep(shop, since, until)
    take_in_notices(shop)
    with one_caller(shop):
        noticed = noticed_batches(shop, NOTICES_FIRST)
        taken = [take_orders(shop, batch, load) for batch in noticed]
        found = find_orders(shop, load)
        numbers = with_not_final(load, found)
        batches = with_progress(in_batches(numbers))
        taken += [take_orders(shop, batch, load) for batch in batches]
        if confirm:
            for batch in in_batches(unconfirmed_orders(load), CONFIRM_AT_ONCE):
                taken.append(confirm_orders(shop, batch, load))
                taken.append(take_orders(shop, batch, load))
    sums = total(taken)
    load, attention = close_load(load, len(found), sums)
    return report_load(shop, load, sums, attention)
