"""A stock file, count (棚卸) or receipt (入荷): read whole, booked, and reported."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import uuid4

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State

from connectors.order_files import CsvRefused
from connectors.settings.reading import read_settings
from connectors.stock_files import read_stock_file
from data.model.shops.shop import ShopHandle
from data.model.stock import StockFileKind
from data.model.typed.time import moment_of
from data.warehouse.stock.files import CountsDiffer, StockFileReport, book_stock_file
from tasks.machine import now, our_trial
from tasks.rms import clock_is_wrong_sign
from tasks.runs.failures import hiding_values
from tasks.runs.file_outcome import (
    FileOutcome,
    leave_outcome,
    of_file,
    of_texts,
)
from tasks.runs.report import (
    LISTED,
    SAME_FILE,
    TRIED,
    bullets,
    ended,
    escape,
    listing,
    page,
    section,
    sums,
    table,
)
from tasks.runs.retrying import SAFE_TO_REPEAT
from tasks.shops.blocks import load_shop

ANOTHER: Final[dict[StockFileKind, str]] = {
    "count": (
        "対処: 数え直した結果が前と同じ内容の場合は、「棚卸日」のような列を1つ追加して"
        "から取り込んでください。"
    ),
    "receipt": (
        "対処: 内容が同じ別の入荷の場合は、「伝票番号」のような列を1つ追加してから"
        "取り込んでください。"
    ),
}
"""What to do where the file is the same and what it tells is not."""
NEVER_COUNTED: Final = (
    "在庫数は「届いた数 − 取り込んだ注文の数」で、以前からの在庫を含みません。"
    "以前からの在庫がある場合は、RMSに転送する前に棚卸を取り込んでください。"
)


class _Words(NamedTuple):
    """What a report calls the same fact in a count and in a receipt."""

    file: str
    at: str
    equal: str
    older: str


_WORDS: Final[dict[StockFileKind, _Words]] = {
    "count": _Words(
        "棚卸",
        "数えた日時",
        "在庫数が一致したSKU",
        "後の棚卸、または別の店舗で取り込んだ同じファイルがあるため、変更しなかったSKU",
    ),
    "receipt": _Words(
        "入荷",
        "届いた日時",
        "新しく届いた数がないSKU",
        "後の棚卸に含まれるため変更しなかったSKU",
    ),
}


class ClockUnsure(CsvRefused):
    """By RMS's last answer this machine's clock is wrong: nobody knows what is now."""


class CountedTooLate(CsvRefused):
    """The moment entered for the file has not come yet."""


@dataclass(frozen=True)
class StockFileBooked:
    """What a report shows of a stock file that was booked."""

    kind: StockFileKind
    file_name: str
    encoding: str
    notices: tuple[str, ...]
    counted_at: datetime
    report: StockFileReport
    is_trial: bool = False


@task(name="import-count-file", **SAFE_TO_REPEAT)
def import_stock_file(  # noqa: PLR0913, PLR0917 - the whole form
    path: str,
    shop: ShopHandle,
    counted_at: datetime | str | None,
    who: str,
    kind: StockFileKind = "count",
    dry_run: bool = False,
) -> StockFileBooked:
    """Book a file as counted or received, or raise and leave the warehouse as it was.

    Without `counted_at` the file is of now. The same file again changes nothing. A
    trial tells the same and books nothing.

    Raises:
        TimeRefused: `counted_at` is no time.
        CsvRefused: a row of the file is wrong, or `counted_at` is in the future, or the
            clock is wrong by RMS's last answer.
        CountsDiffer: two listings of one SKU have different numbers.
        UnknownShop: no block and no environment describes the shop.

    """
    _refuse_wrong_clock()
    at = now()
    counted = moment_of(counted_at, "数えた日時・届いた日時") or at
    if counted > at:
        raise CountedTooLate(
            "counted-too-late",
            "数えた日時(入荷は届いた日時)が未来の日時です。",
            advice="現在より前の日時を入力するか、空欄にしてください"
            "(空欄の場合は現在の日時です)。",
        )
    with hiding_values(CountsDiffer):
        known = load_shop(shop)
        file = read_stock_file(Path(path))
        with our_trial(is_one=dry_run) as con:
            report = book_stock_file(
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
    return StockFileBooked(
        kind, file.file_name, file.encoding, file.notices, counted, report, dry_run
    )


def _refuse_wrong_clock() -> None:
    """Refuse a count whose time would be wrong, though no run asks RMS for the time.

    Counted two hours ahead, it would seem to have seen the orders of those two hours:
    their pieces would be sold once more. Behind, they would be taken off twice.
    """
    if clock_is_wrong_sign(read_settings().home).exists():
        raise ClockUnsure(
            "clock-is-wrong",
            "このマシンの時計が、RMSの時刻と合っていません(最後にRMSを呼び出したとき)。"
            "数えた日時がずれると、在庫数が実際と合わなくなります。",
            advice="時計を合わせて check-connection/0850 を実行し、成功した後に"
            "もう一度取り込んでください。",
        )


def conclude_stock_file(imported: State[StockFileBooked]) -> State[Any]:
    """Create the file's report; return the final state, Failed if it was refused."""
    outcome = imported.result(raise_on_failure=False)
    if isinstance(outcome, StockFileBooked):
        found = stock_file_outcome(outcome)
        text, end = stock_file_report(outcome), ended(_summary(outcome))
    else:
        found = FileOutcome(problem=str(outcome))
        text, end = refusal(str(outcome)), ended("", str(outcome))
    leave_outcome(found)
    create_markdown_artifact(
        key="stock-count-report", markdown=text, description="棚卸・入荷の取込の結果"
    )
    return end


def stock_file_report(imported: StockFileBooked) -> str:
    """Return the Markdown report of a file that was booked."""
    report, words = imported.report, _WORDS[imported.kind]
    is_receipt = imported.kind == "receipt"
    facts = (
        (words.at, f"{imported.counted_at:%Y-%m-%d %H:%M}"),
        ("文字コード", imported.encoding.upper()),
        ("読み込んだ行", report.rows_read),
        *([("届いた数", report.units)] if is_receipt else []),
        ("在庫数が変わったSKU", report.moved),
        (words.equal, report.equal),
        (words.older, len(report.older)),
        ("安全在庫を設定した商品", report.safety_set),
    )
    same = f"**{SAME_FILE}。**{ANOTHER[imported.kind]}" if report.is_same_file else ""
    return page(
        f"{words.file}の結果 ({imported.file_name})",
        f"**{TRIED}。**" if imported.is_trial else "",
        table(("項目", "内容"), facts),
        same,
        _skus(words.older, "", report.older),
        _skus("棚卸をまだ取り込んでいないSKU", NEVER_COUNTED, report.uncounted),
        listing(
            "SKUの対応が変わった商品",
            ("商品管理番号", "SKU管理番号", "前のSKU", "今のSKU", "確認"),
            [
                (
                    one.manage_number,
                    one.variant_id,
                    one.sku_before,
                    one.sku,
                    "前のSKUに在庫が残っています" if one.is_left else "",
                )
                for one in report.remapped
            ],
        ),
        section("警告", bullets(imported.notices)) if imported.notices else "",
    )


def stock_file_outcome(imported: StockFileBooked) -> FileOutcome:
    """Return the same as data: how many of what, and the SKUs to look at."""
    report, words = imported.report, _WORDS[imported.kind]
    received = {"届いた数": report.units} if imported.kind == "receipt" else {}
    return FileOutcome(
        is_trial=imported.is_trial,
        is_same_file=report.is_same_file,
        facts={
            "ファイル": imported.file_name,
            words.at: f"{imported.counted_at:%Y-%m-%d %H:%M}",
            "文字コード": imported.encoding.upper(),
        },
        counts={
            "読み込んだ行": report.rows_read,
            **received,
            "在庫数が変わるSKU" if imported.is_trial else "在庫数が変わったSKU": (
                report.moved
            ),
            words.equal: report.equal,
            words.older: len(report.older),
            "安全在庫を設定する商品": report.safety_set,
        },
        warned=[
            *of_file(imported.notices),
            *of_texts(words.older, "", report.older),
            *of_texts("棚卸をまだ取り込んでいないSKU", NEVER_COUNTED, report.uncounted),
            *of_texts(
                "SKUの対応が変わった商品",
                "前のSKUに在庫が残っていないか確認してください。",
                [
                    f"{one.manage_number} {one.variant_id}: "
                    f"{one.sku_before} → {one.sku}"
                    for one in report.remapped
                ],
            ),
        ],
    )


def refusal(problem: str) -> str:
    """Return the Markdown report of a file of which nothing was booked."""
    return page(
        "棚卸・入荷を取り込めませんでした",
        escape(problem),
        "**在庫数は何も変わっていません。**",
    )


def _skus(title: str, advice: str, skus: tuple[str, ...]) -> str:
    if not skus:
        return ""
    return section(f"{title} {len(skus):,}件", advice, bullets(skus[:LISTED]))


def _summary(imported: StockFileBooked) -> str:
    report = imported.report
    tried = f"{TRIED}。" if imported.is_trial else ""
    if report.is_same_file:
        return f"{tried}{SAME_FILE}。{ANOTHER[imported.kind]}"
    is_receipt = imported.kind == "receipt"
    received = f"入荷 {report.units}個 / " if is_receipt else ""
    numbers = {
        "在庫数が変わったSKU": report.moved,
        "新しく届いた数なし" if is_receipt else "一致": report.equal,
        "変更しなかったSKU": len(report.older),
    }
    return f"{tried}{received}{sums(numbers)}"
