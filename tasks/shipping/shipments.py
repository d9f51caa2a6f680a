"""A carrier's file of tracking numbers: read whole, its shipments stored, reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from connectors.carriers import read_shipment_file
from connectors.csv_file import given_name
from connectors.settings.reading import read_settings
from data.model.csv_file import RowRemark
from data.model.order import Mall
from data.model.shops.shop import ShopHandle
from data.warehouse.shipping.shipments import ShipmentReport, import_shipments
from tasks.machine import now, our_trial
from tasks.runs.failures import hiding_values
from tasks.runs.file_outcome import FileOutcome, leave_outcome, of_file, of_rows
from tasks.runs.report import (
    SAME_FILE,
    TRIED,
    bullets,
    escape,
    listing,
    page,
    see,
    sums,
    table,
    worth_a_look,
)
from tasks.runs.retrying import SAFE_TO_REPEAT
from tasks.shops.at_mall import shop_at_mall

ROW_COLUMNS: Final = ("行", "列", "理由")
_ORDERS_FIRST: Final = {
    True: "注文を取り込んだ後(ingest-orders)に、"
    "同じファイルをもう一度取り込んでください。",
    False: "注文CSVを取り込んだ後(import-order-csv)に、"
    "同じファイルをもう一度取り込んでください。",
}
"""What to do about rows of no known order; whether the mall is Rakuten."""


@dataclass(frozen=True)
class ImportedShipments:
    """What a report shows of a file that was read to its end; no cell of it."""

    title: str
    encoding: str
    notices: Sequence[str]
    warnings: Sequence[RowRemark]
    report: ShipmentReport
    mall: Mall = Mall.RAKUTEN
    is_trial: bool = False


@task(name="import-shipment-file", task_run_name="import-{carrier}", **SAFE_TO_REPEAT)
def import_shipment_file(
    path: str,
    carrier: str,
    shop: ShopHandle,
    mall: str = Mall.RAKUTEN.value,
    dry_run: bool = False,
) -> ImportedShipments:
    """Store the shipments of a file, or raise and leave the warehouse as it was.

    The same file again changes nothing. A trial tells the same and stores nothing.

    Raises:
        CsvRefused: the file as a whole cannot be used.
        UnknownMall, UnknownShop: the parcels' orders could not be of any known shop.

    """
    with hiding_values():
        known = shop_at_mall(mall, shop)
        chosen = read_settings().key_columns.get(carrier)
        file = read_shipment_file(Path(path), carrier, key_column=chosen)
        with our_trial(is_one=dry_run) as con:
            report = import_shipments(
                con,
                file,
                import_id=str(uuid4()),
                shop_id=known.shop_id,
                mall=known.mall,
                imported_at=now(),
            )
        return ImportedShipments(
            title=file.title,
            encoding=file.encoding,
            notices=file.notices,
            warnings=file.warnings,
            report=report,
            mall=known.mall,
            is_trial=dry_run,
        )


def conclude_shipments(path: str, imported: State[ImportedShipments]) -> State[Any]:
    """Create the file's report; return the final state, Failed if it left a parcel out.

    That is a file refused or a row that could not be read; the others are stored. A row
    of no known order does not fail a run, because carriers' files hold other shops'
    parcels too, but the message counts it and points to the report.
    """
    outcome = imported.result(raise_on_failure=False)
    if not isinstance(outcome, ImportedShipments):
        leave_outcome(FileOutcome(problem=f"{outcome}"))
        _show(_refusal(given_name(Path(path)), f"{outcome}"))
        return Failed(message=f"{outcome}")
    leave_outcome(shipments_outcome(outcome))
    _show(shipments_report(outcome))
    report = outcome.report
    tried = f"{TRIED}。" if outcome.is_trial else ""
    same = f"{SAME_FILE}。" if report.is_same_file else ""
    summary = sums(
        {
            "新規": report.created,
            "変更": report.changed,
            "変更なし": report.unchanged,
            "取り込めなかった行": len(report.rejected),
            "注文が見つからない行": len(report.unmatched),
        }
    )
    aside = report.rejected or report.unmatched
    look = f"。{see('shipments-report')}" if aside else ""
    message = f"{tried}{same}{summary}{look}"
    return Failed(message=message) if report.rejected else Completed(message=message)


def _show(markdown: str) -> None:
    create_markdown_artifact(
        key="shipments-report",
        markdown=markdown,
        description="送り状番号の取込の結果",
    )


def shipments_report(imported: ImportedShipments) -> str:
    """Return in Markdown what became of the file's rows."""
    report = imported.report
    facts = (
        ("ファイル", report.file_name),
        ("種類", imported.title),
        ("文字コード", imported.encoding.upper()),
        ("読み込んだ行", report.rows_read),
        ("新規の荷物", report.created),
        ("変更した荷物", report.changed),
        ("変更なしの荷物", report.unchanged),
        ("取り込めなかった行", len(report.rejected)),
        ("注文が見つからない行", len(report.unmatched)),
    )
    return page(
        f"送り状番号の取込の結果 ({report.file_name})",
        f"**{TRIED}。**" if imported.is_trial else "",
        f"**{SAME_FILE}。**" if report.is_same_file else "",
        table(("項目", "内容"), facts),
        _rows(
            "取り込めなかった行",
            "修正してから取り込んでください。"
            if imported.is_trial
            else "修正して、もう一度取り込んでください。"
            "すべての行は表 `shipment_rejects` で確認できます。",
            report.rejected,
        ),
        _rows(
            "注文が見つからない行",
            _ORDERS_FIRST[imported.mall is Mall.RAKUTEN],
            report.unmatched,
        ),
        _rows(
            "警告",
            worth_a_look(is_trial=imported.is_trial),
            [*imported.warnings, *report.warnings],
        ),
        bullets(imported.notices),
    )


def shipments_outcome(imported: ImportedShipments) -> FileOutcome:
    """Return the same as data: how many of what, and each row left out with why."""
    report = imported.report
    return FileOutcome(
        is_trial=imported.is_trial,
        is_same_file=report.is_same_file,
        facts={
            "ファイル": report.file_name,
            "種類": imported.title,
            "文字コード": imported.encoding.upper(),
        },
        counts={
            "読み込んだ行": report.rows_read,
            "新規の荷物": report.created,
            "変更する荷物" if imported.is_trial else "変更した荷物": report.changed,
            "変更なしの荷物": report.unchanged,
            "取り込めない行": len(report.rejected),
            "注文が見つからない行": len(report.unmatched),
        },
        left_out=[
            *of_rows(
                "取り込めない行",
                "ファイルを修正して、もう一度取り込んでください。",
                report.rejected,
            ),
            *of_rows(
                "注文が見つからない行",
                "注文を取り込んだ後に、同じファイルをもう一度取り込んでください。",
                report.unmatched,
            ),
        ],
        warned=[
            *of_file(imported.notices),
            *of_rows(
                "警告",
                worth_a_look(is_trial=imported.is_trial),
                [*imported.warnings, *report.warnings],
            ),
        ],
    )


def _rows(title: str, advice: str, remarks: Sequence[RowRemark]) -> str:
    rows = [(one.row_number, one.place, one.reason) for one in remarks]
    return listing(title, ROW_COLUMNS, rows, advice=advice, unit="行")


def _refusal(name: str, problem: str) -> str:
    return page(
        f"送り状番号を取り込めませんでした ({name})",
        escape(problem),
        "**1行も取り込んでいません。**",
    )
