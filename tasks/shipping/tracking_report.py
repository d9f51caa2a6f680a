"""What people see of a push: a report in Japanese, and how the run ended."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from data.model.shipment import DELIVERY_COMPANIES, ShipmentState
from data.model.shop import ShopHandle
from data.warehouse.runs import Load
from data.warehouse.shipping.tracking import (
    ShipmentLine,
    Straggler,
    TrackingReport,
    judge_tracking,
    tracking_report,
)
from tasks.machine import our_warehouse
from tasks.retrying import SAFE_TO_REPEAT
from tasks.shipping.tracking import run_of

LISTED: Final = 50
"""Shipments shown of each kind; all of them are in the table `shipments`."""

_OPEN: Final = frozenset({ShipmentState.SENT, ShipmentState.UNKNOWN})
_NO: Final = frozenset({ShipmentState.REFUSED, ShipmentState.CANCELLED})
_ON_ITS_WAY: Final = (
    "報告の結果をまだ確認できません(answer lost)。"
    "対処: 次の実行が注文を読み直して判断します。"
)
UNREAD: Final = (
    "注文を読めないため報告していません。"
    "対処: 表 `order_refusals` の理由を確かめてください。"
)
STILL_OPEN: Final = (
    "発送日が過ぎ、全部の行がそろうと、夜間にRMSが発送済(500)にします。"
    "対処: 欠けている行をRMSの画面で埋めるか、消してください。"
)


@task(name="gather-report", **SAFE_TO_REPEAT)
def gather_report(load: Load) -> TrackingReport:
    """Read back from the warehouse what became of the shipments."""
    with our_warehouse() as con:
        return tracking_report(con, run_of(load))


def conclude_push(shop: ShopHandle, load: Load) -> State[Any]:
    """Write the report; Failed when a person, or the next run, has something to do."""
    report = gather_report(load)
    create_markdown_artifact(
        key="tracking-report",
        markdown=push_report(shop, report),
        description="発送報告の結果 (what was reported to the mall)",
    )
    refused, unknown = _refused(report), _unknown(report)
    summary = (
        f"報告 {_sent(report)} / 確認済 {_verified(report)} / 拒否 {len(refused)}"
        f" / 不明 {len(unknown)} / 報告済で発送待ち {len(report.stragglers)}"
        " (sent / verified / refused / unknown / still 300)"
    )
    if refused or unknown or report.unread:
        return Failed(
            message=f"{summary}。対処: 「tracking-report」の表を見てください。"
        )
    return Completed(message=summary)


def show_plan(shop: ShopHandle, load: Load) -> State[Any]:
    """Show what would be reported now; nothing is sent and no shipment changes."""
    with our_warehouse() as con:
        judged = judge_tracking(con, run_of(load))
    rows = [
        {
            "注文番号": one.order_number,
            "送付先ID": row.basket_id,
            "配送会社": DELIVERY_COMPANIES.get(row.carrier_code, row.carrier_code),
            "伝票番号": row.tracking_number,
            "発送日": f"{row.shipping_date}",
            "動作": "変更 (change)" if row.shipping_detail_id else "追加 (add)",
        }
        for one in judged.to_send
        for row in one.rows
    ]
    create_table_artifact(
        key="tracking-plan",
        table=rows,
        description=f"発送報告の予定 ({shop}): 何も送っていません (nothing was sent)",
    )
    return Completed(
        message=f"試行: 注文 {len(judged.to_send)} 件の荷物 {len(rows)} 個を報告予定。"
        f"確認中 {len(judged.held)} 件。何も送っていません (nothing was sent)"
    )


def push_report(shop: ShopHandle, report: TrackingReport) -> str:
    """Tell in Markdown what was sent, verified, refused, lost, and is still open."""
    refused, unknown, waiting = _refused(report), _unknown(report), _waiting(report)
    changed = [one for one in report.lines if _is_changed_since(one)]
    lines = [
        f"# 発送報告の結果 ({shop})",
        "",
        "| 項目 | 件数 |",
        "| --- | ---: |",
        f"| 報告した荷物 (sent) | {_sent(report)} |",
        f"| RMSで確認した荷物 (verified) | {_verified(report)} |",
        f"| 拒否された荷物 (refused) | {len(refused)} |",
        f"| 結果が不明な荷物 (unknown) | {len(unknown)} |",
        f"| 待っている荷物 (waiting) | {len(waiting)} |",
        f"| 報告済で発送待ちの注文 (still 300) | {len(report.stragglers)} |",
        f"| 読めなかった注文 (unread) | {len(report.unread)} |",
    ]
    lines += _section("拒否 (refused)", refused)
    lines += _section("不明 (unknown)", unknown, otherwise=_ON_ITS_WAY)
    lines += _section("待っている荷物 (waiting)", waiting)
    lines += _section("RMSで変更された荷物 (changed at the mall)", changed)
    lines += _stragglers(report.stragglers)
    if report.unread:
        lines += [
            "",
            "## 読めなかった注文 (unread)",
            "",
            UNREAD,
            "",
            ", ".join(map(_plain, report.unread[:LISTED])),
        ]
    return "\n".join(lines) + "\n"


def _section(
    title: str, lines: Sequence[ShipmentLine], otherwise: str = ""
) -> list[str]:
    if not lines:
        return []
    reasons = Counter(line.reason or otherwise for line in lines)
    head = ["", f"## {title} {len(lines)}件", ""]
    if len(lines) > LISTED:
        head += [f"- {_plain(why)}: {count}件" for why, count in reasons.most_common(5)]
        head += ["", f"最初の {LISTED} 件です。全件は表 `shipments` に。", ""]
    return [
        *head,
        "| 注文番号 | 送付先ID | 理由 |",
        "| --- | --- | --- |",
        *(
            f"| {_plain(one.order_number)} | {_plain(one.basket_id)}"
            f" | {_plain(one.reason or otherwise)} |"
            for one in lines[:LISTED]
        ),
    ]


def _stragglers(found: Sequence[Straggler]) -> list[str]:
    """Say of each order that stays open what holds it (rms/order-api.md §4.2)."""
    if not found:
        return []
    return [
        "",
        f"## 報告済なのに発送待ち(300)の注文 {len(found)}件 (still 300)",
        "",
        STILL_OPEN,
        "",
        "| 注文番号 | 残っている行 |",
        "| --- | --- |",
        *(
            f"| {_plain(one.order_number)} | {_plain('、'.join(_holds(one)))} |"
            for one in found[:LISTED]
        ),
    ]


def _holds(one: Straggler) -> Iterable[str]:
    for row in one.open_rows:
        which = f"発送明細 {row.shipping_detail_id}" if row.shipping_detail_id else "行"
        cells = "・".join(row.missing)
        yield f"送付先 {row.basket_id}: {which}に{cells}がありません"
    for double in one.doubled_rows:
        yield f"送付先 {double.basket_id}: 同じ番号の行が2つあります"
    if not one.open_rows and not one.doubled_rows:
        yield "行はそろっています。夜間処理を待ってください"


def _count(report: TrackingReport, which: Callable[[ShipmentLine], bool]) -> int:
    return sum(map(which, report.lines))


def _sent(report: TrackingReport) -> int:
    return _count(report, lambda one: one.was_sent)


def _verified(report: TrackingReport) -> int:
    return _count(report, lambda one: one.was_verified)


def _refused(report: TrackingReport) -> list[ShipmentLine]:
    """Those refused in this run; what was refused before has been told."""
    return [one for one in report.lines if one.state in _NO and one.has_changed]


def _unknown(report: TrackingReport) -> list[ShipmentLine]:
    return [one for one in report.lines if one.state in _OPEN]


def _waiting(report: TrackingReport) -> list[ShipmentLine]:
    return [one for one in report.lines if one.state == ShipmentState.PLANNED]


def _is_changed_since(one: ShipmentLine) -> bool:
    return (
        one.state == ShipmentState.VERIFIED
        and one.reason is not None
        and one.has_changed
    )


def _plain(text: str) -> str:
    """The text on one line, its signs no Markdown: RMS's words come from outside."""
    return re.sub(r"([\\`*\[\]<>|~#_])", r"\\\1", " ".join(text.split()))
