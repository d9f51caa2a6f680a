"""Parcels without a tracking number, as a person registers them in the form."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any, Final
from uuid import uuid4

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State

from data.model.japan_time import in_japan
from data.model.order import Mall
from data.model.shipping.shipment import NO_NUMBER, Carrier
from data.model.shipping.shipment_file import ShipmentFile, ShipmentRow
from data.model.shipping.short_key import read_short_key
from data.model.shipping.unnumbered import UnnumberedWay
from data.model.shops.shop import ShopHandle
from data.model.typed.time import day_of
from data.warehouse.shipping.shipments import ShipmentReport, import_shipments
from tasks.machine import now, our_warehouse
from tasks.marks.numbers import numbers_in
from tasks.runs.failures import hiding_values
from tasks.runs.report import counts, ended, listing, page, see, sums
from tasks.runs.retrying import SAFE_TO_REPEAT
from tasks.shops.at_mall import shop_at_mall

FORM: Final = "番号のない発送"
"""Stands for the file's name where a form was filled in instead."""
NEXT: Final = (
    "楽天の注文は、次の push-tracking で報告します。"
    "ほかのモールの注文は、モールの画面で発送済みに変更してください。"
)


@task(name="store-unnumbered", **SAFE_TO_REPEAT)
def store_unnumbered(
    shop: ShopHandle,
    typed: str | Sequence[str],
    way: UnnumberedWay,
    shipping_date: date | str | None = None,
    mall: str = Mall.RAKUTEN.value,
) -> ShipmentReport:
    """Store a parcel without a number for each package that was entered.

    Raises:
        UnknownMall, UnknownShop: the orders could not be of any known shop.
        NumbersRefused: no order number was entered, or too many.
        TimeRefused: the shipping date that was entered is no day.

    """
    place, at = shop_at_mall(mall, shop), now()
    day = day_of(shipping_date, "発送日") or in_japan(at).date()
    numbers = numbers_in(typed)
    with hiding_values():
        file = _form(numbers, way, day)
        with our_warehouse() as con:
            return import_shipments(
                con,
                file,
                import_id=str(uuid4()),
                shop_id=place.shop_id,
                mall=place.mall,
                imported_at=at,
            )


def _form(numbers: Sequence[str], way: UnnumberedWay, day: date) -> ShipmentFile:
    """Return what was entered as if it were a file of ours."""
    rows = tuple(
        ShipmentRow(
            row_number=at,
            order_ref=read_short_key(number) or number,
            package_ref=None,
            carrier_code=way.company,
            tracking_number=NO_NUMBER,
            shipping_date=day,
        )
        for at, number in enumerate(numbers, start=1)
    )
    return ShipmentFile(
        carrier=Carrier.TEMPLATE,
        layout="form",
        title=FORM,
        reference_column="注文番号",
        file_name=FORM,
        sha256=sha256(repr(rows).encode()).hexdigest(),
        encoding="utf-8",
        rows_read=len(rows),
        rows=rows,
        rejects=(),
    )


def conclude_unnumbered(report: ShipmentReport) -> State[Any]:
    """Create the report; the run ends Failed if a number that was entered is not used.

    What was entered is not repeated there, because it may be anything: only its place.
    """
    create_markdown_artifact(
        key="shipments-report",
        markdown=unnumbered_report(report),
        description="番号のない発送の登録の結果",
    )
    summary = sums(
        {
            "新規": report.created,
            "変更": report.changed,
            "変更なし": report.unchanged,
            "登録できなかった注文": len(report.unmatched),
        }
    )
    return ended(summary, see("shipments-report") if report.unmatched else "")


def unnumbered_report(report: ShipmentReport) -> str:
    """Return in Markdown what was registered and what was not."""
    return page(
        "番号のない発送の登録の結果",
        counts(
            {
                "新規の荷物": report.created,
                "変更した荷物": report.changed,
                "変更なしの荷物": report.unchanged,
                "登録できなかった注文": len(report.unmatched),
            }
        ),
        NEXT,
        listing(
            "登録できなかった注文",
            ("入力した順番", "理由"),
            [(one.row_number, one.reason) for one in report.unmatched],
        ),
    )
