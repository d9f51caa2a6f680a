"""The mall's own items: read, compared with the mapping, and written into it.

A search is a day late, so its hits are confirmed one by one where the shop may read
items (商品一括編集機能). A shop that may only search is mapped by the search alone.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from prefect import task
from prefect.client.schemas.objects import State

from connectors.rms.errors import CredentialsRefused
from data.model.item import Item, ListingAtMall, listings_of
from data.model.shops.shop import ShopHandle
from data.model.stock import Listing
from data.warehouse.stock.listings import (
    MappedListings,
    known_listings,
    map_listings,
    store_listings,
)
from tasks.machine import now, our_warehouse
from tasks.rms import (
    FunctionStopped,
    open_rms,
    refuse_other_shops_key,
    shop_of_now,
)
from tasks.runs.retrying import SAFE_TO_REPEAT, opaque
from tasks.stock.skus_report import SkusRead, conclude_skus


def write_skus(shop: ShopHandle, who: str, *, dry_run: bool) -> State[Any]:
    """Read the shop's items, write their SKUs into the mapping, and report."""
    read = read_skus(shop)
    mapped = map_skus(shop, opaque(read), who.strip(), dry_run=dry_run)
    return conclude_skus(shop, read, mapped, dry_run=dry_run)


@task(name="read-skus", **SAFE_TO_REPEAT)
def read_skus(shop: ShopHandle) -> SkusRead:
    """Return every SKU that the mall has, and those of ours that it does not have.

    Raises:
        RmsTrouble: a call failed; without items.search nothing can be read.
        ShopStopped: the shop's key is another shop's.

    """
    refuse_other_shops_key(shop)
    at = now()
    shop_id = shop_of_now(shop).shop_id
    with our_warehouse() as con:
        known = known_listings(con, shop_id)
    with open_rms(shop) as rms:
        found = {
            item.manage_number: item
            for page in rms.items.search_pages()
            for item in page
        }
        numbers = [*found, *(one.manage_number for one in known)]
        try:
            read = rms.items.bulk_get(numbers)
        except (CredentialsRefused, FunctionStopped):
            # Not the key: the search has just answered. The shop lacks the contract.
            return _by_search(at, found, known)
    return SkusRead(
        read_at=at,
        told_by="item",
        items=len(read.items),
        said=tuple(listings_of(read.items.values(), at)),
        missing=tuple(read.lacking(known)),
        deleted=tuple(sorted(found.keys() - read.items.keys() - read.unread)),
        unread=tuple(sorted(read.unread)),
    )


def _by_search(
    at: datetime, found: Mapping[str, Item], known: Sequence[Listing]
) -> SkusRead:
    said = listings_of(found.values(), at)
    there = {one.listing for one in said}
    bare = sorted(item.manage_number for item in found.values() if item.is_bare)
    return SkusRead(
        read_at=at,
        told_by="search",
        items=len(found) - len(bare),
        said=tuple(said),
        missing=tuple(one for one in known if one not in there),
        deleted=tuple(bare),
    )


@task(name="map-skus", **SAFE_TO_REPEAT)
def map_skus(
    shop: ShopHandle, read: SkusRead, who: str, *, dry_run: bool
) -> MappedListings:
    """Write the SKUs read into the mapping in one transaction; a trial writes none.

    What a search alone misses is not stored as gone: it may be new.
    """
    shop_id = shop_of_now(shop).shop_id
    said: Sequence[ListingAtMall] = read.said
    with our_warehouse() as con:
        mapped = map_listings(
            con,
            shop_id,
            said,
            change_id=f"items/{shop_id}/{uuid4()}",
            who=who,
            at=now(),
            is_trial=dry_run,
        )
        if not dry_run:
            store_listings(
                con,
                shop_id,
                said,
                read.missing if read.told_by == "item" else (),
                told_by=read.told_by,
                seen_at=read.read_at,
            )
    return mapped
