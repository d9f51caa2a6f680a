"""A count (棚卸) or receipt (入荷) file: read it whole, book it in one transaction.

The report of one count (棚卸) or of goods received (入荷), in Japanese.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from connectors.order_files import CsvRefused
from connectors.settings import SettingsProblem
from connectors.stock_files import read_stock_counts
from data.model.japan_time import in_japan
from data.model.shop import ShopHandle
from data.model.stock import StockFileKind
from data.warehouse.stock.files import CountReport, CountsDiffer, count_stock
from tasks.machine import our_warehouse
from tasks.order_files import telling_no_values
from tasks.order_files_report import SAME_FILE
from tasks.retrying import SAFE_TO_REPEAT
from tasks.rms import now
from tasks.shops.blocks import UnknownShop, load_shop

REFUSALS = (CsvRefused, CountsDiffer, UnknownShop, SettingsProblem)
"""The file, or what was said of it, is wrong: a person has to do something."""


class CountedTooLate(CsvRefused):
    """The file is said to be of a moment that has not come."""


@dataclass(frozen=True)
class CountImported:
    """What is told of a stock file that was booked."""

    kind: StockFileKind
    file_name: str
    encoding: str
    notices: tuple[str, ...]
    counted_at: datetime
    report: CountReport


@task(name="import-count-file", **SAFE_TO_REPEAT)
def import_count_file(
    path: str,
    shop: ShopHandle,
    counted_at: datetime | None,
    who: str,
    kind: StockFileKind = "count",
) -> CountImported:
    """Book a file as counted or received, or raise and leave the warehouse as it was.

    Without `counted_at` it is of now. Repeating it is harmless: the same file
    again changes nothing.

    Raises:
        CsvRefused: the file is not whole and faultless, or `counted_at` is to come.
        CountsDiffer: two listings of one SKU have different numbers.
        UnknownShop: nobody described the shop.

    """
    at = now()
    counted = at if counted_at is None else in_japan(counted_at)
    if counted > at:
        raise _not_yet()
    with telling_no_values():
        known = load_shop(shop)
        file = read_stock_counts(Path(path))
    with our_warehouse() as con:
        report = count_stock(
            con,
            file,
            shop_id=known.shop_id,
            mall=known.mall,
            kind=kind,
            import_id=str(uuid4()),
            who=who,
            counted_at=counted,
            imported_at=at,
        )
    return CountImported(
        kind, file.file_name, file.encoding, file.notices, counted, report
    )


def _not_yet() -> CountedTooLate:
    return CountedTooLate(
        "counted-too-late",
        "数えた日時(入荷なら届いた日時)が、まだ来ていない日時です。",
        advice="今より前の日時を入れるか、空欄にしてください(空欄なら今)。",
        english="counted_at is in the future",
    )


LISTED = 50
ANOTHER_DELIVERY: Final = (
    "対処: 中身が同じ別の入荷なら、「伝票番号」のような列を1つ足してから、"
    "取り込んでください。"
    " (for a second, equal delivery add a column)"
)
NEVER_COUNTED: Final = (
    "在庫数は「届いた数 − 取り込んだ注文の数」で、前からの在庫を含みません。"
    "前からの在庫があれば、RMSに転送する前に棚卸をしてください。"
)
_COUNT: Final = (
    "棚卸",
    "数えた日時 (counted at)",
    "同じだったSKU (equal)",
    "後の棚卸があるSKU・変更なし (older)",
)
_RECEIPT: Final = (
    "入荷",
    "届いた日時 (arrived at)",
    "新しく届いた数がないSKU (nothing new)",
    "後の棚卸に含まれるSKU・変更なし (older)",
)


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
        description="棚卸・入荷の結果 (what this file changed)",
    )
    return end


def count_report(imported: CountImported) -> str:
    """Tell in Markdown what the file changed, and what a person should see."""
    report = imported.report
    is_receipt = imported.kind == "receipt"
    name, at, equal, older = _RECEIPT if is_receipt else _COUNT
    lines = [
        f"# {name}の結果 ({_plain(imported.file_name)})",
        "",
        "| 項目 | 内容 |",
        "| --- | --- |",
        f"| {at} | {imported.counted_at:%Y-%m-%d %H:%M} |",
        f"| 文字コード (encoding) | {imported.encoding.upper()} |",
        f"| 読んだ行 (rows read) | {report.rows_read:,} |",
        *([f"| 届いた数 (units received) | {report.units:,} |"] if is_receipt else []),
        f"| 在庫数が変わったSKU (moved) | {report.moved:,} |",
        f"| {equal} | {report.equal:,} |",
        f"| {older} | {len(report.older):,} |",
        f"| 安全在庫を設定 (safety stock set) | {report.safety_set:,} |",
    ]
    if report.is_same_file:
        lines += ["", f"**{SAME_FILE}** (the same file: nothing changed)"]
        lines += [ANOTHER_DELIVERY] if is_receipt else []
    lines += _skus(report)
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


def _skus(report: CountReport) -> Iterator[str]:
    if report.older:
        yield from (
            "",
            "## 後の棚卸があるため変えなかったSKU (a later count is known)",
            "",
        )
        yield from (f"- {_plain(sku)}" for sku in report.older[:LISTED])
    if report.uncounted:
        yield from (
            "",
            "## まだ棚卸をしていないSKU (never counted)",
            "",
            NEVER_COUNTED,
            "",
        )
        yield from (f"- {_plain(sku)}" for sku in report.uncounted[:LISTED])


def refusal(problem: str) -> str:
    """Tell in Markdown why nothing was booked, and what to do."""
    return (
        "# 棚卸・入荷を取り込みませんでした\n\n"
        f"{_plain(problem)}\n\n"
        "**在庫は何も変わっていません。** (nothing was booked)\n"
    )


def _summary(imported: CountImported) -> str:
    report = imported.report
    is_receipt = imported.kind == "receipt"
    if report.is_same_file:
        same = f"{SAME_FILE} (the same file: nothing changed)"
        return f"{same}。{ANOTHER_DELIVERY}" if is_receipt else same
    if is_receipt:
        return (
            f"入荷 {report.units}個 / 在庫数が変わったSKU {report.moved}"
            f" / 届いていない {report.equal} / 後の棚卸あり {len(report.older)}"
            " (units received / moved / nothing new / older)"
        )
    return (
        f"在庫数が変わったSKU {report.moved} / 同じ {report.equal}"
        f" / 後の棚卸あり {len(report.older)} (moved / equal / older)"
    )


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("|", "/")
