"""The shop of a mall that a person named, whether or not RMS WEB SERVICE serves it.

A Rakuten shop is described by a block or the environment, because its number begins its
order numbers. Another mall's shop has no keys: it is known by the orders that were
imported under its name (docs/order-files.md).
"""

from typing import NamedTuple

from data.model.order import Mall
from data.model.shops.shop import ShopHandle
from data.model.typed.name import in_short, suggestion
from data.warehouse.order_files.store import shops_with_orders
from tasks.machine import our_warehouse
from tasks.shops.blocks import UnknownShop, load_rakuten_shop, shops_described_at


class ShopAtMall(NamedTuple):
    """Under which mall and id the shop's orders are stored."""

    mall: Mall
    shop_id: str


class UnknownMall(UnknownShop):
    """There is no such mall; the text names those there are."""


def shop_at_mall(mall: str, shop: ShopHandle) -> ShopAtMall:
    """Return where the shop's orders are stored.

    Raises:
        UnknownMall: no mall has this name.
        UnknownShop: nobody described the shop, and the mall has no orders of it.

    """
    if mall not in set(Mall):
        raise UnknownMall(
            f"モール「{in_short(mall)}」には対応していません。{suggestion(mall, Mall)}"
            f"対処: 次のいずれかを選んでください: {'、'.join(Mall)}。"
        )
    if mall == Mall.RAKUTEN:
        known = load_rakuten_shop(shop)
        return ShopAtMall(known.mall, known.shop_id)
    described = {one.handle: one.shop_id for one in shops_described_at(mall)}
    if shop in described:
        return ShopAtMall(Mall(mall), described[shop])
    with our_warehouse() as con:
        stored = shops_with_orders(con, mall)
    if shop in stored:
        return ShopAtMall(Mall(mall), shop)
    raise UnknownShop(_unknown(mall, shop, sorted({*stored, *described})))


def _unknown(mall: str, shop: str, known: list[str]) -> str:
    what = f"モール {mall} に店舗 {in_short(shop)} の注文はありません。"
    if not known:
        return (
            f"{what}対処: 先に import-order-csv で、このモールの注文CSVを"
            "取り込んでください。"
        )
    return (
        f"{what}登録済みの店舗: {'、'.join(known)}。{suggestion(shop, known)}"
        "対処: 店舗の名前を確認して、もう一度実行してください。"
    )
