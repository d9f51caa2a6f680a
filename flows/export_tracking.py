"""Write a mall's own upload file of the tracking numbers it has not been told."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.analytics.publish import MAY_CHANGE
from tasks.forms.shipping import (
    AgainTracking,
    FolderOfUploads,
    MallOfUpload,
    ShopOfOrders,
)
from tasks.shipping.exports import conclude_export, write_upload


@flow(
    name="export-tracking",
    flow_run_name="export-tracking-{mall}-{shop}",
    **MAY_CHANGE,
)
def export_tracking(
    mall: MallOfUpload,
    shop: ShopOfOrders,
    path: FolderOfUploads = "",
    again: AgainTracking = False,
) -> State[Any]:
    """Write the file that the mall takes; each number comes into one file only.

    A mall whose file we do not know gets a plain list to type from. Numbers of
    cancelled orders, and those the mall's file has no room for, are left out and
    listed. `again` writes the numbers of the last 31 days once more.
    """
    return conclude_export(write_upload(mall, shop, path, again))
