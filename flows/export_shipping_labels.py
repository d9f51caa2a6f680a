"""Write a carrier's import file of the labels for orders that are safe to pack."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from data.model.run import total
from tasks.forms import Again, CarrierOfLabels, Folder, OneShop
from tasks.limits import one_caller
from tasks.orders import in_batches, take_orders
from tasks.retrying import show_retries
from tasks.runs import close_load
from tasks.shipping.labels import (
    conclude_labels,
    open_labels,
    orders_to_label,
    write_labels,
)


@flow(
    name="export-shipping-labels",
    flow_run_name="export-shipping-labels-{carrier}-{shop}",
    on_completion=[show_retries],
    on_failure=[show_retries],
    persist_result=False,
)
def export_shipping_labels(
    carrier: CarrierOfLabels,
    shop: OneShop,
    path: Folder = "",
    again: Again = False,
) -> State[Any]:
    """Read the waiting orders anew and write labels for those that are safe to pack.

    Orders under review, with open amounts, without an address, cancelled or reported
    already get none, and neither does a package whose label the carrier's file cannot
    hold; the report says which and why. A package gets one label unless `again` is set.
    """
    load = open_labels(shop)
    with one_caller(shop):
        numbers = orders_to_label(load, again)
        taken = [take_orders(shop, batch, load) for batch in in_batches(numbers)]
    labels = write_labels(numbers, carrier, path, again, load)
    close_load(load, len(numbers), total(taken))
    return conclude_labels(labels)
