"""Import a carrier's tracking numbers into the warehouse."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.analytics.publish import MAY_CHANGE
from tasks.forms.every_flow import DryRun
from tasks.forms.shipping import (
    CarrierOfFile,
    MallOfOrders,
    PathOfShipments,
    ShopOfOrders,
)
from tasks.shipping.shipments import conclude_shipments, import_shipment_file


@flow(
    name="import-shipments",
    flow_run_name="import-shipments-{carrier}-{shop}",
    **MAY_CHANGE,
)
def import_shipments(
    path: PathOfShipments,
    carrier: CarrierOfFile,
    shop: ShopOfOrders,
    mall: MallOfOrders = "rakuten",
    dry_run: DryRun = False,
) -> State[Any]:
    """Import one file of tracking numbers; the same file again changes nothing.

    Rows that cannot be read, or belong to no known order, are listed by row number;
    those that cannot be read end the run Failed, though the others are stored. When the
    file was refused the run ends Failed, with the reason and what to do, and nothing of
    it is stored. A trial shows what would become of the rows. This flow tells no mall:
    push-tracking reports to Rakuten, and export-tracking writes the file that another
    mall takes.
    """
    imported = import_shipment_file(
        path, carrier, shop, mall, dry_run, return_state=True
    )
    return conclude_shipments(path, imported)
