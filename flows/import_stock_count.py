"""Import a count (棚卸) or goods received (入荷) into the stock ledger."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.analytics.publish import MAY_CHANGE
from tasks.forms.every_flow import DryRun, OneShop, Who
from tasks.forms.stock import CountedAt, CountKind, PathOfCount
from tasks.stock.files import conclude_stock_file, import_stock_file


@flow(
    name="import-stock-count",
    flow_run_name="import-stock-count-{shop}",
    **MAY_CHANGE,
)
def import_stock_count(  # noqa: PLR0913, PLR0917 - what the form asks
    path: PathOfCount,
    shop: OneShop,
    kind: CountKind = "count",
    counted_at: CountedAt = None,
    who: Who = "担当者",
    dry_run: DryRun = False,
) -> State[Any]:
    """Set the levels of that moment to what was counted, or add what was received.

    The file is booked whole or not at all; the same file again changes nothing. When
    the file was refused the run ends Failed, with row, column and what to do. A trial
    shows what would change.
    push-inventory sends levels to the mall, this flow does not.
    """
    return conclude_stock_file(
        import_stock_file(path, shop, counted_at, who, kind, dry_run, return_state=True)
    )
