"""Notices: from the receiver's spool into the warehouse, and which orders they name."""

from collections.abc import Iterator
from typing import Any, Final

from prefect import task
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed

from connectors.notices.keys import KEY_FILE, save_keys
from connectors.notices.receivers import Home, fetch_notices
from connectors.notices.spool import Spool, SpoolFailed
from connectors.settings.reading import read_settings
from connectors.settings.receiver_addresses import receivers_of
from data.model.notice import is_handed_out
from data.model.order import Mall
from data.model.run import Taken
from data.model.shops.shop import ShopHandle
from data.warehouse.notices import due_notices, record_notices
from tasks.homes.owner import confirmed
from tasks.machine import now, our_warehouse
from tasks.rms import ShopStopped, refuse_stopped, shop_of_now
from tasks.runs.report import ended, sums
from tasks.runs.retrying import SAFE_TO_REPEAT, opaque
from tasks.shops.blocks import UnknownShop, notice_keys, shops_described_at

FILES_AT_ONCE = 5000
"""Notices per transaction, so that a full spool does not fill the memory."""
ORDERS_AT_ONCE = 100
"""One getOrder call and one transaction: what a kill makes repeat at most."""
CHECK_AT_RMS: Final = (
    "対処: 表 order_refusals の注文番号を、RMSの受注画面で確認してください。"
)


@task(name="share-keys", **SAFE_TO_REPEAT)
def share_keys() -> None:
    """Write hashes of the shops' authKeys into the receiver's key file and its copy.

    The receiver then needs no Prefect, and no shop's settings of its own: as a service
    it has none. Where the warm process lives, a key changed in the UI counts within a
    minute; notices of a shop whose block was deleted are rejected.
    """
    keys = [notice_keys(shop) for shop in shops_described_at(Mall.RAKUTEN)]
    for folder in (read_settings().home, read_settings().spool):
        save_keys(folder / KEY_FILE, keys)


@task(name="fetch-notices", **SAFE_TO_REPEAT)
def fetch_from_receivers() -> None:
    """Bring our home's notices from the receivers of other hosts into our spool.

    Nothing on one machine. A receiver without an answer is a warning: what waits there
    is fetched by a later run. Only the home's owner fetches: what another took would be
    settled at the receiver and missing here.

    Raises:
        HomeMoved: another host owns the home.
        KeysUnreadable: the file of our shops' keys cannot be read; nothing was asked.
        SpoolFailed: our spool cannot be written; nothing was settled.

    """
    settings = read_settings()
    if not (settings.receivers and settings.home_name):
        return
    epoch = confirmed(settings).epoch
    home = Home(settings.home_name, epoch, settings.home / KEY_FILE)
    fetch_notices(
        receivers_of(settings.receivers),
        settings.receiver_secret,
        home,
        Spool(settings.spool),
    )


@task(name="take-in-notices", **SAFE_TO_REPEAT)
def take_in_notices(shop: ShopHandle) -> int:
    """Move the shop's notices from the spool to the warehouse; count those new.

    They are settled in the spool only after the commit: where that was cut short, they
    are repeats the next time.
    """
    spool, shop_id, new = Spool(read_settings().spool), shop_of_now(shop).shop_id, 0
    while waiting := spool.waiting(FILES_AT_ONCE, shop_id):
        with our_warehouse() as con:
            new += record_notices(con, waiting, now()).new
        spool.settle(waiting, now())
    spool.sweep(now())
    return new


def take_in_if_readable(shop: ShopHandle) -> str:
    """Take in the shop's notices; return why it could not be done, "" if it was.

    For who searches for orders next: a search needs no notice, and finds those of the
    notices that a spool out of reach keeps.
    """
    try:
        take_in_notices(shop)
    except SpoolFailed as problem:
        get_run_logger().warning("%s", problem)
        return f"{problem}"
    return ""


@task(name="noticed-shops", **SAFE_TO_REPEAT)
def noticed_shops(shops: list[ShopHandle]) -> list[ShopHandle]:
    """Take in every shop's notices and return the shops with orders to read now.

    A shop that may not call, or has no usable description, is left out with a warning:
    its notices wait, and its morning run says what to do.
    """
    return [shop for shop in shops if _is_due(shop)]


def _is_due(shop: ShopHandle) -> bool:
    try:
        take_in_notices.fn(shop)
        if not noticed_orders.fn(shop, 1):
            return False
        refuse_stopped(shop_of_now(shop), now(), "getOrder")
    except (UnknownShop, ShopStopped) as problem:
        get_run_logger().warning("%s", problem)
        return False
    return True


@task(name="noticed-orders", **SAFE_TO_REPEAT)
def noticed_orders(shop: ShopHandle, limit: int) -> list[str]:
    """Return the first `limit` orders whose notices are due, oldest first."""
    with our_warehouse() as con:
        due = due_notices(con, shop_of_now(shop).shop_id, now(), limit)
    return list(dict.fromkeys(str(notice.order_number) for notice in due))


def noticed_batches(shop: ShopHandle, limit: int) -> Iterator[list[str]]:
    """Yield the noticed orders in batches until none is due or `limit` were yielded.

    Notices that arrive meanwhile are taken in after each batch, so that they need no
    run of their own. After the last batch, with none of them, nobody looks again.
    """
    left = limit
    while left > 0 and (numbers := noticed_orders(shop, min(left, ORDERS_AT_ONCE))):
        yield opaque(numbers)
        left -= len(numbers)
        if not take_in_notices(shop) and len(numbers) < ORDERS_AT_ONCE:
            return


def nothing_waits() -> State[Any]:
    """Return the final state of a drain that found no notice."""
    return Completed(message="処理待ちの通知はありません")


def conclude_drain(taken: Taken) -> State[Any]:
    """Return the drain's final state with its counts.

    Failed when a person has to look: at an order that juchu could not read, or one that
    RMS has not shown for a day. An order that RMS does not show yet only waits.
    """
    unreadable = [order for order in taken.refused if is_handed_out(order)]
    summary = sums(
        {
            "新規": taken.created,
            "変更": taken.changed,
            "変更なし": taken.unchanged,
            "取得待ちの通知": taken.postponed,
            "取得できなかった注文": len(unreadable),
            "1日以内に取得できなかった通知": taken.exhausted,
        }
    )
    return ended(summary, CHECK_AT_RMS if unreadable or taken.exhausted else "")
