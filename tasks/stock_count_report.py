"""The report of one count (棚卸), in Japanese."""

from typing import Any

from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from tasks.csv_markdown import SAME_FILE
from tasks.stock_count import CountImported

LISTED = 50


def conclude_count(imported: State[CountImported]) -> State[Any]:
    """Write the report and say how the run ended: Failed when the file was refused."""
    outcome = imported.result(raise_on_failure=False)
    end: State[Any]
    if isinstance(outcome, CountImported):
        text, end = count_report(outcome), Completed(message=_summary(outcome))
    else:
        text, end = refusal(str(outcome)), Failed(message=str(outcome))
    create_markdown_artifact(
        key="stock-count-report",
        markdown=text,
        description="棚卸の結果 (what this count changed)",
    )
    return end


def count_report(imported: CountImported) -> str:
    """Tell in Markdown what the count changed, and what a person should see."""
    report = imported.report
    lines = [
        f"# 棚卸の結果 ({_plain(imported.file_name)})",
        "",
        "| 項目 | 内容 |",
        "| --- | --- |",
        f"| 数えた日時 (counted at) | {imported.counted_at:%Y-%m-%d %H:%M} |",
        f"| 文字コード (encoding) | {imported.encoding.upper()} |",
        f"| 読んだ行 (rows read) | {report.rows_read:,} |",
        f"| 在庫数が変わったSKU (moved) | {report.moved:,} |",
        f"| 同じだったSKU (equal) | {report.equal:,} |",
        f"| 後の棚卸があるSKU・変更なし (older) | {len(report.older):,} |",
        f"| 安全在庫を設定 (safety stock set) | {report.safety_set:,} |",
    ]
    if report.is_same_file:
        lines += ["", f"**{SAME_FILE}** (the same file: nothing changed)"]
    if report.older:
        lines += [
            "",
            "## 後の棚卸があるため変えなかったSKU (a later count is known)",
            "",
        ]
        lines += [f"- {_plain(sku)}" for sku in report.older[:LISTED]]
    if report.remapped:
        lines += [
            "",
            "## SKUの対応が変わった商品 (listings that sell another SKU now)",
            "",
            "| 商品管理番号 | SKU管理番号 | 前のSKU | 今のSKU | |",
            "| --- | --- | --- | --- | --- |",
            *(
                f"| {_plain(one.manage_number)} | {_plain(one.variant_id)}"
                f" | {_plain(one.sku_before)} | {_plain(one.sku)}"
                f" | {'前のSKUに在庫が残っています' if one.is_left else ''} |"
                for one in report.remapped[:LISTED]
            ),
        ]
    if imported.notices:
        lines += ["", "## 注意 (warnings)", ""]
        lines += [f"- {_plain(notice)}" for notice in imported.notices]
    return "\n".join(lines) + "\n"


def refusal(problem: str) -> str:
    """Tell in Markdown why nothing was counted, and what to do."""
    return (
        "# 棚卸を取り込みませんでした\n\n"
        f"{_plain(problem)}\n\n"
        "**在庫は何も変わっていません。** (nothing was counted)\n"
    )


def _summary(imported: CountImported) -> str:
    report = imported.report
    if report.is_same_file:
        return f"{SAME_FILE} (the same file: nothing changed)"
    return (
        f"在庫数が変わったSKU {report.moved} / 同じ {report.equal}"
        f" / 後の棚卸あり {len(report.older)} (moved / equal / older)"
    )


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("|", "/")
