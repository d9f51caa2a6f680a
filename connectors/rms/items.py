"""Items at RMS, read only (item API 2.0): does a SKU exist, and is it on sale.

items.get and items.bulk.get need the shop's contract of 商品一括編集機能; without it
they answer as a wrong key does, while items.search answers (docs/rms/item-api.md §1). A
search is up to 24 hours late with new and deleted items, so a miss proves nothing and a
hit is confirmed where the shop may read items (§3).

All three go at the orders' pace: 5, 5 and 1 call a second are one author's numbers, and
whether RMS counts them by shop, key or function is not known.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import quote

from pydantic import BeforeValidator, ValidationError

from connectors.rms.answers import Reply, RmsFunction
from connectors.rms.errors import Refused
from connectors.rms.http import RmsHttp
from connectors.rms.stock import isolate
from connectors.rms.wire import Extra, Text, Wire, moment_or_none, unreadable
from data.model.item import Item, ItemSku
from data.model.stock import Listing

PATH: Final = "/es/2.0/items"
GET = RmsFunction("items.get")
SEARCH = RmsFunction("items.search")
BULK_GET = RmsFunction("items.bulk.get")
FUNCTIONS: Final = (SEARCH.name, GET.name, BULK_GET.name)
HITS: Final = 100
AT_ONCE: Final = 50
FIRST_MARK: Final = "*"
NOT_THERE: Final = "GE0014"
NO_ITEM: Final = "juchu-connection-check"
MOST_PAGES: Final = 5_000
"""Far more than any shop has; a mark that leads in a circle ends there."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ItemsRead:
    """The items by their number in small letters; one in neither does not exist.

    `refused` are numbers that RMS would not read, by their form.
    """

    items: Mapping[str, Item] = field(default_factory=dict)
    refused: tuple[str, ...] = ()

    @property
    def unread(self) -> frozenset[str]:
        """The numbers whose SKUs the answers do not tell.

        An item has at least one SKU (§5.1): one that shows none has been shown in part.
        """
        bare = (number for number, item in self.items.items() if item.is_bare)
        return frozenset((*self.refused, *bare))

    def lacking(self, listings: Iterable[Listing]) -> list[Listing]:
        """Return those of the asked listings that no item has, of that we are sure."""
        there = {
            Listing(manage_number=item.manage_number, variant_id=sku.variant_id)
            for item in self.items.values()
            for sku in item.skus
        }
        unread = self.unread
        return [
            one
            for one in listings
            if one not in there and one.manage_number not in unread
        ]


class ItemsApi:
    """The items of one shop; nothing is written."""

    def __init__(self, http: RmsHttp) -> None:
        self._http = http

    def get(self, manage_number: str) -> Item | None:
        """Return one item, None if there is none, or raise RmsTrouble."""
        path = f"{PATH}/manage-numbers/{quote(manage_number.lower(), safe='')}"
        try:
            reply = self._http.get(GET, path)
        except Refused as refusal:
            if NOT_THERE in refusal.codes:
                return None
            raise
        return _item(GET, reply.body or {}, reply)

    def search_pages(self) -> Iterator[list[Item]]:
        """Yield every item the search finds, 100 a page, in no order.

        The end is an empty page, or a mark that comes back unchanged; which of the two
        comes first is not documented. Refused when the marks lead nowhere.
        """
        mark = FIRST_MARK
        for _ in range(MOST_PAGES):
            query = {"hits": str(HITS), "cursorMark": mark}
            reply = self._http.get(SEARCH, f"{PATH}/search", query)
            page = [
                _item(SEARCH, row.get("item"), reply) for row in _rows(SEARCH, reply)
            ]
            if page:
                yield page
            following = reply["nextCursorMark"]
            if not page or following == mark:
                return
            if not isinstance(following, str) or not following:
                raise SEARCH.unusable(
                    "応答に続きの位置(nextCursorMark)がありません", reply
                )
            mark = following
        raise SEARCH.unusable("商品の検索が終わりません", reply)

    def bulk_get(self, manage_numbers: Sequence[str]) -> ItemsRead:
        """Read the items of these numbers, 50 a call, or raise RmsTrouble.

        Capitals are folded first: the same number twice refuses the whole call.
        """
        distinct = list(dict.fromkeys(number.lower() for number in manage_numbers))
        items: dict[str, Item] = {}
        refused: list[str] = []
        for start in range(0, len(distinct), AT_ONCE):
            for part in isolate(distinct[start : start + AT_ONCE], self._bulk):
                if part.reply is None:
                    refused += part.entries
                    continue
                for row in _rows(BULK_GET, part.reply):
                    item = _item(BULK_GET, row, part.reply)
                    items[item.manage_number] = item
        asked = set(distinct)
        if unasked := items.keys() - asked:
            log.warning("%s: %d items nobody asked for", BULK_GET.name, len(unasked))
        known = {number: item for number, item in items.items() if number in asked}
        return ItemsRead(known, tuple(refused))

    def try_permission(self, function: str) -> None:
        """Call a function for next to nothing; raises RmsTrouble as every answer is."""
        if function == SEARCH.name:
            self._http.get(SEARCH, f"{PATH}/search", {"hits": "1"})
        elif function == GET.name:
            self.get(NO_ITEM)
        else:
            self._bulk([NO_ITEM])

    def _bulk(self, numbers: Sequence[str]) -> Reply:
        body = {"manageNumbers": list(numbers)}
        return self._http.post(BULK_GET, f"{PATH}/bulk-get", body)


WireMoment = Annotated[datetime | None, BeforeValidator(moment_or_none)]
"""A time; one that cannot be read says nothing, and refuses no item."""


class RmsPeriod(Wire):
    """When an item can be bought."""

    start: WireMoment = None
    end: WireMoment = None


class RmsVariant(Wire):
    """One SKU; a missing flag is false, as in Rakuten's short samples (§5.2)."""

    merchant_defined_sku_id: Extra[Text] = None
    hidden: Extra[bool] = None


class RmsShopItem(Wire):
    """The fields of an item that are read; null counts as absent (§5).

    One of another form costs itself and not the item: a SKU is known by its key.
    """

    manage_number: Text
    title: Extra[Text] = None
    hide_item: Extra[bool] = None
    purchasable_period: Extra[RmsPeriod] = None
    variants: dict[Text, Extra[RmsVariant]] | None = None


def _rows(function: RmsFunction, reply: Reply) -> list[dict[str, Any]]:
    rows = reply["results"]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise function.unusable("応答に商品の一覧(results)がありません", reply)
    return rows


def _item(function: RmsFunction, body: Any, reply: Reply) -> Item:
    try:
        row = RmsShopItem.model_validate(body)
    except ValidationError as error:
        raise function.unusable(unreadable(error), reply) from None
    period = row.purchasable_period or RmsPeriod()
    return Item(
        manage_number=row.manage_number,
        title=row.title or "",
        is_hidden=bool(row.hide_item),
        sold_from=period.start,
        sold_until=period.end,
        skus=tuple(
            ItemSku(
                variant_id=variant_id,
                merchant_sku=(variant and variant.merchant_defined_sku_id) or None,
                is_hidden=bool(variant and variant.hidden),
            )
            for variant_id, variant in (row.variants or {}).items()
        ),
        is_bare=not row.variants,
    )
