"""What people see of a tracking push: a trial's plan, the report, how the run ended."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from data.model.shipping.shipment import DELIVERY_COMPANIES, ShipmentState
from data.model.shops.shop import ShopHandle
from data.warehouse.runs import Load
from data.warehouse.shipping.tracking import (
    ShipmentLine,
    Straggler,
    TrackingReport,
    judge_tracking,
    tracking_report,
)
from tasks.machine import our_warehouse
from tasks.runs.report import (
    LISTED,
    bullets,
    counts,
    ended,
    listing,
    naming,
    page,
    see,
    sums,
)
from tasks.runs.retrying import SAFE_TO_REPEAT
from tasks.shipping.tracking import run_of

OPEN: Final = frozenset({ShipmentState.SENT, ShipmentState.UNKNOWN})
NOT_SENT: Final = frozenset({ShipmentState.REFUSED, ShipmentState.CANCELLED})
MOST_REASONS: Final = 5
"""Reasons counted above a list that is cut."""
ON_ITS_WAY: Final = (
    "報告の結果をまだ確認できていません。"
    "対処: 必要ありません。次回の実行で注文を取得し直して判断します。"
)
UNREAD: Final = (
    "注文を取得できないため、報告していません。"
    "対処: 表 `order_refusals` の理由を確認してください。"
)
NOT_AT_RMS: Final = (
    "CSVで取り込んだ注文ですが、RMSにないため、報告していません。"
    "対処: 注文番号と店舗をRMSの受注画面で確認してください。"
)
UNNUMBERED: Final = (
    "番号のない発送です。自動で発送済にならない場合は、RMSの画面で変更してください"
)
NO_ROW: Final = "発送情報がありません(未出荷の場合は、出荷後に番号を取り込みます)"
STILL_OPEN: Final = (
    "発送日を過ぎ、すべての行がそろうと、夜間にRMSが発送済(500)に変更します。"
    "対処: 空欄のある行は、RMSの画面で入力するか、削除してください。"
    "重複した行は、1つを残して削除してください。"
)


@task(name="gather-report", **SAFE_TO_REPEAT)
def gather_report(load: Load) -> TrackingReport:
    """Return from the warehouse what became of the run's shipments."""
    with our_warehouse() as con:
        return tracking_report(con, run_of(load))


def show_plan(shop: ShopHandle, load: Load) -> State[Any]:
    """Create a table of what would be reported; send and change nothing."""
    with our_warehouse() as con:
        judged = judge_tracking(con, run_of(load))
    rows = [
        {
            "注文番号": one.order_number,
            "送付先ID": row.basket_id,
            "配送会社": DELIVERY_COMPANIES.get(row.carrier_code, row.carrier_code),
            "送り状番号": row.tracking_number,
            "発送日": f"{row.shipping_date}",
            "動作": "変更" if row.shipping_detail_id else "追加",
        }
        for one in judged.to_send
        for row in one.rows
    ]
    create_table_artifact(
        key="tracking-plan",
        table=rows,
        description=f"発送報告の予定({shop}): 何も送っていません",
    )
    return Completed(
        message=f"試行: 注文 {len(judged.to_send)} 件の荷物 {len(rows)} 個を報告する"
        f"予定です。確認中 {len(judged.held)} 件。RMSには何も送っていません。"
    )


def conclude_tracking_push(shop: ShopHandle, load: Load) -> State[Any]:
    """Create the report and return the run's final state.

    Failed when a person, or the next run, has something to do: a parcel of an order
    that was cancelled is to be stopped, once. A number of an order that RMS does not
    have is a warning: it was so before the run.
    """
    report = gather_report(load)
    create_markdown_artifact(
        key="tracking-report",
        markdown=tracking_push_report(shop, report),
        description="発送報告の結果",
    )
    refused, unknown = _refused(report), _unknown(report)
    summary = sums(
        {
            "報告": _sent(report),
            "確認済み": _verified(report),
            "拒否": len(refused),
            "不明": len(unknown),
            "報告済みで発送待ち": len(report.stragglers),
        }
        | ({"RMSにない注文": len(report.not_at_mall)} if report.not_at_mall else {})
        | ({"止める荷物のある注文": len(report.to_stop)} if report.to_stop else {})
    )
    is_amiss = refused or unknown or report.unread or report.to_stop
    return ended(summary, see("tracking-report") if is_amiss else "")


def tracking_push_report(shop: ShopHandle, report: TrackingReport) -> str:
    """Return in Markdown what was sent, verified, refused, lost, and is still open."""
    refused, unknown, waiting = _refused(report), _unknown(report), _waiting(report)
    changed = [one for one in report.lines if _is_changed_at_rms(one)]
    return page(
        f"発送報告の結果 ({shop})",
        counts(
            {
                "報告した荷物": _sent(report),
                "RMSで確認できた荷物": _verified(report),
                "拒否された荷物": len(refused),
                "結果が不明な荷物": len(unknown),
                "報告を待っている荷物": len(waiting),
                "報告済みで発送待ちの注文": len(report.stragglers),
                "取得できなかった注文": len(report.unread),
                "RMSにない注文": len(report.not_at_mall),
            }
        ),
        listing("止める荷物", ("注文番号", "内容と対処"), report.to_stop),
        _shipments("拒否された荷物", refused),
        _shipments("結果が不明な荷物", unknown, otherwise=ON_ITS_WAY),
        _shipments("報告を待っている荷物", waiting),
        _shipments("RMSで変更された荷物", changed),
        listing(
            "報告済みで発送待ち(300)の注文",
            ("注文番号", "不足している内容"),
            [(one.order_number, "、".join(_gaps(one))) for one in report.stragglers],
            advice=STILL_OPEN,
        ),
        naming("取得できなかった注文", report.unread, UNREAD),
        naming("RMSにない注文", report.not_at_mall, NOT_AT_RMS),
    )


def _shipments(title: str, lines: Sequence[ShipmentLine], otherwise: str = "") -> str:
    rows = [(one.order_number, one.basket_id, one.reason or otherwise) for one in lines]
    advice = ""
    if len(rows) > LISTED:
        reasons = Counter(reason for *_, reason in rows).most_common(MOST_REASONS)
        advice = bullets(f"{why}: {count}件" for why, count in reasons) + (
            f"\n\n最初の{LISTED}件です。すべての荷物は表 `shipments` で確認できます。"
        )
    return listing(title, ("注文番号", "送付先ID", "理由"), rows, advice=advice)


def _gaps(one: Straggler) -> Iterable[str]:
    """Yield what keeps an order at 発送待ち (docs/rms/order-api.md §4.2)."""
    for row in one.open_rows:
        if row.shipping_detail_id is None:
            yield f"送付先 {row.basket_id}: {NO_ROW}"
            continue
        cells = "・".join(row.missing)
        yield (
            f"送付先 {row.basket_id}: 発送明細 {row.shipping_detail_id} に"
            f"{cells}がありません"
        )
    for double in one.doubled_rows:
        rows = len(double.shipping_detail_ids)
        yield f"送付先 {double.basket_id}: 同じ番号の行が{rows}つあります"
    if one.is_unnumbered:
        yield UNNUMBERED
    elif not one.open_rows and not one.doubled_rows:
        yield "行はそろっています。夜間処理をお待ちください"


def _sent(report: TrackingReport) -> int:
    return sum(one.was_sent for one in report.lines)


def _verified(report: TrackingReport) -> int:
    return sum(one.was_verified for one in report.lines)


def _refused(report: TrackingReport) -> list[ShipmentLine]:
    """Return those refused in this run; earlier ones were reported before."""
    return [one for one in report.lines if one.state in NOT_SENT and one.has_changed]


def _unknown(report: TrackingReport) -> list[ShipmentLine]:
    return [one for one in report.lines if one.state in OPEN]


def _waiting(report: TrackingReport) -> list[ShipmentLine]:
    return [one for one in report.lines if one.state == ShipmentState.PLANNED]


def _is_changed_at_rms(one: ShipmentLine) -> bool:
    return (
        one.state == ShipmentState.VERIFIED
        and one.reason is not None
        and one.has_changed
    )
