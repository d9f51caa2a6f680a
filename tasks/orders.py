"""Orders: find them at RMS, read and store them, confirm them."""

from collections.abc import Sequence
from typing import cast

from prefect import task
from prefect.logging import get_run_logger
from prefect.utilities.annotations import quote

from connectors.rms.errors import OutcomeUnknown
from data.model.load import Taken
from data.model.order import RefusedOrder
from data.model.shop import ShopHandle
from data.warehouse.answers import known_answers, store_same
from data.warehouse.cursors import orders_to_reread
from data.warehouse.loads import Load
from data.warehouse.notices import settle_notices
from data.warehouse.orders import numbers_to_confirm, store_orders
from data.warehouse.refusals import record_refusals
from data.warehouse.stock import move_stock
from tasks.no_cycles import no_cycles
from tasks.retrying import NEVER_REPEAT, SAFE_TO_REPEAT
from tasks.rms import now, order_api
from tasks.warehouse import our_warehouse

READ_AT_ONCE = 2000
"""Twenty getOrder calls and one transaction: what one retry repeats at most. With half
as many an eighth of a run's time goes into opening and closing the warehouse."""
CONFIRM_AT_ONCE = 100
"""Orders per confirmOrder (rms/order-api.md §0)."""


def in_batches(numbers: Sequence[str], size: int = READ_AT_ONCE) -> list[list[str]]:
    """Cut order numbers into batches of one task each.

    Each is quoted, as Prefect calls it: it would look into every number otherwise.
    """
    starts = range(0, len(numbers), size)
    batches = (list(numbers[start : start + size]) for start in starts)
    return [cast("list[str]", quote(batch)) for batch in batches]


@task(name="find-orders", **SAFE_TO_REPEAT)
def find_orders(shop: ShopHandle, load: Load) -> list[str]:
    """Ask RMS for the number of every order placed in the load's window, or raise."""
    if load.window is None:
        return []
    with order_api(shop) as rms:
        return rms.orders.search(*load.window)


@task(name="with-not-final", **SAFE_TO_REPEAT)
def with_not_final(load: Load, found: list[str]) -> list[str]:
    """Add the orders that RMS may have changed without a word to those found."""
    with our_warehouse() as con:
        not_final = orders_to_reread(con, load.shop_id, now())
    return list(dict.fromkeys((*found, *not_final)))


@task(name="take-orders", **SAFE_TO_REPEAT)
@no_cycles()
def take_orders(shop: ShopHandle, numbers: list[str], load: Load) -> Taken:
    """Read a batch of orders, 100 a call, and store them in one transaction.

    Reading and storing are one step because repeating it is harmless, and because
    no order then passes through Prefect. Every number ends up stored or refused, and
    in the same transaction stock follows the orders (design: rule 6.4) and their
    notices are settled or put off.
    """
    with our_warehouse() as con:
        known = known_answers(con, load.shop_id, numbers)
    asked_at = now()
    with order_api(shop) as rms:
        read = rms.orders.get(numbers, known)
    at = now()
    with our_warehouse() as con:
        new = store_orders(
            con, read.orders, source="api", stored_at=at, load_id=load.load_id
        )
        same = store_same(con, read.same, at)
        if new.created or new.changed:
            stored = [order.order_number for order in read.orders]
            move_stock(con, load.shop_id, order_numbers=stored, moved_at=at)
        record_refusals(con, read.refused, at)
        settled = settle_notices(
            con,
            load.shop_id,
            read={o.order_number: o.observed_at for o in read.orders}
            | {o.order_number: o.observed_at for o in read.same},
            refused=read.refused,
            asked_at=asked_at,
            settled_at=at,
        )
    return Taken(
        created=new.created,
        changed=new.changed,
        unchanged=new.unchanged + same.unchanged,
        stale=new.stale + same.stale,
        refused=tuple(read.refused),
        postponed=settled.postponed,
        exhausted=settled.exhausted,
    )


@task(name="unconfirmed-orders", **SAFE_TO_REPEAT)
def unconfirmed_orders(load: Load) -> list[str]:
    """Name the stored orders that wait for 注文確認 and whose amounts are fixed."""
    with our_warehouse() as con:
        return numbers_to_confirm(con, load.shop_id)


@task(name="confirm-orders", **NEVER_REPEAT)
def confirm_orders(shop: ShopHandle, numbers: list[str], load: Load) -> Taken:
    """Confirm up to 100 orders (注文確認) and say which ones RMS did not confirm.

    There is no way back, so the call is never repeated. Read the orders again
    afterwards: that tells what happened, even when the answer was lost.
    """
    with order_api(shop) as rms:
        try:
            words = rms.orders.confirm(numbers)
        except OutcomeUnknown as unknown:
            get_run_logger().warning("%s", unknown)
            return Taken()
    return Taken(
        unconfirmed=tuple(
            RefusedOrder(
                mall=load.mall,
                shop_id=load.shop_id,
                order_number=word.order_number,
                code=word.code,
                reason=word.reason,
            )
            for word in words
            if not word.is_confirmed
        )
    )
