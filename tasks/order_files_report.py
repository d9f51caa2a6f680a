"""What people see of a CSV import: a report of each file, and how the run ended.

The report of one CSV file as Markdown: Japanese, and nothing of any cell.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from prefect import runtime
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from connectors.watched_folder import Download
from data.warehouse.order_files import ImportReport
from tasks.order_files import LISTED, Choices, Imported, Reject
from tasks.report import plain

MODES = {
    "update": "更新 (update): 空欄のセルは上書きしていません",
    "replace": "書換 (replace): 空欄のセルも上書きしました",
}
KINDS = {
    "line-differs": "同じ明細の内容が違う (a line comes twice, different)",
    "order-differs": "行によって注文の内容が違う (rows of an order differ)",
    "package-differs": "行によって送付先の内容が違う (rows of a package differ)",
    "line-missing": "登録済みの明細がない (a known line is missing)",
    "units-after-adjustment": "在庫調整後に個数が変わった (units changed late)",
    "sum-differs": "金額が合わない (sums differ)",
}
TRIED = "試行: 何も書き込んでいません"
SAME_FILE = "同じファイルです。変更はありません"


def import_report(download: Download, choices: Choices, imported: Imported) -> str:
    """Tell in Markdown what became of the file's rows and what a person should see."""
    report = imported.report
    rows = [
        ("ファイル (file)", plain(report.file_name)),
        ("種類 (kind)", f"{imported.title}, {imported.columns}列"),
        ("モール / 店舗 (mall / shop)", f"{download.mall} / {download.shop}"),
        ("登録タイプ (mode)", MODES[choices.mode]),
        ("文字コード (encoding)", imported.encoding.upper()),
        ("読んだ行 (rows read)", f"{report.rows_read:,}"),
        ("新規の注文 (created)", f"{report.orders_created:,}"),
        ("更新した注文 (updated)", f"{report.orders_updated:,}"),
        ("変更なしの注文 (unchanged)", f"{report.orders_unchanged:,}"),
        ("くり返しの行 (repeated lines)", f"{report.lines_repeated:,}"),
        ("別店舗の注文・除外 (other shops)", f"{report.orders_of_other_shops:,}"),
        ("取り込めなかった行 (rejected lines)", f"{report.lines_rejected:,}"),
        ("そのため除いた注文 (set aside)", f"{report.orders_set_aside:,}"),
        ("在庫の手動調整待ち (waiting for stock)", f"{report.waiting_for_stock:,}行"),
    ]
    lines = [f"# CSV取込の結果 ({plain(report.file_name)})", ""]
    if choices.dry_run:
        lines += [f"**{TRIED}** (trial: nothing was written)", ""]
    if report.is_same_file:
        lines += [f"**{SAME_FILE}** (the same file: nothing changed)", ""]
    lines += ["| 項目 | 内容 |", "| --- | --- |", *(f"| {k} | {v} |" for k, v in rows)]
    lines += _rejects(report, imported.rejects)
    lines += _warnings(report, imported.notices)
    if report.waiting_for_stock:
        lines += [
            "",
            f"## 在庫の手動調整待ち {report.waiting_for_stock:,}行 (waiting for stock)",
            "",
            "CSVで登録した注文は在庫を動かしません。次で一覧が見られます。",
            "",
            "    SELECT * FROM manual_stock_adjustments",
            "",
            "在庫を確かめたら `adjust-stock/manual` で調整します (adjust by hand)。",
            "",
            f"    prefect deployment run 'adjust-stock/manual' -p shop={download.shop}",
        ]
    return "\n".join(lines) + "\n"


def refusal_report(download: Download, problem: str) -> str:
    """Tell in Markdown why nothing of the file was imported, and what to do."""
    return (
        f"# CSVを取り込みませんでした ({plain(download.name)})\n\n"
        f"モール / 店舗 (mall / shop): {plain(download.mall) or '?'}"
        f" / {plain(download.shop) or '?'}\n\n"
        f"{plain(problem)}\n\n"
        "**1行も取り込んでいません。** (nothing of this file was imported)\n"
    )


def _rejects(report: ImportReport, rejects: Sequence[Reject]) -> list[str]:
    if not report.lines_rejected:
        return []
    return [
        "",
        f"## 取り込めなかった行 {report.lines_rejected:,}行 (rejected lines)",
        "",
        "その注文は取り込んでいません。直してからもう一度。全件は表 `csv_rejects` に。",
        "",
        "| 行 | 列 | 理由 |",
        "| ---: | --- | --- |",
        *(
            f"| {row} | {plain(column) if column else '(行全体)'} | {plain(reason)} |"
            for row, column, reason in rejects[:LISTED]
        ),
    ]


def _warnings(report: ImportReport, notices: Sequence[str]) -> list[str]:
    lines = [f"- {plain(notice)}" for notice in notices]
    lines += [
        f"- {KINDS.get(kind, kind)}: {count:,}件"
        for kind, count in report.warning_counts
    ]
    if lines:
        lines = ["", "## 注意 (warnings)", "", *lines]
    if report.warnings:
        lines += ["", "| 注文番号 | 注意 |", "| --- | --- |"]
        lines += [
            f"| {plain(number)} | {plain(text)} |"
            for _, number, text in report.warnings[:LISTED]
        ]
    return lines


LOOK = "対処: 「import-report」の表を見てください。"
SAID = 5
"""Files whose problems fit into a run's message; each has its own report."""


class Ending(NamedTuple):
    """How it went with one download: what changed, and what a person has to do."""

    name: str
    report: ImportReport | None = None
    problem: str = ""


def import_run_name() -> str:
    """Name a run after the mall and shop of its file, or after the watched folder."""
    given = runtime.flow_run.parameters
    if not given.get("path"):
        return "import-order-csv-incoming"
    return f"import-order-csv-{given.get('mall')}-{given.get('shop')}"


def report_import(
    download: Download, choices: Choices, imported: State[Imported], unmoved: str
) -> Ending:
    """Write a file's report in Japanese; say in short how it went with the file."""
    outcome = imported.result(raise_on_failure=False)
    if isinstance(outcome, Imported):
        text = import_report(download, choices, outcome)
        ending = Ending(download.name, outcome.report, unmoved)
    else:
        text = refusal_report(download, f"{outcome} {unmoved}")
        ending = Ending(download.name, problem=f"{outcome} {unmoved}".strip())
    create_markdown_artifact(
        key="import-report",
        markdown=text,
        description="CSV取込の結果 (what this import brought in)",
    )
    return ending


def conclude(endings: Sequence[Ending], choices: Choices) -> State[Any]:
    """Say how the run ended: Failed if a file was refused, so that somebody looks.

    Rows set aside do not fail a run, but its message says so.
    """
    if not endings:
        return Completed(message="incoming フォルダに取り込むファイルはありません。")
    reports = [ending.report for ending in endings if ending.report]
    amiss = [ending for ending in endings if ending.problem]
    parts = [f"{TRIED}。"] if choices.dry_run else []
    if reports:
        parts.append(_counts(reports))
    if any(report.lines_rejected for report in reports):
        parts.append(LOOK)
    if len(endings) == 1:
        parts += [each.problem for each in amiss]
    elif amiss:
        parts.append(f"問題のあったファイル {len(amiss)} / {len(endings)}:")
        parts += [f"{each.name}: {each.problem}" for each in amiss[:SAID]]
    message = " ".join(parts)
    return Failed(message=message) if amiss else Completed(message=message)


def _counts(reports: Sequence[ImportReport]) -> str:
    same = f"{SAME_FILE}。 " if all(r.is_same_file for r in reports) else ""
    return (
        f"{same}新規 {sum(r.orders_created for r in reports)}"
        f" / 更新 {sum(r.orders_updated for r in reports)}"
        f" / 変更なし {sum(r.orders_unchanged for r in reports)}"
        f" / 取り込めなかった行 {sum(r.lines_rejected for r in reports)}"
        " (created / updated / unchanged / rejected lines)"
    )
