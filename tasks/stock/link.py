"""The stock link: for which shops levels go to the mall by themselves now."""

from collections.abc import Sequence
from typing import Any

from prefect import task
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed

from data.model.shops.shop import ShopHandle
from data.warehouse.stock.link import record_link
from tasks.machine import now, our_warehouse
from tasks.runs.retrying import SAFE_TO_REPEAT
from tasks.shops.blocks import UnknownShop, load_shop


@task(name="linked-shops", **SAFE_TO_REPEAT)
def linked_shops(shops: Sequence[ShopHandle]) -> list[ShopHandle]:
    """Return the shops whose link is on and that are in no hour of silence.

    A shop that nobody can describe is among them: its own run says what is wrong.
    """
    rests = {shop: why_resting(shop) for shop in shops}
    for shop, why in rests.items():
        if why:
            get_run_logger().info("%s: %s", shop, why)
    return [shop for shop, why in rests.items() if not why]


def why_resting(shop: ShopHandle) -> str:
    """Return why the shop's stock does not go by itself now, "" if it does; record it.

    What the shop has set is stored when it has changed, so that the warehouse can say
    later why a level did not go. The warm process asks outside of any run, where
    Prefect has no logger.
    """
    at = now()
    try:
        known = load_shop(shop)  # as it is set now, not as a run began with it
    except UnknownShop:
        return ""
    with our_warehouse() as con:
        record_link(con, known.shop_id, known.link, mall=known.mall, at=at)
    return known.link.rests(at)


def nothing_linked() -> State[Any]:
    """Return the final state of a push for every shop when none may go by itself."""
    return Completed(
        message="在庫連動がオフ、または転送を止める時間帯のため、転送していません。"
        "すぐに転送する場合は、店舗を指定して実行してください。"
    )
