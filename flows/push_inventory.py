"""Send changed stock levels to Rakuten, and read them back."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.analytics.publish import MAY_CHANGE
from tasks.forms.every_flow import AnyShop, DryRun
from tasks.forms.stock import Full
from tasks.runs.limits import one_caller
from tasks.shops.every_shop import (
    each_shop,
    live_shops,
    name_with_shop,
    shop_by_shop,
)
from tasks.stock.link import linked_shops, nothing_linked
from tasks.stock.push import open_stock_push, push_rounds
from tasks.stock.push_report import conclude_stock_push, show_levels
from tasks.watch.alive import left_to_watch, watch_lives


@flow(
    name="push-inventory",
    flow_run_name=name_with_shop,
    task_runner=shop_by_shop(),
    **MAY_CHANGE,
)
def push_inventory(
    shop: AnyShop = None, dry_run: DryRun = False, full: Full = False
) -> State[Any]:
    """Send every changed level less safety stock, and prove it by reading back.

    The mall is read first: where it sold units we do not know of, its orders are taken
    in before anything is decided. After a lost answer the level is read, not sent
    again. The run ends Failed when a level was refused or is not proven to show.
    Without a shop it is done for every live one whose stock link is on at this hour;
    while the warm process lives, that does it.
    """
    if not shop:
        if watch_lives():
            return left_to_watch()
        shops = linked_shops(live_shops())
        if not shops:
            return nothing_linked()
        return each_shop(push_inventory, shops, dry_run=dry_run, full=full)
    with one_caller(shop, "stock"):
        run = open_stock_push(shop, full=full)
        if dry_run:
            return show_levels(shop, run)
        rounds = push_rounds(shop, run)
    return conclude_stock_push(shop, run, rounds)
