"""What the mall says of its SKUs: stored, and written into the mapping.

The mall's word never goes against a person's (docs/rules.md 6.4). Where the mapping
changes, the stock moves along as in `ledger`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

import polars as pl
from duckdb import DuckDBPyConnection

from data.model.item import ListingAtMall
from data.model.order import Mall
from data.model.stock import Listing
from data.warehouse.statements import SQL, show
from data.warehouse.stock.ledger import SkuChange, change_skus
from data.warehouse.stock.push import Push

ToldBy = Literal["item", "search"]
NO_SUCH_ITEM = (
    "RMSにこの商品管理番号・SKU管理番号の商品がないため、転送していません。"
    "対処: RMSの商品とSKU管理番号を確認してください。"
)
_SAID = pl.Schema(
    {
        "manage_number": pl.String(),
        "variant_id": pl.String(),
        "item_name": pl.String(),
        "merchant_sku": pl.String(),
        "is_shared": pl.Boolean(),
        "is_on_sale": pl.Boolean(),
    }
)
_GONE = pl.Schema({"manage_number": pl.String(), "variant_id": pl.String()})


class NewSku(NamedTuple):
    """A listing whose SKU is new in the mapping; None: it had none before."""

    manage_number: str
    variant_id: str
    sku_before: str | None
    sku: str


class PersonsSku(NamedTuple):
    """A listing whose SKU a person has set otherwise than the mall says."""

    manage_number: str
    variant_id: str
    sku: str
    merchant_sku: str


@dataclass(frozen=True)
class MappedListings:
    """What changes in the mapping by what the mall shows of its SKUs.

    changes  what is new in the mapping
    kept     a person's word that the mall's does not change
    moved    the listings whose stock has moved along; empty for a trial
    """

    changes: tuple[NewSku, ...]
    kept: tuple[PersonsSku, ...]
    moved: tuple[SkuChange, ...] = ()


def known_listings(con: DuckDBPyConnection, shop_id: str) -> list[Listing]:
    """Return the listings of the shop that we know of, with a variant."""
    rows = SQL.run(con, "list_known_listings", _of(shop_id)).fetchall()
    return [Listing(manage_number=number, variant_id=each) for number, each in rows]


def map_listings(  # noqa: PLR0913 - whose, what, by whom and when
    con: DuckDBPyConnection,
    shop_id: str,
    said: Sequence[ListingAtMall],
    *,
    change_id: str,
    who: str,
    at: datetime,
    is_trial: bool,
) -> MappedListings:
    """Write the SKUs that the mall shows into the mapping, in the caller's transaction.

    A trial returns what would change and writes nothing. `change_id` is a new one for
    each call.
    """
    given = {
        **_of(shop_id),
        "change_id": change_id,
        "who": who,
        "note": "RMSの商品情報から登録",
        "moved_at": at,
    }
    show(con, "listings_said", _frame(said))
    SQL.run(con, "take_listing_skus", given)
    changes = SQL.run(con, "list_listing_skus").fetchall()
    kept = SQL.run(con, "list_persons_skus", given).fetchall()
    con.unregister("listings_said")
    moved = () if is_trial else change_skus(con, given)
    return MappedListings(
        tuple(NewSku(*row) for row in changes),
        tuple(PersonsSku(*row) for row in kept),
        tuple(moved),
    )


def store_listings(  # noqa: PLR0913 - whose, what, by which call and when
    con: DuckDBPyConnection,
    shop_id: str,
    said: Sequence[ListingAtMall],
    gone: Sequence[Listing],
    *,
    told_by: ToldBy,
    seen_at: datetime,
) -> None:
    """Store what the mall said of its SKUs; `gone` are those that no item has."""
    given = {**_of(shop_id), "told_by": told_by, "seen_at": seen_at}
    show(con, "listings_said", _frame(said))
    SQL.run(con, "merge_listings", given)
    con.unregister("listings_said")
    rows = [(one.manage_number, one.variant_id) for one in gone]
    show(con, "listings_gone", pl.DataFrame(rows, schema=_GONE, orient="row"))
    SQL.run(con, "merge_listings_gone", given)
    con.unregister("listings_gone")


def listings_gone(con: DuckDBPyConnection, shop_id: str) -> set[Listing]:
    """Return the listings that no item had when the mall was asked last."""
    rows = SQL.run(con, "list_listings_gone", _of(shop_id)).fetchall()
    return {Listing(manage_number=number, variant_id=each) for number, each in rows}


def give_up_unknown(con: DuckDBPyConnection, pushes: Sequence[Push]) -> None:
    """End the pushes of SKUs that no item has; only planned ones, before any call."""
    push_ids = [push.push_id for push in pushes]
    SQL.run(
        con, "give_up_unknown_pushes", {"push_ids": push_ids, "reason": NO_SUCH_ITEM}
    )


def _of(shop_id: str) -> dict[str, object]:
    return {"mall": Mall.RAKUTEN.value, "shop_id": shop_id}


def _frame(said: Sequence[ListingAtMall]) -> pl.DataFrame:
    rows = [
        (
            one.listing.manage_number,
            one.listing.variant_id,
            one.title,
            one.merchant_sku,
            one.is_shared,
            one.is_on_sale,
        )
        for one in said
    ]
    return pl.DataFrame(rows, schema=_SAID, orient="row")
