"""送り状: label files to make and download, and what became of parcels' reports.

A label file has names and addresses: each download is journalled as a look at people's
data is. Only files that stand in `labels/` can be named, as the folder lists them.
"""

import re
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from markupsafe import Markup
from starlette.responses import Response

from connectors.look_journal import record_download
from data.model.order import Mall
from data.model.shipping.shipment import DELIVERY_COMPANIES, ShipmentState
from data.model.typed.time import TimeRefused, day_of
from data.warehouse.desk.labels import PublishedParcels, published_parcels
from data.warehouse.errors import WarehouseMissing
from tasks.desk.copy_age import AGAIN_AFTER_S, freshen, shown_at
from tasks.desk.frame import Page, Problem, Visit, get, post
from tasks.desk.prefect import PrefectClosed
from tasks.desk.shops import OTHER_SHOP, choose_shop, shop_choices
from tasks.desk.words import LABEL_WORDS, MALL_WORDS, PARCEL_WORDS, WRONG_CHOICE

PATH: Final = "/labels"
MAKE: Final = "export-shipping-labels/manual"
REPORT: Final = "push-tracking/0900"
REPORT_KEY: Final = "tracking-report"
LISTED: Final = 100
FILES: Final = 50
NO_FILE: Final = (
    "この送り状のファイルはありません(保存期間が過ぎると削除します)。"
    "対処: 一覧から選び直してください。"
)
_OURS: Final = re.compile(r"labels-(yamato|sagawa)-\d{8}-\d{6}-\d{6}\.csv")


class ListedFile(NamedTuple):
    """A file of labels as the list shows it."""

    name: str
    carrier: str
    size: int
    made_at: datetime


def show_labels(visit: Visit) -> Response:
    """Return the page of the form, the files made, and where reports stand.

    While Prefect is away the files that were made can be taken all the same.
    """
    is_old = freshen(visit)
    try:
        parcels = published_parcels(visit.settings.analytics, LISTED)
    except WarehouseMissing:
        parcels = PublishedParcels([], {})
    report, shops, closed = None, [], ""
    try:
        report, shops = visit.desk.runs.latest(REPORT_KEY, REPORT), shop_choices(visit)
    except PrefectClosed as problem:
        closed = str(problem)
    return visit.show(
        "labels.html",
        closed=closed,
        files=label_files(visit.settings.labels, visit.desk.now()),
        carriers=LABEL_WORDS,
        malls=MALL_WORDS,
        shops=shops,
        other_shop=OTHER_SHOP,
        first_shop=shops[0].value if shops else OTHER_SHOP,
        first_mall=Mall.RAKUTEN.value,
        parcels=parcels.first,
        counts=[(PARCEL_WORDS.get(k, k), n) for k, n in parcels.by_state.items()],
        words=PARCEL_WORDS,
        bad={ShipmentState.REFUSED.value, ShipmentState.UNKNOWN.value},
        companies=DELIVERY_COMPANIES,
        report=Markup(report.html) if report else None,  # noqa: S704 - escaped by markdown-it
        is_old=is_old,
        again=AGAIN_AFTER_S,
        shown_at=shown_at(visit),
    )


def make_labels(visit: Visit) -> Response:
    """Begin the export of labels, and go to its run."""
    carrier, mall = visit.text("carrier"), visit.text("mall")
    if carrier not in LABEL_WORDS or mall not in MALL_WORDS:
        raise Problem(400, WRONG_CHOICE)
    try:
        day = day_of(visit.text("shipping_date"), "出荷日")
    except TimeRefused as refused:
        raise Problem(400, str(refused)) from None
    run = visit.desk.runs.start(
        MAKE,
        visit.text("once"),
        carrier=carrier,
        mall=mall,
        shop=choose_shop(visit),
        shipping_date=f"{day}" if day else None,
        again=bool(visit.text("again")),
    )
    return visit.go(f"/runs/{run}?back={PATH}")


def report_parcels(visit: Visit) -> Response:
    """Begin the report of tracking numbers to Rakuten, and go to its run."""
    run = visit.desk.runs.start(REPORT, visit.text("once"), shop=None)
    return visit.go(f"/runs/{run}?back={PATH}")


def download(visit: Visit) -> Response:
    """Return one of the listed files; who took it is journalled before.

    The name is sent by a form, and only compared with those of the folder.
    """
    name = visit.text("name")
    listed = label_files(visit.settings.labels, visit.desk.now())
    found = next((one for one in listed if one.name == name), None)
    if found is None:
        raise Problem(404, NO_FILE)
    record_download(
        visit.settings.looks, visit.desk.now(), visit.who, f"labels/{found.name}"
    )
    return Response(
        (visit.settings.labels / found.name).read_bytes(),
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{found.name}"'},
    )


def label_files(folder: Path, now: datetime) -> list[ListedFile]:
    """Return the label files of the folder, the newest first; no link, no folder."""
    found = []
    for path in folder.glob("labels-*.csv"):
        name = _OURS.fullmatch(path.name)
        if name and path.is_file() and not path.is_symlink():
            info = path.stat()
            at = datetime.fromtimestamp(info.st_mtime, now.tzinfo)
            carrier = LABEL_WORDS[name[1]]
            found.append(ListedFile(path.name, carrier, info.st_size, at))
    return sorted(found, key=lambda one: one.name[-25:], reverse=True)[:FILES]


PAGE: Final = Page(
    "送り状",
    PATH,
    (
        get(PATH, show_labels),
        post(PATH, make_labels),
        post(f"{PATH}/report", report_parcels),
        post(f"{PATH}/file", download),
    ),
)
