"""Write a carrier's import file of the labels for orders that are safe to pack."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from data.model.order import Mall
from data.model.run import Taken, total
from tasks.analytics.publish import MAY_CHANGE
from tasks.forms.shipping import (
    Again,
    CarrierOfLabels,
    Folder,
    MallOfOrders,
    ShippingDate,
    ShopOfOrders,
)
from tasks.orders import in_batches, take_orders
from tasks.runs.limits import one_caller
from tasks.runs.loads import close_load
from tasks.shipping.labels import (
    conclude_labels,
    open_labels,
    orders_to_label,
    write_labels,
)


@flow(
    name="export-shipping-labels",
    flow_run_name="export-shipping-labels-{carrier}-{shop}",
    **MAY_CHANGE,
)
def export_shipping_labels(  # noqa: PLR0913, PLR0917 - what the form asks
    carrier: CarrierOfLabels,
    shop: ShopOfOrders,
    path: Folder = "",
    again: Again = False,
    mall: MallOfOrders = "rakuten",
    shipping_date: ShippingDate = None,
) -> State[Any]:
    """Write labels for the orders that are safe to pack; read Rakuten's anew first.

    Orders under review, with open amounts, without an address, cancelled or reported
    already get none, and neither does a package whose label the carrier's file cannot
    hold; the report says which and why. A package gets one label unless `again` is set.
    """
    load, leaves_on = open_labels(shop, mall, shipping_date)
    numbers: list[str] = []
    taken: list[Taken] = []
    if load.mall is Mall.RAKUTEN:
        with one_caller(shop):
            numbers = orders_to_label(load, again)
            taken = [take_orders(shop, batch, load) for batch in in_batches(numbers)]
    labels = write_labels(numbers, carrier, path, again, load, leaves_on)
    close_load(load, len(numbers), total(taken))
    return conclude_labels(labels)
