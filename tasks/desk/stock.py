"""在庫: the level of a SKU, its ledger, and what the malls were told."""

from typing import Final

from starlette.responses import Response

from data.model.stock import MOVEMENT_WORDS, PUSH_WORDS
from data.warehouse.desk.published import MOST, published
from data.warehouse.desk.stock import find_skus, is_counted, ledger, listings
from tasks.desk.frame import Page, Visit, get


def show_stock(visit: Visit) -> Response:
    """Return the page of one SKU (`?sku=`), else of those a text finds (`?text=`)."""
    sku, text = visit.asked("sku"), visit.asked("text")
    with published(visit.settings.analytics) as con:
        if not sku:
            found = find_skus(con, text)
            return visit.show("stock.html", text=text, found=found, most=MOST)
        movements, places = ledger(con, sku), listings(con, sku)
        counted = is_counted(con, sku)
    return visit.show(
        "sku.html",
        sku=sku,
        movements=movements,
        counted=counted,
        listings=places,
        movement_words=MOVEMENT_WORDS,
        push_words=PUSH_WORDS,
        most=MOST,
    )


PAGE: Final = Page("在庫", "/stock", (get("/stock", show_stock),))
