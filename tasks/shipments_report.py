"""What people see of an import of tracking numbers; nothing of any cell."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from connectors.mall_csv.order_file import display_name
from data.warehouse.shipments import Aside
from tasks.markdown import plain
from tasks.shipments import ImportedShipments

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
