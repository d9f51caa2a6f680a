"""Set a sub-status on orders at Rakuten, or list the shop's own ones."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from data.model.mark import MarkKind
from tasks.analytics.publish import MAY_CHANGE
from tasks.forms.every_flow import DryRun, OneShop, Who
from tasks.forms.marks import OrderNumbers, SubStatusName
from tasks.marks.journal import open_marks
from tasks.marks.numbers import numbers_of
from tasks.marks.sub_status import (
    meant,
    set_sub_statuses,
    show_sub_statuses,
    sub_statuses_of,
)
from tasks.runs.limits import one_caller
from tasks.shops.every_shop import name_with_shop


@flow(
    name="update-sub-status",
    flow_run_name=name_with_shop,
    **MAY_CHANGE,
)
def update_sub_status(
    shop: OneShop,
    order_numbers: OrderNumbers = "",
    sub_status: SubStatusName = "",
    who: Who = "担当者",
    dry_run: DryRun = False,
) -> State[Any]:
    """Set the sub-status that fits each order's state, and prove it by reading back.

    Without a sub-status the run lists those of the shop and changes nothing. An order
    that RMS does not show, or whose state has no such sub-status, is left alone and
    named; the run then ends Failed, the others are set.
    """
    run = open_marks(shop, MarkKind.SUB_STATUS, who)
    with one_caller(shop):
        known = sub_statuses_of(shop)
        if not sub_status.strip():
            return show_sub_statuses(known)
        chosen = meant(sub_status, known)
        numbers = numbers_of(order_numbers, run.shop_id)
        return set_sub_statuses(shop, run, numbers, chosen, dry_run=dry_run)
