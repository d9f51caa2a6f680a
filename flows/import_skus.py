"""Read the shop's items at Rakuten and write their SKUs into the mapping."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.analytics.publish import MAY_CHANGE
from tasks.forms.every_flow import DryRun, OneShop, Who
from tasks.runs.limits import one_caller
from tasks.shops.every_shop import name_with_shop
from tasks.stock.skus import write_skus


@flow(
    name="import-skus",
    flow_run_name=name_with_shop,
    **MAY_CHANGE,
)
def import_skus(
    shop: OneShop, who: Who = "担当者", dry_run: DryRun = False
) -> State[Any]:
    """Map each SKU of the mall to the merchant's own one, and report what is amiss.

    Nothing is written at the mall. A person's mapping stays. A shop that may not read
    items one by one is mapped by the search alone.
    """
    with one_caller(shop):
        return write_skus(shop, who, dry_run=dry_run)
