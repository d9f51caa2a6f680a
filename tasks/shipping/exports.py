"""A mall's upload file of tracking numbers: written, recorded, reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from connectors.durable_write import write_new
from connectors.settings.reading import read_settings
from connectors.tracking_files import write_tracking_file
from connectors.uploads import TRACKING
from data.model.japan_time import in_japan
from data.model.order import Mall
from data.model.shipping.shipment import ReportFault
from data.model.shipping.tracking_file import TrackedPackage
from data.model.shops.shop import ShopHandle
from data.warehouse.half_made import recording
from data.warehouse.shipping.exports import packages_to_export, record_exports
from tasks.machine import now, our_warehouse
from tasks.runs.failures import hiding_values
from tasks.runs.report import listing, page, see, table
from tasks.runs.retrying import NEVER_REPEAT
from tasks.shops.at_mall import UnknownMall, shop_at_mall

AGAIN_FOR: Final = timedelta(days=31)
"""How long after the shipping date a number can be asked for again."""
BY_PUSH: Final = (
    "楽天の送り状番号は、ファイルではなく push-tracking で報告します。"
    "対処: push-tracking/0900 を実行してください。"
)
ExportRow = tuple[str, str, str, str]


@dataclass(frozen=True)
class Exported:
    """What a file of tracking numbers holds and what it does not; None = no file."""

    path: Path | None
    where: str
    is_for_upload: bool
    written: Sequence[ExportRow]
    """Order, package, number and shipping date."""
    left_out: Sequence[ExportRow]
    """Order, package, number and reason."""


@task(name="write-tracking-file", task_run_name="write-{mall}", **NEVER_REPEAT)
def write_upload(mall: str, shop: ShopHandle, folder: str, again: bool) -> Exported:
    """Write the mall's file of numbers that are due, and record which are in it.

    The file exists before the record does: a run killed in between is repeated and
    writes the same numbers to a second file, rather than to none.

    Raises:
        UnknownMall, UnknownShop: there is no such mall, or no such shop of it; or it is
            Rakuten, which is told by push-tracking.

    """
    settings, at = read_settings(), now()
    with hiding_values():
        place = shop_at_mall(mall, shop)
        if place.mall is Mall.RAKUTEN:
            raise UnknownMall(BY_PUSH)
        today = in_japan(at).date()
        since = today - AGAIN_FOR if again else None
        with recording(our_warehouse()) as (con, will_make):
            due = packages_to_export(con, *place, again_since=since)
            dated = [one.dated(today) for one in due.packages]
            made = write_tracking_file(place.mall, [package for package, _ in dated])
            undated = [each for _, faults in dated for each in faults]
            stopped = [
                _row(one, number.tracking_number, ReportFault.CANCELLED)
                for one in due.cancelled
                for number in one.new
            ]
            left_out = [
                _row(one, number.tracking_number, why)
                for one, number, why in (*made.left_out, *undated)
            ]
            layout = made.layout
            path = None
            if made.written:
                name = f"{TRACKING}{place.mall}-{in_japan(at):%Y%m%d-%H%M%S-%f}"
                path = Path(folder or settings.uploads)
                path /= f"{name}.{layout.ending}"
                will_make(path)
                write_new(path, [made.content])
            record_exports(
                con,
                *place,
                made.written,
                (*made.left_out, *undated),
                exported_at=at,
                file_name=path.name if path else "",
            )
    return Exported(
        path=path,
        where=layout.where,
        is_for_upload=layout.is_for_upload,
        written=[
            _row(one, number.tracking_number, f"{number.shipping_date:%Y-%m-%d}")
            for one, number in made.written
        ],
        left_out=[*left_out, *stopped],
    )


def _row(package: TrackedPackage, number: str, last: str) -> ExportRow:
    return package.order_number, package.basket_id, number, last


def conclude_export(exported: Exported) -> State[Any]:
    """Create the report; numbers left out fail no run, its message points to them."""
    create_markdown_artifact(
        key="export-tracking-report",
        markdown=export_report(exported),
        description="送り状番号のファイルの出力の結果",
    )
    if not exported.written and not exported.left_out:
        return Completed(message="新しい送り状番号はありません。")
    kind = "アップロード用のファイル" if exported.is_for_upload else "一覧(手入力用)"
    return Completed(
        message=f"送り状番号 {len(exported.written)} 件 / 出力しなかった番号"
        f" {len(exported.left_out)} 件: "
        + (f"{kind} {exported.path}" if exported.path else "ファイルなし")
        + (f" {see('export-tracking-report')}" if exported.left_out else "")
    )


def export_report(exported: Exported) -> str:
    """Return in Markdown which numbers are in the file, and what to do with it."""
    facts = [
        ("出力した送り状番号", len(exported.written)),
        ("出力しなかった番号", len(exported.left_out)),
        *([("ファイル", str(exported.path))] if exported.path else []),
    ]
    return page(
        "送り状番号のファイルの出力の結果",
        table(("項目", "内容"), facts),
        exported.where if exported.path else "",
        listing(
            "出力しなかった番号",
            ("注文番号", "送付先ID", "送り状番号", "理由"),
            exported.left_out,
        ),
        listing(
            "出力した送り状番号",
            ("注文番号", "送付先ID", "送り状番号", "発送日"),
            exported.written,
            advice="いつ、どのファイルに出力したかは、"
            "表 `tracking_exports` で確認できます。",
        ),
    )
