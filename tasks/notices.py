"""Notices: from the receiver's spool into the warehouse, and which orders they name.

What people see of a drain: nothing when nothing waited, else how many of what.
"""

from collections.abc import Iterator
from typing import Any

from prefect import task
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from connectors.notices.keys import KEY_FILE, save_keys
from connectors.notices.spool import Spool
from connectors.settings import read_settings
from data.model.notice import is_handed_out
from data.model.run import Taken
from data.model.shop import ShopHandle
from data.warehouse.notices import due_notices, record_notices
from tasks.machine import our_warehouse
from tasks.orders import in_batches
from tasks.retrying import SAFE_TO_REPEAT
from tasks.rms import ShopStopped, now, shop_of_now, shop_that_may_call
from tasks.shops.blocks import UnknownShop, notice_keys, shops_in_blocks

FILES_AT_ONCE = 5000
"""Notices per transaction, so that a full spool does not fill the memory."""
NOTICES_FIRST = 10_000
"""Orders that notices may put before a sweep; the rest waits for the next drain."""
ORDERS_AT_ONCE = 100
"""One getOrder call and one transaction: what one kill repeats at most."""


@task(name="share-keys", **SAFE_TO_REPEAT)
def share_keys() -> None:
    """Give the receiver hashes of the keys that stand in the blocks now.

    It then needs no Prefect; a key changed in the UI counts within a minute, and a
    shop that was deleted there is not let in any more.
    """
    keys = [notice_keys(shop) for shop in shops_in_blocks()]
    save_keys(read_settings().home / KEY_FILE, keys)


@task(name="take-in-notices", **SAFE_TO_REPEAT)
def take_in_notices(shop: ShopHandle) -> int:
    """Move what waits in the spool into the warehouse; say how much of it was new.

    They are settled there only after the commit: killed in between, they are repeats
    next time.
    """
    spool, shop_id, new = Spool(read_settings().spool), shop_of_now(shop).shop_id, 0
    while waiting := spool.waiting(FILES_AT_ONCE, shop_id):
        with our_warehouse() as con:
            new += record_notices(con, waiting, now()).new
        spool.settle(waiting, now())
    spool.sweep(now())
    return new


@task(name="noticed-shops", **SAFE_TO_REPEAT)
def noticed_shops(shops: list[ShopHandle]) -> list[ShopHandle]:
    """Take in every shop's notices; name the shops that have orders to look at now.

    A shop that may not call, or that nobody describes well, is left out with a
    warning: its notices wait, and its morning run says what to do.
    """
    return [shop for shop in shops if _has_news(shop)]


def _has_news(shop: ShopHandle) -> bool:
    try:
        take_in_notices.fn(shop)
        if not noticed_orders.fn(shop, 1):
            return False
        shop_that_may_call(shop_of_now(shop), now())
    except (UnknownShop, ShopStopped) as problem:
        get_run_logger().warning("%s", problem)
        return False
    return True


@task(name="noticed-orders", **SAFE_TO_REPEAT)
def noticed_orders(shop: ShopHandle, limit: int) -> list[str]:
    """Name up to `limit` orders that notices tell us to look at now, oldest first."""
    with our_warehouse() as con:
        due = due_notices(con, shop_of_now(shop).shop_id, now(), limit)
    return list(dict.fromkeys(str(notice.order_number) for notice in due))


def noticed_batches(shop: ShopHandle, limit: int) -> Iterator[list[str]]:
    """Go through the noticed orders in batches until none is due, or `limit` are done.

    What arrives meanwhile is taken in as well, so that no run is needed for it.
    """
    left = limit
    while left > 0 and (numbers := noticed_orders(shop, min(left, ORDERS_AT_ONCE))):
        yield from in_batches(numbers)
        left -= len(numbers)
        take_in_notices(shop)


def nothing_waits() -> State[Any]:
    """End a run that had nothing to do."""
    return Completed(message="待っている通知はありません (no notice waits)")


def conclude_drain(taken: Taken) -> State[Any]:
    """Say in one line what the notices led to.

    Failed when a person has to look: an order that juchu cannot read, or one that RMS
    has not shown for a day. One it does not show yet only waits.
    """
    unreadable = [order for order in taken.refused if is_handed_out(order)]
    summary = (
        f"新規 {taken.created} / 変更 {taken.changed} / 変更なし {taken.unchanged}"
        f" / まだ読めない通知 {taken.postponed} / 読めない注文 {len(unreadable)}"
        f" / 1日待っても読めない通知 {taken.exhausted}"
        " (new / changed / unchanged / put off / refused / given up)"
    )
    if unreadable or taken.exhausted:
        return Failed(
            message=f"{summary}。対処: 表 order_refusals の注文番号を"
            " RMS の受注画面で確かめてください。"
        )
    return Completed(message=summary)
