"""Write the shop's memo of an order at Rakuten."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from data.model.mark import MarkKind
from tasks.analytics.publish import TOLD_OF_PEOPLE
from tasks.forms.every_flow import DryRun, OneShop, Who
from tasks.forms.marks import MemoText, OneOrder, Overwrite
from tasks.marks.journal import open_marks
from tasks.marks.memo import keep_no_text, write_memo
from tasks.marks.numbers import one_number_of
from tasks.runs.limits import one_caller
from tasks.shops.every_shop import name_with_shop


@flow(
    name="update-memo",
    flow_run_name=name_with_shop,
    **TOLD_OF_PEOPLE,
)
def update_memo(  # noqa: PLR0913, PLR0917 - what the form asks
    shop: OneShop,
    order_number: OneOrder,
    text: MemoText = "",
    who: Who = "担当者",
    overwrite: Overwrite = False,
    dry_run: DryRun = False,
) -> State[Any]:
    """Add a line to the memo, below what stands there, and prove it by reading back.

    With `overwrite` the old memo goes. The text stays nowhere but at RMS.
    """
    keep_no_text()
    run = open_marks(shop, MarkKind.MEMO, who)
    number = one_number_of(order_number, run.shop_id)
    with one_caller(shop):
        return write_memo(shop, run, number, text, overwrite=overwrite, dry_run=dry_run)
