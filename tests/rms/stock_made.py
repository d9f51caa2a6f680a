"""Invented stock, and an RMS that answers about it."""

from datetime import datetime
from typing import Any

import orjson

from connectors.rms.stock import ListingLevel, StockApi
from data.model.japan_time import JST
from data.model.stock import Listing
from tests.rms.judged import Answer, Judged, errors

NOTHING = (204, None)
UPDATED = "2026-11-24T09:00:00+09:00"
SEEN_AT = datetime(2026, 11, 24, 9, tzinfo=JST)


def listing(manage_number: str, variant_id: str) -> Listing:
    return Listing(manage_number=manage_number, variant_id=variant_id)


def sku(n: int) -> Listing:
    return listing(f"apple-{n}", "Red")


def level(n: int, quantity: int = 5) -> ListingLevel:
    return ListingLevel(sku(n), quantity)


def levels(many: int) -> list[ListingLevel]:
    return [level(n) for n in range(many)]


def row(manage: str, variant: str, quantity: Any, **more: Any) -> dict[str, Any]:
    times = {"created": UPDATED, "updated": UPDATED}
    key = {"manageNumber": manage, "variantId": variant}
    return {**key, "quantity": quantity, **times, **more}


def knows(*rows: dict[str, Any]) -> StockApi:
    return StockApi(Judged(lambda _: (200, {"inventories": list(rows)})))


def everything(body: dict[str, Any]) -> Answer:
    rows = [row(e["manageNumber"], e["variantId"], 3) for e in body["inventories"]]
    return 200, {"inventories": rows[::-1]}


def refuses(*bad: str, code: str = "IE0003"):
    """Refuse a call that holds one of these manage numbers, naming each."""

    def answered(body: dict[str, Any]) -> Answer:
        sent = [entry["manageNumber"] for entry in body["inventories"]]
        places = [i for i, manage in enumerate(sent) if manage in bad]
        if places:
            return 400, orjson.loads(errors(code, *places))
        return NOTHING

    return answered
