"""A carrier's file of tracking numbers: read it whole, store its parcels.

What people see of an import of tracking numbers; nothing of any cell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from connectors.carriers import Remark, ShipmentFile, read_shipment_file
from connectors.order_files.order_file import display_name
from data.model.shop import ShopHandle
from data.warehouse.shipping.shipments import (
    Aside,
    ParcelFile,
    ShipmentReport,
    import_shipments,
)
from tasks.machine import our_warehouse
from tasks.order_files import telling_no_values
from tasks.report import plain
from tasks.retrying import SAFE_TO_REPEAT
from tasks.rms import now
from tasks.shops.blocks import load_shop


@dataclass(frozen=True)
class ImportedShipments:
    """What is told of a file that was read to its end; no cell of it."""

    title: str
    encoding: str
    notices: Sequence[str]
    warnings: Sequence[Aside]
    report: ShipmentReport


@task(name="import-shipment-file", task_run_name="import-{carrier}", **SAFE_TO_REPEAT)
def import_shipment_file(
    path: str, carrier: str, shop: ShopHandle
) -> ImportedShipments:
    """Store the parcels of a file, or raise and leave the warehouse as it was.

    Repeating it is harmless: the same file again changes nothing.
    """
    with telling_no_values():
        known = load_shop(shop)
        file = read_shipment_file(Path(path), carrier)
        with our_warehouse() as con:
            report = import_shipments(
                con,
                _parcels(file),
                import_id=str(uuid4()),
                shop_id=known.shop_id,
                mall=known.mall,
                imported_at=now(),
            )
        return ImportedShipments(
            title=file.layout.title,
            encoding=file.encoding,
            notices=file.notices,
            warnings=_asides(file.warnings),
            report=report,
        )


def _parcels(file: ShipmentFile) -> ParcelFile:
    return ParcelFile(
        carrier=file.layout.carrier.value,
        layout=file.layout.name,
        file_name=file.file_name,
        sha256=file.sha256,
        rows_read=file.rows_read,
        rows=file.rows,
        rejects=_asides(file.rejects),
        reference_column=file.layout.reference.name,
    )


def _asides(remarks: Sequence[Remark]) -> list[Aside]:
    """Leave the reference out: anything may stand there that somebody typed."""
    return [Aside(one.row_number, one.column_name, one.reason) for one in remarks]


LISTED: Final = 50
"""Rows shown of each kind; all that are not used are in `shipment_rejects`."""
SAME_FILE: Final = "同じファイルです。変更はありません"
LOOK: Final = "対処: 「shipments-report」の表を見てください。"


def conclude_shipments(path: str, imported: State[ImportedShipments]) -> State[Any]:
    """Write the file's report; Failed if nothing of it was taken.

    Rows set aside do not fail a run, but its message says so.
    """
    outcome = imported.result(raise_on_failure=False)
    if not isinstance(outcome, ImportedShipments):
        _show(_refusal(display_name(Path(path).name), f"{outcome}"))
        return Failed(message=f"{outcome}")
    _show(shipments_report(outcome))
    report = outcome.report
    same = f"{SAME_FILE}。 " if report.is_same_file else ""
    aside = len(report.rejected) + len(report.unmatched)
    return Completed(
        message=f"{same}新規 {report.created} / 変更 {report.changed}"
        f" / 変更なし {report.unchanged} / 取り込めなかった行 {len(report.rejected)}"
        f" / 注文が見つからない行 {len(report.unmatched)}"
        " (created / changed / unchanged / rejected / unmatched)"
        + (f" {LOOK}" if aside else "")
    )


def _show(markdown: str) -> None:
    create_markdown_artifact(
        key="shipments-report",
        markdown=markdown,
        description="送り状番号の取込の結果 (what this import brought in)",
    )


def shipments_report(imported: ImportedShipments) -> str:
    """Tell in Markdown what became of the file's rows."""
    report = imported.report
    rows = [
        ("ファイル (file)", plain(report.file_name)),
        ("種類 (kind)", plain(imported.title)),
        ("文字コード (encoding)", imported.encoding.upper()),
        ("読んだ行 (rows read)", f"{report.rows_read:,}"),
        ("新規の荷物 (created)", f"{report.created:,}"),
        ("変更した荷物 (changed)", f"{report.changed:,}"),
        ("変更なしの荷物 (unchanged)", f"{report.unchanged:,}"),
        ("取り込めなかった行 (rejected)", f"{len(report.rejected):,}"),
        ("注文が見つからない行 (unmatched)", f"{len(report.unmatched):,}"),
    ]
    lines = [f"# 送り状番号の取込の結果 ({plain(report.file_name)})", ""]
    if report.is_same_file:
        lines += [f"**{SAME_FILE}** (the same file: nothing changed)", ""]
    lines += ["| 項目 | 内容 |", "| --- | --- |", *(f"| {k} | {v} |" for k, v in rows)]
    lines += _table(
        "取り込めなかった行 (rejected)",
        "直してからもう一度取り込んでください。全件は表 `shipment_rejects` に。",
        report.rejected,
    )
    lines += _table(
        "注文が見つからない行 (unmatched)",
        "注文を取り込んでから(ingest-orders)、同じファイルをもう一度取り込めます。",
        report.unmatched,
    )
    warnings = [*imported.warnings, *report.repeated]
    lines += _table("注意 (warnings)", "取り込みました。確かめてください。", warnings)
    if imported.notices:
        lines += ["", *(f"- {plain(notice)}" for notice in imported.notices)]
    return "\n".join(lines) + "\n"


def _refusal(name: str, problem: str) -> str:
    return (
        f"# 送り状番号を取り込みませんでした ({plain(name)})\n\n"
        f"{plain(problem)}\n\n"
        "**1行も取り込んでいません。** (nothing of this file was imported)\n"
    )


def _table(title: str, advice: str, asides: Sequence[Aside]) -> list[str]:
    if not asides:
        return []
    return [
        "",
        f"## {title} {len(asides):,}行",
        "",
        advice,
        "",
        "| 行 | 列 | 理由 |",
        "| ---: | --- | --- |",
        *(
            f"| {one.row_number} | {plain(one.column_name or '(行全体)')}"
            f" | {plain(one.reason)} |"
            for one in asides[:LISTED]
        ),
    ]
