"""What people see of a push of stock: a trial's plan, the report, how the run ended."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed

from connectors.rms.stock import StockResult
from data.model.shops.shop import ShopHandle
from data.model.stock import (
    OPEN_PUSHES,
    PUSH_TO_DO,
    PUSH_WORDS,
    PushState,
    may_not_raise,
    raises,
)
from data.warehouse.stock.push import (
    HeldListing,
    LatestPush,
    LevelToPush,
    held_listings,
    latest_pushes,
    levels_to_push,
)
from tasks.machine import our_warehouse
from tasks.runs.report import counts, ended, listing, page, sums
from tasks.runs.retrying import SAFE_TO_REPEAT
from tasks.stock.look import SeenLevels, StockRun, read_mall
from tasks.stock.push import Rounds

STILL_ON_SALE: Final = (
    "RMSでは在庫があるように表示されています。"
    "対処: adjust-stock で調整し、もう一度転送してください。"
)
NOT_PROVEN_ON_SALE: Final = (
    "在庫数は登録されました。販売中かどうかは、在庫APIでは確認できません。"
    "対処: RMSに商品とSKUがあることを確認してください。"
)
NOT_RAISED: Final = "CSV注文の調整待ちのため、増やさなかったSKU"
LOST: Final = "復元で失われた時間の入力が終わるまで、増やしません"


def show_levels(shop: ShopHandle, run: StockRun) -> State[Any]:
    """Read the mall and create a table of what would be sent; send nothing."""
    seen = read_mall(shop, run, full=run.full)
    rows = planned_table(seen.only_lowered(LOST) if run.lowers_only else seen)
    sent = sum(not row["備考"] for row in rows)
    create_table_artifact(
        key="inventory-plan",
        table=rows,
        description="在庫転送の予定(何も送っていません)",
    )
    return Completed(
        message=f"試行: {sent}件を転送する予定です。RMSには何も送っていません。"
    )


def planned_table(seen: SeenLevels) -> list[dict[str, Any]]:
    """Return a row for each listing whose number at the mall differs from ours."""
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
            "備考": _why_not_raised(level, seen),
        }
        for level in seen.levels
        if level.listing in seen.found and seen.found[level.listing] != level.offered
    ]


def _why_not_raised(level: LevelToPush, seen: SeenLevels) -> str:
    found = seen.found[level.listing]
    if may_not_raise(level.offered, found, level.waiting):
        return NOT_RAISED
    return seen.lowers_only if raises(level.offered, found) else ""


@task(name="report-inventory", **SAFE_TO_REPEAT)
def stock_of(
    run: StockRun,
) -> tuple[list[LatestPush], list[LevelToPush], list[HeldListing]]:
    """Return the latest push of every listing, every level, and what was not raised."""
    with our_warehouse() as con:
        return (
            latest_pushes(con, run.shop_id, mall=run.mall, run_id=run.run_id),
            levels_to_push(
                con, run.shop_id, mall=run.mall, safety=run.safety, full=True
            ),
            held_listings(con, run.shop_id, mall=run.mall),
        )


def conclude_stock_push(shop: ShopHandle, run: StockRun, rounds: Rounds) -> State[Any]:
    """Create the report and return the run's final state.

    Failed when a level of this run is not proven to show, or none could be raised
    because RMS let us search for no orders, or what a restore lost was not entered
    again. Listings that an earlier run gave up are in the report, but fail no run
    again: no new run could change them.
    """
    pushes, levels, held = stock_of(run)
    create_markdown_artifact(
        key="inventory-report",
        markdown=stock_push_report(shop, pushes, levels, held, rounds.unreadable),
        description="在庫転送の結果",
    )
    return final_state(pushes, rounds.unreadable, held, rounds.lowers_only)


def final_state(
    pushes: Sequence[LatestPush],
    unreadable: Sequence[StockResult] = (),
    held: Sequence[HeldListing] = (),
    lowers_only: str = "",
) -> State[Any]:
    """Return Completed with the counts, or Failed with what to do about each state."""
    ours = [push for push in pushes if push.is_of_run]
    by_state = Counter(push.state for push in ours)
    summary = sums(
        {
            "転送": sum(push.was_sent for push in ours),
            "確認済み": by_state[PushState.VERIFIED],
            "拒否": by_state[PushState.REFUSED] + len(unreadable),
            "RMSにないSKU": by_state[PushState.UNKNOWN_SKU],
            "未確認": sum(by_state[state] for state in OPEN_PUSHES),
        }
        | ({"調整待ちで増やさなかったSKU": len(held)} if held else {})
    )
    left = {push.state for push in pushes if push.state in OPEN_PUSHES}
    amiss = [state for state in PUSH_TO_DO if by_state[state] or state in left]
    if unreadable and PushState.REFUSED not in amiss:
        amiss.append(PushState.REFUSED)
    problems = [lowers_only] if lowers_only else []
    if amiss:
        advice = "。".join(PUSH_TO_DO[state] for state in amiss)
        problems.append(
            f"対処: {advice}。詳細は報告「inventory-report」を確認してください。"
        )
    return ended(summary, "".join(problems))


def stock_push_report(
    shop: ShopHandle,
    pushes: Sequence[LatestPush],
    levels: Sequence[LevelToPush],
    held: Sequence[HeldListing] = (),
    unreadable: Sequence[StockResult] = (),
) -> str:
    """Return in Markdown what became of each level, and which stock runs short."""
    ours = [push for push in pushes if push.is_of_run]
    by_state = Counter(push.state for push in ours)
    equal = [
        one for one in ours if one.state is PushState.VERIFIED and not one.was_sent
    ]
    return page(
        f"在庫転送の結果 ({shop})",
        counts(
            {
                "対象のSKU": len(ours),
                "転送したSKU": sum(push.was_sent for push in ours),
                "在庫数が一致し、転送しなかったSKU": len(equal),
            }
            | {word: by_state[state] for state, word in PUSH_WORDS.items()}
        ),
        *(
            _pushes(state, [push for push in pushes if push.state is state])
            for state in PUSH_TO_DO
        ),
        listing(
            "RMSに在庫がなく、新しく登録したSKU",
            ("商品管理番号", "SKU管理番号", "登録した数"),
            [(one.manage_number, one.variant_id, one.offered) for one in _new(ours)],
            advice=NOT_PROVEN_ON_SALE,
        ),
        listing(
            "RMSが在庫数を返さなかったSKU",
            ("商品管理番号", "SKU管理番号", "コード", "理由"),
            [
                (
                    one.listing.manage_number,
                    one.listing.variant_id,
                    one.code,
                    one.reason,
                )
                for one in unreadable
            ],
        ),
        listing(
            NOT_RAISED,
            ("SKU", "商品管理番号", "SKU管理番号", "RMSの数", "転送できる数"),
            [
                (one.sku, one.manage_number, one.variant_id, one.found, one.offered)
                for one in held
            ],
            advice="対処: adjust-stock で調整し、もう一度転送してください。",
        ),
        _levels("安全在庫を下回る", [one for one in levels if one.level < one.safety]),
        _levels(
            "CSV注文の調整待ちを引くと売り切れ",
            [one for one in levels if 0 < one.waiting >= one.level - one.safety],
            STILL_ON_SALE,
        ),
    )


def _new(pushes: Sequence[LatestPush]) -> list[LatestPush]:
    """List the levels that stand at the mall now and had no row before.

    RMS takes stock for an SKU that no item has, and may show it
    (docs/rms/inventory-and-license-api.md).
    """
    return [
        one
        for one in pushes
        if one.state is PushState.VERIFIED and one.was_sent and one.found_before is None
    ]


def _pushes(state: PushState, pushes: Sequence[LatestPush]) -> str:
    rows = [
        (
            one.manage_number,
            one.variant_id,
            one.offered,
            one.found_after,
            one.reason or "",
        )
        for one in pushes
    ]
    columns = ("商品管理番号", "SKU管理番号", "送った数", "RMSの数", "理由")
    return listing(
        PUSH_WORDS[state], columns, rows, advice=f"対処: {PUSH_TO_DO[state]}。"
    )


def _levels(title: str, levels: Sequence[LevelToPush], advice: str = "") -> str:
    columns = (
        "SKU",
        "商品管理番号",
        "SKU管理番号",
        "在庫数",
        "安全在庫",
        "CSV注文の調整待ち",
    )
    rows = [
        (
            one.sku,
            one.manage_number,
            one.variant_id,
            one.level,
            one.safety,
            one.waiting,
        )
        for one in levels
    ]
    return listing(title, columns, rows, advice=advice)


def _shown(units: int | None) -> str:
    return "―" if units is None else str(units)
