"""Report why a SKU was oversold, from what the warehouse holds."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.forms.every_flow import OneShop
from tasks.forms.stock import OfSku, SoldBefore
from tasks.runs.retrying import show_retries
from tasks.shops.every_shop import name_with_shop
from tasks.stock.why_oversold import explain_oversale


@flow(
    name="why-oversold",
    flow_run_name=name_with_shop,
    on_completion=[show_retries],
    on_failure=[show_retries],
    persist_result=False,
)
def why_oversold(shop: OneShop, sku: OfSku, at: SoldBefore = None) -> State[Any]:
    """Find the cause of the SKU's last oversale before a moment, else 「不明」.

    No mall is asked and nothing is changed: sales, notices, reads, pushes and answers
    are all in the warehouse, and are listed minute by minute.
    """
    return explain_oversale(shop, sku, at)
