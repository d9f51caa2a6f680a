"""What people see of an order file's import: its report, and how the run ended.

The report is Japanese and has no cell of the file, only row numbers and reasons.
"""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from prefect import runtime
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from connectors.watched_folder import Download
from data.warehouse.order_files.store import ImportReport
from tasks.order_files.imports import Choices, Imported
from tasks.runs.file_outcome import (
    FileOutcome,
    Remark,
    RemarkList,
    leave_outcome,
    of_file,
)
from tasks.runs.report import (
    LISTED,
    SAME_FILE,
    TRIED,
    bullets,
    escape,
    page,
    section,
    see,
    sums,
    table,
    worth_a_look,
)

MODES: Final = {
    "update": "更新: 空欄のセルは上書きしません",
    "replace": "書換: 空欄のセルも上書きします",
}
WARNINGS: Final = {
    "line-differs": "同じ明細の内容が行によって異なります",
    "order-differs": "同じ注文の内容が行によって異なります",
    "package-differs": "同じ送付先の内容が行によって異なります",
    "line-missing": "登録済みの明細がファイルにありません",
    "units-after-adjustment": "在庫の手動調整後に個数が変わりました",
    "sku-after-adjustment": "在庫の手動調整後にSKUが変わりました",
    "label-outdated": "送り状の出力後に、お届け先・日時・金額などが変わりました",
    "sum-differs": "金額の合計が一致しません",
    "total-missing": "合計金額がありません",
    "step-back": "登録済みの注文より前のステータスです(変更していません)",
    "cancelled-after-adjustment": "在庫の手動調整後にキャンセル・返金されました",
    "unreadable": "読み取れないセルを空欄として扱いました",
    "excel-damage": "Excelで壊れた商品コードを空欄として扱いました",
    "phone-without-zero": "先頭の0がない電話番号を空欄として扱いました",
    "unusable-character": "使用できない文字を含むセルを空欄として扱いました",
    "short-rows": "列の足りない行があります",
}
"""The words for each kind of warning in `csv_warnings`."""
NOTHING_IMPORTED: Final = "**1行も取り込んでいません。**"
LEFT_OUT: Final = "取り込まなかった注文 {:,}件(修正して、もう一度取り込んでください)。"
FILES_NAMED: Final = 5
"""Files whose problems fit into a run's message; each has a report of its own."""


class DownloadEnding(NamedTuple):
    """How one download ended: its counts, and the problem a person has to solve."""

    name: str
    report: ImportReport | None = None
    problem: str = ""


def import_run_name() -> str:
    """Return a run's name from the mall and shop of its file, or the watched folder."""
    given = runtime.flow_run.parameters
    if not given.get("path") and not given.get("item_path"):
        return "import-order-csv-incoming"
    return f"import-order-csv-{given.get('mall')}-{given.get('shop')}"


def report_import(
    download: Download, choices: Choices, imported: State[Imported], unmoved: str
) -> DownloadEnding:
    """Create a file's report and return how it ended."""
    outcome = imported.result(raise_on_failure=False)
    if isinstance(outcome, Imported):
        text = import_report(download, choices, outcome)
        found = import_outcome(outcome, choices)
        ending = DownloadEnding(download.name, outcome.report, unmoved)
    else:
        problem = f"{outcome} {unmoved}".strip()
        text = refusal_report(download, problem)
        found = FileOutcome(is_trial=choices.dry_run, problem=problem)
        ending = DownloadEnding(download.name, problem=problem)
    leave_outcome(found)
    create_markdown_artifact(
        key="import-report", markdown=text, description="CSV取込の結果"
    )
    return ending


def conclude(endings: Sequence[DownloadEnding], choices: Choices) -> State[Any]:
    """Return the run's final state: Failed if anything was left out.

    That is a file refused or not put away, or an order set aside. Warnings alone do
    not fail a run, but its message counts them and points to the report.
    """
    if not endings:
        return Completed(message="incoming フォルダーに取り込むファイルはありません。")
    reports = [ending.report for ending in endings if ending.report]
    amiss = [ending for ending in endings if ending.problem]
    parts = [f"{TRIED}。"] if choices.dry_run else []
    if reports:
        parts.append(_summary(reports))
    aside = sum(report.orders_set_aside for report in reports)
    is_partial = any(report.lines_rejected for report in reports)
    if aside:
        parts.append(LEFT_OUT.format(aside))
    if skipped := sum(report.orders_of_other_shops for report in reports):
        parts.append(f"除外した別店舗の注文 {skipped:,}件。")
    if warned := sum(sum(report.warned.values()) for report in reports):
        parts.append(f"警告 {warned:,}件。")
    if is_partial or warned:
        parts.append(see("import-report"))
    if len(endings) == 1:
        parts += [each.problem for each in amiss]
    elif amiss:
        parts.append(f"問題のあったファイル {len(amiss)} / {len(endings)}:")
        parts += [f"{each.name}: {each.problem}" for each in amiss[:FILES_NAMED]]
    message = " ".join(parts)
    is_whole = not amiss and not is_partial
    return Completed(message=message) if is_whole else Failed(message=message)


def import_report(download: Download, choices: Choices, imported: Imported) -> str:
    """Return the Markdown report of a file that was read to its end."""
    report = imported.report
    facts = (
        ("ファイル", report.file_name),
        ("種類", f"{imported.title}, {imported.columns}列"),
        ("モール / 店舗", f"{download.mall} / {download.shop}"),
        ("登録タイプ", MODES[choices.mode]),
        ("文字コード", imported.encoding.upper()),
        ("読み込んだ行", report.rows_read),
        ("新規の注文", report.orders_created),
        ("更新した注文", report.orders_updated),
        ("変更なしの注文", report.orders_unchanged),
        ("重複していた行", report.lines_repeated),
        ("除外した別店舗の注文", report.orders_of_other_shops),
        ("取り込めなかった行", report.lines_rejected),
        ("そのため取り込まなかった注文", report.orders_set_aside),
        ("在庫の手動調整待ちの明細", report.waiting_for_stock),
    )
    return page(
        f"CSV取込の結果 ({report.file_name})",
        f"**{TRIED}。**" if choices.dry_run else "",
        f"**{SAME_FILE}。**" if report.is_same_file else "",
        table(("項目", "内容"), facts),
        _rejects(imported, is_trial=choices.dry_run),
        _warnings(imported, is_trial=choices.dry_run),
        _waiting(download.shop, report.waiting_for_stock, is_trial=choices.dry_run),
    )


def import_outcome(imported: Imported, choices: Choices) -> FileOutcome:
    """Return the same as data: how many of what, and each row left out with why."""
    report = imported.report
    counts = {
        "読み込んだ行": report.rows_read,
        "新規の注文": report.orders_created,
        "更新する注文" if choices.dry_run else "更新した注文": report.orders_updated,
        "変更なしの注文": report.orders_unchanged,
        "取り込まない注文": report.orders_set_aside,
        "除外する別店舗の注文": report.orders_of_other_shops,
    }
    kinds = [
        Remark(what=f"{WARNINGS.get(kind, kind)}: {count:,}件")
        for kind, count in report.warned.items()
    ]
    found = [
        Remark(order=number or "", what=text) for _, number, text in report.warnings
    ]
    warned = of_file(imported.notices)
    if kinds:
        warned.append(
            RemarkList(
                title="警告",
                total=sum(report.warned.values()),
                advice=worth_a_look(is_trial=choices.dry_run),
                remarks=[*kinds, *found[:LISTED]],
            )
        )
    left_out = []
    if report.lines_rejected:
        left_out.append(
            RemarkList(
                title="取り込めない行",
                total=report.lines_rejected,
                advice="この行を含む注文は"
                f"{'取り込みません' if choices.dry_run else '取り込んでいません'}。"
                "ファイルを修正して、もう一度取り込んでください。",
                remarks=[Remark.of_row(one) for one in imported.rejects],
            )
        )
    return FileOutcome(
        is_trial=choices.dry_run,
        is_same_file=report.is_same_file,
        facts={
            "ファイル": report.file_name,
            "種類": f"{imported.title}({imported.columns}列)",
            "文字コード": imported.encoding.upper(),
        },
        counts=counts,
        left_out=left_out,
        warned=warned,
        waiting=report.waiting_for_stock,
    )


def refusal_report(download: Download, problem: str) -> str:
    """Return the Markdown report of a file of which nothing was imported."""
    mall, shop = escape(download.mall), escape(download.shop)
    return page(
        f"CSVを取り込めませんでした ({download.name})",
        f"モール / 店舗: {mall or '不明'} / {shop or '不明'}",
        escape(problem),
        NOTHING_IMPORTED,
    )


def _rejects(imported: Imported, *, is_trial: bool) -> str:
    total = imported.report.lines_rejected
    if not total:
        return ""
    rows = [
        (one.row_number, one.place, one.reason) for one in imported.rejects[:LISTED]
    ]
    return section(
        f"取り込めなかった行 {total:,}行",
        "この行を含む注文は取り込みません。修正してから取り込んでください。"
        if is_trial
        else "この行を含む注文は取り込んでいません。修正して、もう一度取り込んで"
        "ください。すべての行は表 `csv_rejects` で確認できます。",
        table(("行", "列", "理由"), rows),
    )


def _warnings(imported: Imported, *, is_trial: bool) -> str:
    report = imported.report
    kinds = (
        f"{WARNINGS.get(kind, kind)}: {count:,}件"
        for kind, count in report.warned.items()
    )
    found = bullets((*imported.notices, *kinds))
    if not found:
        return ""
    rows = [(number or "", text) for _, number, text in report.warnings[:LISTED]]
    kept = "" if is_trial else "すべての警告は表 `csv_warnings` で確認できます。"
    return section(
        "警告",
        found,
        f"{worth_a_look(is_trial=is_trial)}{kept}" if rows else "",
        table(("注文番号", "警告"), rows),
    )


def _waiting(shop: str, lines: int, *, is_trial: bool) -> str:
    if not lines:
        return ""
    title = f"在庫の手動調整待ち {lines:,}行"
    if is_trial:
        return section(title, "取り込むと、在庫の手動調整を待つ明細の数です。")
    return section(
        title,
        "CSVで登録した注文は、在庫数を変更しません。調整待ちの一覧は次で確認できます。",
        "    SELECT * FROM manual_stock_adjustments",
        "在庫を確認し、`adjust-stock/manual` で調整してください。",
        f"    prefect deployment run 'adjust-stock/manual' -p shop={shop}",
    )


def _summary(reports: Sequence[ImportReport]) -> str:
    same = f"{SAME_FILE}。" if all(each.is_same_file for each in reports) else ""
    return same + sums(
        {
            "新規": sum(each.orders_created for each in reports),
            "更新": sum(each.orders_updated for each in reports),
            "変更なし": sum(each.orders_unchanged for each in reports),
            "取り込めなかった行": sum(each.lines_rejected for each in reports),
        }
    )
