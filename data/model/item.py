"""An item at the mall with its SKUs: what exists, what is on sale, and whose SKU it is.

Source: docs/rms/item-api.md §5 and §6.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import StringConstraints

from data.model.order import Frozen
from data.model.stock import OWN_SKU, Listing


class ItemSku(Frozen):
    """One SKU of an item; `merchant_sku` is システム連携用SKU番号, None without one."""

    variant_id: str
    merchant_sku: str | None = None
    is_hidden: bool = False


class Item(Frozen):
    """One item as the mall shows it.

    `is_bare`: it shows no SKU, as a deleted one that a search still finds.
    """

    manage_number: Annotated[str, StringConstraints(min_length=1, to_lower=True)]
    title: str = ""
    is_hidden: bool = False
    sold_from: datetime | None = None
    sold_until: datetime | None = None
    skus: tuple[ItemSku, ...] = ()
    is_bare: bool = False

    def is_on_sale(self, sku: ItemSku, at: datetime) -> bool:
        """Return whether buyers can order this SKU then, stock apart (§5.2)."""
        return (
            not (self.is_hidden or sku.is_hidden)
            and (self.sold_from is None or self.sold_from <= at)
            and (self.sold_until is None or at <= self.sold_until)
        )


class ListingAtMall(NamedTuple):
    """One SKU of one item, as far as the mapping and a push need it.

    `merchant_sku` is the mall's word, `is_shared` says that several SKUs of the shop
    have the same one: RMS does not make it unique (§5.2), so it names no stock.
    """

    listing: Listing
    title: str
    merchant_sku: str | None
    is_shared: bool
    is_on_sale: bool


def listings_of(items: Iterable[Item], at: datetime) -> list[ListingAtMall]:
    """Return every SKU of the items; a bare item has none."""
    shown = [
        (item, sku, own_sku(sku.merchant_sku)) for item in items for sku in item.skus
    ]
    many = Counter(merchant for _, _, merchant in shown if merchant)
    return [
        ListingAtMall(
            Listing(manage_number=item.manage_number, variant_id=sku.variant_id),
            item.title,
            merchant,
            merchant is not None and many[merchant] > 1,
            item.is_on_sale(sku, at),
        )
        for item, sku, merchant in shown
    ]


def own_sku(text: str | None) -> str | None:
    """Return a merchant's SKU that can name stock, or None."""
    plain = (text or "").strip()
    return plain if re.fullmatch(OWN_SKU, plain) else None


def shared_skus(listings: Sequence[ListingAtMall]) -> Mapping[str, list[Listing]]:
    """Return the merchant's SKUs that several listings have, with those listings."""
    shared: dict[str, list[Listing]] = defaultdict(list)
    for one in listings:
        if one.is_shared and one.merchant_sku:
            shared[one.merchant_sku].append(one.listing)
    return shared


def alike_but_for_case(listings: Iterable[Listing]) -> list[tuple[Listing, ...]]:
    """Return the groups of listings whose SKU管理番号 differ in capitals only.

    RMS keeps them apart, many a table of a shop does not (§6).
    """
    groups: dict[tuple[str, str], dict[Listing, None]] = defaultdict(dict)
    for one in listings:
        groups[one.manage_number, one.variant_id.lower()][one] = None
    return [tuple(group) for group in groups.values() if len(group) > 1]
