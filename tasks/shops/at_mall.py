"""The shop of a mall that a person named, whether or not RMS WEB SERVICE serves it.

A Rakuten shop is described by a block or the environment, because its number begins its
order numbers. Another mall's shop has no keys: it is known by the orders that were
imported under its name (docs/order-files.md).
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from connectors.settings.shop_variables import stem_of
from data.model.order import Mall
from data.model.shops.shop import ShopHandle
from data.model.typed.name import in_short, suggestion
from data.warehouse.shops import shops_with_orders
from tasks.machine import our_warehouse
from tasks.shops.blocks import (
    UnknownShop,
    described_shops,
    load_rakuten_shop,
    load_shop,
    shops_described_at,
)


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
        UnknownShop: nobody described the shop, and the mall has no orders of it; or it
            is described wrongly, or was given another id than its orders have.

    """
    if mall not in set(Mall):
        raise UnknownMall(
            f"モール「{in_short(mall)}」には対応していません。{suggestion(mall, Mall)}"
            f"対処: 次のいずれかを選んでください: {'、'.join(Mall)}。"
        )
    if mall == Mall.RAKUTEN:
        known = load_rakuten_shop(shop)
        return ShopAtMall(known.mall, known.shop_id)
    described = ids_at(mall, shop)
    with our_warehouse() as con:
        stored = shops_with_orders(con, mall)
    if shop in described:
        refuse_renamed(mall, shop, stored, described)
        return ShopAtMall(Mall(mall), described[shop])
    if shop in stored:
        return ShopAtMall(Mall(mall), shop)
    raise UnknownShop(_unknown(mall, shop, sorted({*stored, *described})))


def ids_at(mall: str, shop: ShopHandle) -> dict[ShopHandle, str]:
    """Return the id of each shop of the mall that anything describes, by its handle.

    Raises:
        UnknownShop: the shop asked for is described, and some field cannot be used:
            by its name alone its orders would be stored under another id.

    """
    described = {one.handle: one.shop_id for one in shops_described_at(mall)}
    if shop not in described and shop in described_shops():
        load_shop(shop)  # of another mall perhaps: a handle may stand on several
    return described


def refuse_renamed(
    mall: str,
    shop: ShopHandle,
    stored: Collection[str],
    described: Mapping[ShopHandle, str],
) -> None:
    """Refuse a shop that was given an id after its orders were stored by its name.

    `stored` are the ids under which the mall has orders. By the new one the same orders
    would be stored a second time, and those of before be no shop's.

    Raises:
        UnknownShop: says which id the orders have.

    """
    shop_id = described[shop]
    if shop_id in stored or shop not in stored or shop in described.values():
        return
    raise UnknownShop(
        f"モール {mall} の店舗 {shop} の注文は、店舗の名前 {shop} で登録済みですが、"
        f"設定の店舗番号は {shop_id} です。このまま続けると、同じ注文が別の店舗の注文と"
        "してもう一度登録されます。何も変更していません。"
        f"対処: {stem_of(shop)}SHOP_ID(ブロック rms-shop/{shop} がある場合は、その"
        f"店舗番号)を {shop} にしてください。"
    )


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
