"""Register parcels that left without a tracking number."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from data.model.shipping.unnumbered import UnnumberedWay
from tasks.analytics.publish import MAY_CHANGE
from tasks.forms.shipping import (
    DateShipped,
    MallOfOrders,
    NumbersOrKeys,
    ShopOfOrders,
    WayOfUnnumbered,
)
from tasks.shipping.unnumbered import conclude_unnumbered, store_unnumbered


@flow(
    name="ship-without-number",
    flow_run_name="ship-without-number-{shop}",
    **MAY_CHANGE,
)
def ship_without_number(
    shop: ShopOfOrders,
    order_numbers: NumbersOrKeys,
    way: WayOfUnnumbered = UnnumberedWay.POST,
    shipping_date: DateShipped = None,
    mall: MallOfOrders = "rakuten",
) -> State[Any]:
    """Register the packages as sent without a number; the same again changes nothing.

    This flow tells no mall: push-tracking reports to Rakuten, with the company and the
    date, as it reports numbers. A package that has a number is left as it is.
    """
    stored = store_unnumbered(shop, order_numbers, way, shipping_date, mall)
    return conclude_unnumbered(stored)
