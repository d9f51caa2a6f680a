"""How a push of stock went, in Japanese; Failed when somebody has to look."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from connectors.rms.stock import StockResult
from data.model.shop import ShopHandle
from data.model.stock import PushState
from data.warehouse.stock.push import (
    LatestPush,
    LevelToPush,
    latest_pushes,
    levels_to_push,
)
from tasks.machine import our_warehouse
from tasks.retrying import SAFE_TO_REPEAT
from tasks.stock.push import InventoryRun, Seen, read_mall

LISTED: Final = 50
"""Listings shown of each kind; all of them are in `inventory_pushes`."""
WORDS: Final = {
    PushState.VERIFIED: "確認済み (verified)",
    PushState.REFUSED: "RMSが拒否 (refused)",
    PushState.UNKNOWN_SKU: "RMSにないSKU (unknown SKU)",
    PushState.UNKNOWN: "未確認 (unknown)",
    PushState.SENT: "送信中のまま (under way)",
    PushState.PLANNED: "未送信 (planned)",
}
AMISS: Final = {
    PushState.REFUSED: "理由のとおりに直してください。在庫数が変わるか full を選ぶと"
    "送り直します",
    PushState.UNKNOWN_SKU: "RMSの商品とSKU管理番号を確かめてください",
    PushState.UNKNOWN: "もう一度 push-inventory を実行してください"
    "(読み直してから送ります)",
    PushState.SENT: "5分たってから、もう一度 push-inventory を実行してください",
    PushState.PLANNED: "もう一度 push-inventory を実行してください",
}
"""States in which the mall may show another number than ours, and what to do."""


def show_levels(shop: ShopHandle, run: InventoryRun) -> State[Any]:
    """Read the mall and show in a table what would be sent; nothing is."""
    rows = planned_table(read_mall(shop, run, full=run.full))
    create_table_artifact(
        key="inventory-plan",
        table=rows,
        description="転送する在庫の予定 (what would be sent; nothing was)",
    )
    return Completed(
        message=f"試行: {len(rows)}件を転送する予定です。RMSには何も送っていません"
        " (trial: nothing was sent)"
    )


def planned_table(seen: Seen) -> list[dict[str, Any]]:
    """Give a row for each listing of which the mall shows another number than ours."""
    return [
        {
            "商品管理番号": level.manage_number,
            "SKU管理番号": level.variant_id,
            "SKU": level.sku,
            "在庫数": level.level,
            "安全在庫": level.safety,
            "RMSの今の数": _shown(seen.found[level.listing]),
            "転送する数": level.offered,
            "未取込の販売": seen.unseen.get(level.listing, 0),
        }
        for level in seen.levels
        if level.listing in seen.found and seen.found[level.listing] != level.offered
    ]


@task(name="report-inventory", **SAFE_TO_REPEAT)
def stock_of(run: InventoryRun) -> tuple[list[LatestPush], list[LevelToPush]]:
    """Give how every listing's latest push stands, and every level there is to tell."""
    with our_warehouse() as con:
        return (
            latest_pushes(con, run.shop_id, mall=run.mall, run_id=run.run_id),
            levels_to_push(
                con, run.shop_id, mall=run.mall, safety=run.safety, full=True
            ),
        )


def conclude_inventory(
    shop: ShopHandle, run: InventoryRun, unreadable: Sequence[StockResult]
) -> State[Any]:
    """Write the report and say how the run ended.

    Failed when a level of this run is not proven to show. Listings that an earlier run
    gave up are in the report, but fail no run again: no new run could change them.
    """
    pushes, levels = stock_of(run)
    create_markdown_artifact(
        key="inventory-report",
        markdown=inventory_report(shop, pushes, levels, unreadable),
        description="在庫転送の結果 (what the mall was told of our stock)",
    )
    return ending(pushes, unreadable)


def ending(
    pushes: Sequence[LatestPush], unreadable: Sequence[StockResult] = ()
) -> State[Any]:
    """Say in a line what became of the run's levels."""
    ours = [push for push in pushes if push.is_of_run]
    counts = Counter(push.state for push in ours)
    sent = sum(push.was_sent for push in ours)
    summary = (
        f"転送 {sent} / 確認済み {counts[PushState.VERIFIED]}"
        f" / 拒否 {counts[PushState.REFUSED] + len(unreadable)}"
        f" / RMSにないSKU {counts[PushState.UNKNOWN_SKU]}"
        f" / 未確認 {_unproven(ours)}"
        " (sent / verified / refused / unknown SKU / unknown)"
    )
    amiss = [state for state in AMISS if counts[state] or _left(pushes, state)]
    if unreadable and PushState.REFUSED not in amiss:
        amiss.append(PushState.REFUSED)
    if not amiss:
        return Completed(message=summary)
    advice = "。".join(AMISS[state] for state in amiss)
    return Failed(
        message=f"{summary}。対処: {advice}。「inventory-report」の表にあります。"
    )


def inventory_report(
    shop: ShopHandle,
    pushes: Sequence[LatestPush],
    levels: Sequence[LevelToPush],
    unreadable: Sequence[StockResult] = (),
) -> str:
    """Tell in Markdown what became of each level, and which stock runs short."""
    ours = [push for push in pushes if push.is_of_run]
    counts = Counter(push.state for push in ours)
    written = sum(push.was_sent for push in ours)
    lines = [
        f"# 在庫転送の結果 ({shop})",
        "",
        "| 項目 | 件数 |",
        "| --- | ---: |",
        f"| 対象のSKU (changed) | {len(ours):,} |",
        f"| 転送した (sent) | {written:,} |",
        f"| 同じ数なので送らなかった (no write needed) | {len(ours) - written:,} |",
        *(f"| {word} | {counts[state]:,} |" for state, word in WORDS.items()),
    ]
    for state, advice in AMISS.items():
        here = [push for push in pushes if push.state is state]
        if here:
            lines += ["", f"## {WORDS[state]} {len(here):,}件", "", f"対処: {advice}。"]
            lines += _pushes(here)
    if unreadable:
        lines += ["", f"## RMSが読めないSKU {len(unreadable):,}件 (not readable)", ""]
        lines += [
            f"- {one.listing.manage_number} / {one.listing.variant_id}:"
            f" {one.code} {one.reason}"
            for one in unreadable[:LISTED]
        ]
    below = [level for level in levels if level.level < level.safety]
    if below:
        lines += ["", f"## 安全在庫を下回る {len(below):,}件 (below safety stock)", ""]
        lines += _levels(below)
    sold_out = [
        level for level in levels if 0 < level.waiting >= level.level - level.safety
    ]
    if sold_out:
        lines += [
            "",
            (
                f"## CSV注文の調整待ちの分で売り切れ {len(sold_out):,}件"
                " (sold out while CSV orders wait)"
            ),
            "",
            (
                "RMSにはまだ在庫があるように見えています。"
                "対処: `adjust-stock` で調整し、もう一度転送してください。"
            ),
            "",
        ]
        lines += _levels(sold_out)
    return "\n".join(lines) + "\n"


def _unproven(ours: Sequence[LatestPush]) -> int:
    open_states = (PushState.UNKNOWN, PushState.SENT, PushState.PLANNED)
    return sum(push.state in open_states for push in ours)


def _left(pushes: Sequence[LatestPush], state: PushState) -> bool:
    """Whether an earlier run left something open that this one could not settle."""
    return state in {PushState.SENT, PushState.PLANNED, PushState.UNKNOWN} and any(
        push.state is state for push in pushes
    )


def _pushes(pushes: Sequence[LatestPush]) -> list[str]:
    return [
        "",
        "| 商品管理番号 | SKU管理番号 | 送った数 | RMSの数 | 理由 |",
        "| --- | --- | ---: | ---: | --- |",
        *(
            f"| {one.manage_number} | {one.variant_id} | {one.offered}"
            f" | {_shown(one.found_after)} | {(one.reason or '').replace('|', '/')} |"
            for one in pushes[:LISTED]
        ),
    ]


def _levels(levels: Sequence[LevelToPush]) -> list[str]:
    return [
        "| SKU | 商品管理番号 | SKU管理番号 | 在庫数 | 安全在庫 | CSV注文の調整待ち |",
        "| --- | --- | --- | ---: | ---: | ---: |",
        *(
            f"| {one.sku} | {one.manage_number} | {one.variant_id} | {one.level}"
            f" | {one.safety} | {one.waiting} |"
            for one in levels[:LISTED]
        ),
    ]


def _shown(units: int | None) -> str:
    return "―" if units is None else str(units)
