"""Turn waiting notices into current orders."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from data.model.run import total
from tasks.alarms import raise_alarms
from tasks.analytics.publish import MAY_CHANGE
from tasks.forms.every_flow import AnyShop
from tasks.forms.orders import Limit
from tasks.notices import (
    conclude_drain,
    fetch_from_receivers,
    nothing_waits,
    noticed_batches,
    noticed_orders,
    noticed_shops,
    share_keys,
    take_in_notices,
)
from tasks.orders import take_orders
from tasks.runs.limits import one_caller
from tasks.runs.loads import close_load, open_load
from tasks.shops.every_shop import (
    each_shop,
    live_shops,
    name_with_shop,
    shop_by_shop,
)
from tasks.watch.alive import left_to_watch, watch_lives
from tasks.watch.runs import resume_arrivals


@flow(
    name="drain-notices",
    flow_run_name=name_with_shop,
    task_runner=shop_by_shop(),
    **MAY_CHANGE,
)
def drain_notices(shop: AnyShop = None, limit: Limit = 1000) -> State[Any]:
    """Read and store every order that a waiting notice names, up to `limit`.

    A notice is settled in the transaction that stores its order. A notice whose order
    RMS does not show yet waits, up to a day; then the run ends Failed. Without a shop
    it is done for every live one with notices waiting, and alarms are raised; while the
    warm process lives, that does it.
    """
    if not shop and watch_lives():
        return left_to_watch()
    try:
        return drain(shop, limit)
    finally:  # of a drain that breaks off somebody has to hear most of all
        if not shop:
            raise_alarms(return_state=True)  # that cannot look now looks in a minute


def drain(shop: AnyShop, limit: int) -> State[Any]:
    """Do what the flow promises, and return how it ended."""
    if not shop:
        resume_arrivals()
        share_keys()
        fetch_from_receivers()
        shops = noticed_shops(live_shops())
        if not shops:
            return nothing_waits()
        if len(shops) > 1:
            return each_shop(drain_notices, shops, limit=limit)
        (shop,) = shops  # in this run: another one would cost a second
    elif not (take_in_notices(shop) or noticed_orders(shop, 1)):
        return nothing_waits()
    load = open_load(shop)
    taken = []
    for batch in noticed_batches(shop, limit):
        with one_caller(shop):  # the sweep of a push has its turn between two batches
            taken.append(take_orders(shop, batch, load))
    sums = total(taken)
    close_load(load, sums.looked_at, sums)
    return conclude_drain(sums)
