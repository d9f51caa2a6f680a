"""Cancel an order at Rakuten, because a person asks for it."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from data.model.mark import CANCEL_REASONS, RESTORE_STOCK, MarkKind
from tasks.analytics.publish import MAY_CHANGE
from tasks.forms.every_flow import DryRun, OneShop, Who
from tasks.forms.marks import CancelReason, GoodsReturned, OneOrder, RestoreStock
from tasks.marks.cancel import cancel_once, code_of_choice
from tasks.marks.journal import open_marks
from tasks.marks.numbers import one_number_of
from tasks.runs.limits import one_caller
from tasks.shops.every_shop import name_with_shop


@flow(
    name="cancel-order",
    flow_run_name=name_with_shop,
    **MAY_CHANGE,
)
def cancel_order(  # noqa: PLR0913, PLR0917 - what the form asks
    shop: OneShop,
    order_number: OneOrder,
    reason: CancelReason,
    who: Who,
    restore_stock: RestoreStock = RESTORE_STOCK[0],
    goods_returned: GoodsReturned = False,
    dry_run: DryRun = False,
) -> State[Any]:
    """Cancel one order, once, and prove it by reading the order again.

    Refused where a shipping date is registered, or where it was shipped and the goods
    are not said to be back. While nobody knows what became of a call of before, the
    order is read and no second call is made.
    """
    run = open_marks(shop, MarkKind.CANCEL, who)
    number = one_number_of(order_number, run.shop_id)
    with one_caller(shop):
        return cancel_once(
            shop,
            run,
            number,
            reason=code_of_choice(reason, CANCEL_REASONS, "キャンセル理由"),
            restore=code_of_choice(restore_stock, RESTORE_STOCK, "在庫"),
            goods_returned=goods_returned,
            dry_run=dry_run,
        )
