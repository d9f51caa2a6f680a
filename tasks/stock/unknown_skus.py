"""SKUs that no item of the mall has: found before their level is written.

RMS answers 204 to stock for a SKU that does not exist, and may even show the row for a
day: stored is not on sale (docs/rms/inventory-and-license-api.md §4). Only a listing
whose stock RMS does not show, or that import-skus found gone, is asked about, so that a
usual push costs no call more. A shop that may not read items goes on as without this.
"""

from collections.abc import Mapping, Sequence

from prefect import task
from prefect.logging import get_run_logger

from connectors.rms.errors import RmsTrouble
from connectors.rms.items import BULK_GET
from data.model.shops.shop import ShopHandle
from data.model.stock import Listing
from data.warehouse.stock.listings import give_up_unknown, listings_gone
from data.warehouse.stock.push import Push
from tasks.machine import our_warehouse
from tasks.rms import FunctionStopped, open_rms
from tasks.runs.retrying import NEVER_REPEAT


@task(name="leave-out-unknown", **NEVER_REPEAT)
def leave_out_unknown(
    shop: ShopHandle,
    shop_id: str,
    pushes: Sequence[Push],
    found: Mapping[Listing, int | None],
) -> list[Push]:
    """Return the pushes whose SKU an item has, or may have; end the others.

    A doubt never keeps a level back: without a sure answer all are returned.
    """
    with our_warehouse() as con:
        gone = listings_gone(con, shop_id)
    doubtful = [
        push
        for push in pushes
        if found.get(push.listing) is None or push.listing in gone
    ]
    if not doubtful:
        return list(pushes)
    with open_rms(shop) as rms:
        try:
            read = rms.items.bulk_get([push.manage_number for push in doubtful])
        except (RmsTrouble, FunctionStopped) as trouble:
            # In here, so that a shop without the contract is not stopped for it.
            get_run_logger().info("%s: %s", BULK_GET.name, trouble)
            return list(pushes)
    lacking = set(read.lacking(push.listing for push in doubtful))
    unknown = [push for push in doubtful if push.listing in lacking]
    if unknown:
        with our_warehouse() as con:
            give_up_unknown(con, unknown)
    return [push for push in pushes if push not in unknown]
