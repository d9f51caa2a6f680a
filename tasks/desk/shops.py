"""店舗: which shops a form offers, and which one was chosen.

Shops that are set up, and those that have orders by file: a mall without an API needs
no setting up.
"""

from contextlib import suppress
from typing import Final, NamedTuple

from data.warehouse.desk.shops import published_sellers
from data.warehouse.errors import WarehouseClosed
from tasks.desk.frame import Problem, Visit
from tasks.desk.words import MALL_WORDS

OTHER_SHOP: Final = "*"
"""What the choice "another shop" sends; no shop can be called so."""
LONGEST: Final = 100
NO_SHOP: Final = (
    "店舗が選ばれていません。"
    "対処: 店舗を選ぶか、一覧にない店舗の名前を入力してください。"
)


class ShopChoice(NamedTuple):
    """A shop as a form offers it: what is sent, and what is read."""

    value: str
    words: str


def shop_choices(visit: Visit) -> list[ShopChoice]:
    """Return the shops that a form offers, the usual one first."""
    malls: dict[str, list[str]] = {}
    for place in visit.desk.runs.places():
        malls.setdefault(place.handle, []).append(place.mall)
    with suppress(WarehouseClosed):  # no copy yet: then no order is there either
        for seller in published_sellers(visit.settings.analytics):
            malls.setdefault(seller.shop, []).append(seller.mall)
    usual = visit.settings.shop
    return [
        ShopChoice(shop, f"{shop}({_malls(malls[shop])})")
        for shop in sorted(malls, key=lambda name: (name != usual, name))
    ]


def choose_shop(visit: Visit) -> str:
    """Return the shop that was chosen, or typed where the list does not have it.

    Raises:
        Problem: neither was done.

    """
    chosen = visit.text("shop")
    shop = visit.text("other_shop") if chosen in {"", OTHER_SHOP} else chosen
    if not shop or len(shop) > LONGEST:
        raise Problem(400, NO_SHOP)
    return shop


def _malls(malls: list[str]) -> str:
    return "・".join(MALL_WORDS.get(mall, mall) for mall in dict.fromkeys(malls))
