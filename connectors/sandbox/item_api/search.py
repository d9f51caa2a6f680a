"""items.search: which items a query picks, and on which page (docs/rms/item-api.md §3).

The filter picks items; a hit shows all of its SKUs. An item of the last minutes is not
found before `items_search_lag_s` have passed; a deleted one is still found, as a bare
number. A filter of the reference that no test of ours needs is answered 501, so that
nobody takes an unfiltered answer for a filtered one.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from connectors.sandbox.inventory_api.entries import EntryError, InventoryRefusal
from connectors.sandbox.item_api.catalog import Item

MANDATORY, INVALID, BETWEEN, TOO_LONG = "IE0001", "IE0002", "IE0003", "IE0004"
NO_CHOICE, BOTH_WAYS, SORTED_MARK = "IE0007", "IE1003", "IE1004"
UNKNOWN_PARAMETER = "IE1005"
MOST_HITS, LAST_OFFSET, USUAL_HITS = 100, 10_000, 10
FIRST_MARK: Final = "*"
_TYPES = ("NORMAL", "PRE_ORDER", "BUYING_CLUB")
_SORTS = (
    "updated", "created", "itemDisplaySequence", "manageNumber",
    "purchasablePeriodStart", "purchasablePeriodEnd", "pointCampaignStart",
    "pointCampaignEnd", "pointRate", "reviewCount", "reviewAverageRating",
)  # fmt: skip
_NOT_HERE = frozenset({
    "standardPriceFrom", "standardPriceTo", "basePriceFrom", "basePriceTo",
    "isSearchable", "isYamiichi", "isOptimizedPoint", "isBackOrder",
    "isPostageIncluded", "isSubscription", "purchasablePeriodFrom",
    "purchasablePeriodTo", "pointApplicablePeriodFrom", "pointApplicablePeriodTo",
    "createdFrom", "createdTo", "updatedFrom", "updatedTo", "pointRate",
    "maxPointRate", "categoryId",
})  # fmt: skip


def _of_item(name: str) -> Callable[[Item], list[str]]:
    return lambda item: [str(item.get(name, ""))]


def _of_variants(name: str) -> Callable[[Item], list[str]]:
    return lambda item: [str(each.get(name, "")) for each in item["variants"].values()]


_TEXTS: Mapping[str, Callable[[Item], list[str]]] = {
    "title": _of_item("title"),
    "tagline": _of_item("tagline"),
    "manageNumber": _of_item("manageNumber"),
    "itemNumber": _of_item("itemNumber"),
    "variantId": lambda item: list(item["variants"]),
    "merchantDefinedSkuId": _of_variants("merchantDefinedSkuId"),
    "articleNumber": lambda item: [
        str(each.get("articleNumber", {}).get("value", ""))
        for each in item["variants"].values()
    ],
}
_FLAGS: Mapping[str, Callable[[Item, "Sold"], list[bool]]] = {
    "isHiddenItem": lambda item, _: [bool(item.get("hideItem"))],
    "isHiddenVariant": lambda item, _: [
        bool(each.get("hidden")) for each in item["variants"].values()
    ],
    "isVariantStockout": lambda item, sold: [
        sold(item["manageNumber"], each) for each in item["variants"]
    ],
    "isItemStockout": lambda item, sold: [
        all(sold(item["manageNumber"], each) for each in item["variants"])
    ],
}
_BLOCKS = {
    "isCategoryIncluded": ("category", {"categoryIds": ["10000000"]}),
    "isReviewIncluded": ("review", {"count": 0, "averageRating": 0.0}),
    # Missing while every SKU uses automatic lead times, as all here do.
    "isInventoryIncluded": ("inventory", None),
}
_PAGING = {"hits", "offset", "cursorMark", "sortKey", "sortOrder"}
_KNOWN = {*_TEXTS, *_FLAGS, *_BLOCKS, *_PAGING, "genreId", "itemType", *_NOT_HERE}
Sold = Callable[[str, str], bool]
"""Whether a SKU is sold out."""


class Searchable(NamedTuple):
    """What a search has to look through."""

    items: Mapping[str, Item]
    ghosts: list[str]
    is_sold_out: Sold
    seen_until: datetime
    """Items created later are not found yet."""


def search(query: Mapping[str, str], found: Searchable) -> dict[str, Any]:
    """Return the body of a search's answer, or raise InventoryRefusal."""
    _check(query)
    hits = _number(query, "hits", USUAL_HITS, 1, MOST_HITS)
    offset = _number(query, "offset", 0, 0, LAST_OFFSET)
    picked = [item for item in found.items.values() if _fits(item, query, found)]
    only_paged = not {*query} - _PAGING - {*_BLOCKS} - {"manageNumber"}
    ghosts: list[Item] = [
        {"manageNumber": number}
        for number in found.ghosts
        if only_paged and query.get("manageNumber", "") in number
    ]
    hit = picked + ghosts
    body: dict[str, Any] = {"numFound": len(hit), "offset": offset}
    if "cursorMark" in query:
        hit.sort(key=lambda item: item["manageNumber"])
        after = _marked(query["cursorMark"])
        page = [item for item in hit if item["manageNumber"] > after][:hits]
        last = page[-1]["manageNumber"] if page else None
        body["nextCursorMark"] = _mark(last) if last else query["cursorMark"]
    else:
        hit.sort(key=lambda item: item["manageNumber"])
        key = query.get("sortKey", "updated")
        is_down = query.get("sortOrder", "desc") == "desc"
        hit.sort(key=lambda item: str(item.get(key, "")), reverse=is_down)
        page = hit[offset : offset + hits]
    body["results"] = [_shown(item, query) for item in page]
    return body


def _check(query: Mapping[str, str]) -> None:
    if unknown := sorted({*query} - _KNOWN):
        raise refusal(UNKNOWN_PARAMETER, f"{unknown[0]} is an illegal parameter.")
    if absent := sorted(_NOT_HERE & {*query}):
        raise InventoryRefusal(
            EntryError("X0000", f"the sandbox does not filter by {absent[0]}"),
            status=501,
        )
    if "cursorMark" in query and "offset" in query:
        text = "Only one of offset and cursorMark can be registered."
        raise refusal(BOTH_WAYS, text)
    if "cursorMark" in query and {"sortKey", "sortOrder"} & {*query}:
        text = "sortKey and sortOrder cannot be registered with cursorMark."
        raise refusal(SORTED_MARK, text)
    for name, known in (
        ("itemType", _TYPES),
        ("sortKey", _SORTS),
        ("sortOrder", ("desc", "asc")),
    ):
        if query.get(name, known[0]) not in known:
            raise refusal(NO_CHOICE, f"Invalid choice selected for {name}.")
    for name in {*_FLAGS, *_BLOCKS} & {*query}:
        if query[name] not in ("true", "false"):
            raise refusal(INVALID, f"{name} has an invalid value : {query[name]}.")


def refusal(code: str, text: str, path: str | None = None) -> InventoryRefusal:
    """Build a 400 with one error; only bulk-get names a path."""
    return InventoryRefusal(EntryError(code, text, path))


def _number(
    query: Mapping[str, str], name: str, default: int, low: int, high: int
) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdecimal()):
        raise refusal(INVALID, f"{name} has an invalid value : {text}.")
    if not low <= int(text) <= high:
        raise refusal(BETWEEN, f"{name} must be between {low} and {high}.")
    return int(text)


def _fits(item: Item, query: Mapping[str, str], found: Searchable) -> bool:
    if datetime.fromisoformat(item["created"]) > found.seen_until:
        return False
    if "genreId" in query and item["genreId"] != query["genreId"]:
        return False
    if "itemType" in query and item["itemType"] != query["itemType"]:
        return False
    texts = all(
        any(query[name] in value for value in read(item))
        for name, read in _TEXTS.items()
        if name in query
    )
    return texts and all(
        (query[name] == "true") in flags(item, found.is_sold_out)
        for name, flags in _FLAGS.items()
        if name in query
    )


def _shown(item: Item, query: Mapping[str, str]) -> dict[str, Any]:
    blocks = {
        name: block
        for asked, (name, block) in _BLOCKS.items()
        if query.get(asked) == "true" and block is not None
    }
    return {"item": item, **blocks}


def _mark(number: str) -> str:
    return base64.b64encode(f"after:{number}".encode()).decode()


def _marked(mark: str) -> str:
    if mark == FIRST_MARK:
        return ""
    try:
        text = base64.b64decode(mark, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        text = ""
    if not text.startswith("after:"):
        raise refusal(INVALID, f"cursorMark has an invalid value : {mark}.")
    return text.removeprefix("after:")
