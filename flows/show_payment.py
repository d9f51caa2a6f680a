"""Report how the payment of an order at Rakuten stands."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.analytics.publish import MAY_CHANGE
from tasks.forms.every_flow import OneShop
from tasks.forms.marks import OneOrder
from tasks.marks.numbers import one_number_of
from tasks.marks.payment import conclude_payments, payments_of
from tasks.rms import shop_of_now
from tasks.runs.limits import one_caller
from tasks.shops.every_shop import name_with_shop


@flow(
    name="show-payment",
    flow_run_name=name_with_shop,
    **MAY_CHANGE,
)
def show_payment(shop: OneShop, order_number: OneOrder) -> State[Any]:
    """Read the payments of one order and show them in a table.

    The run ends Failed where the shop has to act on the latest one.
    """
    number = one_number_of(order_number, shop_of_now(shop).shop_id)
    with one_caller(shop):
        payments = payments_of(shop, number)
    return conclude_payments(number, payments)
