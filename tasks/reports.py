"""What people see of a run: progress while it works, a report when it ends."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    update_progress_artifact,
)
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from data.model.japan_time import in_japan
from data.model.load import Attention, Taken
from data.model.order import RefusedOrder
from data.model.shop import ShopHandle
from data.warehouse.loads import Load

LISTED = 50
"""Refused orders shown in a report; all of them are in `order_refusals`."""


def with_progress(batches: Sequence[list[str]]) -> Iterator[list[str]]:
    """Go through the batches and show how far it is, as a progress artifact."""
    bar = cast(
        UUID,
        create_progress_artifact(
            progress=0.0 if batches else 100.0,
            key="ingest-progress",
            description="注文の取込状況 (orders read so far)",
        ),
    )
    for done, batch in enumerate(batches, start=1):
        yield batch
        update_progress_artifact(bar, progress=100.0 * done / len(batches))


def report_load(
    shop: ShopHandle, load: Load, taken: Taken, attention: Attention
) -> State[Any]:
    """Write the run's report in Japanese and say how the run ended.

    Failed when an order was refused, so that somebody looks; everything else is
    stored all the same.
    """
    create_markdown_artifact(
        key="ingest-report",
        markdown=ingest_report(shop, load, taken, attention),
        description="受注取込の結果 (what this run brought in)",
    )
    summary = (
        f"新規 {taken.created} / 変更 {taken.changed} / 変更なし {taken.unchanged}"
        f" / 読めない注文 {len(taken.refused)}"
        " (new / changed / unchanged / refused)"
    )
    if taken.refused:
        return Failed(message=f"{summary}。対処: 「ingest-report」の表を見てください。")
    return Completed(message=summary)


def ingest_report(
    shop: ShopHandle, load: Load, taken: Taken, attention: Attention
) -> str:
    """Tell in Markdown what was found, new, changed, unchanged and refused."""
    lines = [
        f"# 受注取込の結果 ({shop})",
        "",
        f"期間 (window): {_minute(load.window_from)} ～ {_minute(load.window_to)}",
        "",
        "| 項目 | 件数 |",
        "| --- | ---: |",
        f"| 見つかった注文 (found) | {load.found} |",
        f"| 新規 (new) | {taken.created} |",
        f"| 変更あり (changed) | {taken.changed} |",
        f"| 変更なし (unchanged) | {taken.unchanged} |",
        f"| 古い読取りのため保存せず (stale) | {taken.stale} |",
        f"| 読めない注文 (refused) | {len(taken.refused)} |",
        f"| 通知がなかった新規 (without a notice) | {load.found_without_notice} |",
    ]
    if attention.open_amounts:
        lines += _numbers(
            f"金額未確定 {len(attention.open_amounts)}件 (amounts still open)",
            "送料などの金額を RMS で確定してください。それまで注文確認はできません。",
            attention.open_amounts,
        )
    if attention.unknown_status:
        lines += _numbers(
            f"知らないステータス {len(attention.unknown_status)}件 (unknown status)",
            "「保留」にしました。RMS の受注画面でステータスを確かめてください。",
            attention.unknown_status,
        )
    if taken.unconfirmed:
        lines += _refusals(
            f"注文確認できなかった注文 {len(taken.unconfirmed)}件 (not confirmed)",
            "理由を確かめて、RMS の受注画面で処理してください。",
            taken.unconfirmed,
        )
    if taken.refused:
        lines += _refusals(
            f"読めない注文 {len(taken.refused)}件 (refused)",
            "保存していません。次の実行でまた読みます。全件は表 `order_refusals` に。",
            taken.refused,
        )
    return "\n".join(lines) + "\n"


def _minute(moment: datetime | None) -> str:
    return f"{in_japan(moment):%Y-%m-%d %H:%M}" if moment else "?"


def _numbers(title: str, advice: str, numbers: Sequence[str]) -> list[str]:
    more = " …" if len(numbers) > LISTED else ""
    return ["", f"## {title}", "", advice, "", ", ".join(numbers[:LISTED]) + more]


def _refusals(title: str, advice: str, orders: Sequence[RefusedOrder]) -> list[str]:
    head = ["", f"## {title}", "", advice, "", "| 注文番号 | コード | 理由 |"]
    rows = [f"| {o.order_number} | {o.code} | {o.reason} |" for o in orders[:LISTED]]
    return [*head, "| --- | --- | --- |", *rows]
