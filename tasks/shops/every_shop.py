"""One run for every live shop: side by side, and no shop's failure stops another's."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from prefect import runtime, task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.flows import Flow
from prefect.futures import PrefectFuture
from prefect.states import Completed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from data.model.shops.onboarding import Stage, StageStep, due_move
from data.model.shops.shop import ShopHandle
from data.warehouse.session import Connection
from data.warehouse.shops import (
    facts_of,
    forget_closed_shops_keys,
    halted_shops,
    is_check_due,
    leave_ended_key,
    move_stage,
    stage_of,
    stages_now,
)
from tasks.machine import now, our_warehouse
from tasks.rms import ask_for_check
from tasks.runs.report import ended, ends_table, failed_of, page
from tasks.runs.retrying import NEVER_REPEAT, SAFE_TO_REPEAT, opaque
from tasks.shops.blocks import UnknownShop, load_shop, rakuten_shops

SHOPS_AT_ONCE = 8
"""Each waits most of the time for its own pace; more would only take memory."""
CHECKED = frozenset(
    {
        Stage.KEY_REGISTERED,
        Stage.CONNECTED,
        Stage.AWAITING_NOTICES,
        Stage.AWAITING_START,
        Stage.LIVE,
        Stage.EXPIRED,
    }
)
"""Stages with a key to look after; out of 停止 only a person brings a shop."""
WHY_DUE = {
    Stage.LIVE: "開始日時になった",
    Stage.EXPIRED: "ライセンスキーの期限が切れた",
}
BACK_AGAIN = "新しいキーで接続できた"


def shop_by_shop() -> TaskRunner[PrefectFuture[Any]]:
    """Return the task runner of a flow that may run for every shop."""
    runner: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(SHOPS_AT_ONCE)
    return cast("TaskRunner[PrefectFuture[Any]]", runner)


def name_with_shop() -> str:
    """Return a run's name from its flow and shop: `daily-demo`, `daily-every-shop`."""
    shop = runtime.flow_run.parameters.get("shop")
    return f"{runtime.flow_run.flow_name}-{shop or 'every-shop'}"


def each_shop(
    work: Flow[..., Any], shops: Sequence[ShopHandle], **given: Any
) -> State[Any]:
    """Run the flow once for each shop, with the same other parameters.

    When one of them failed the run ends Failed, after all of them, and names the shops.
    """
    return conclude_shops(ends_of_shops(work, shops, **given))


def ends_of_shops(
    work: Flow[..., Any], shops: Sequence[ShopHandle], **given: Any
) -> dict[ShopHandle, State[Any]]:
    """Run the flow once for each shop, side by side; return how each run ended."""
    flow, parameters = opaque(work), opaque(given)
    begun: dict[ShopHandle, PrefectFuture[Any]] = {
        shop: _one_shop.submit(shop, flow, parameters) for shop in shops
    }
    return {shop: _state_of(future) for shop, future in begun.items()}


@task(name="one-shop", task_run_name="{shop}", **NEVER_REPEAT)
def _one_shop(shop: ShopHandle, work: Flow[..., Any], given: Any) -> State[Any]:
    """Run the flow for one shop; the task ends as the flow does."""
    return cast("State[Any]", work(shop, return_state=True, **given))


def _state_of(future: PrefectFuture[Any]) -> State[Any]:
    """Return how the shop's own run ended.

    Prefect wraps the state of another run in one that says "1/1 states failed" (3.9.1).
    """
    future.wait()
    if future.state.data is None:
        return future.state
    inner = future.state.result(raise_on_failure=False)
    return inner if isinstance(inner, State) else future.state


def conclude_shops(ends: Mapping[ShopHandle, State[Any]]) -> State[Any]:
    """Create the report of every shop; return Failed when one of them failed."""
    if not ends:
        return no_shop()
    create_markdown_artifact(
        key="shops-report",
        markdown=page("店舗ごとの結果", ends_table("店舗", ends)),
        description="店舗ごとの結果",
    )
    if failed := failed_of(ends):
        return ended(
            f"失敗した店舗: {', '.join(failed)}",
            "ほかの店舗の処理は完了しています。対処: 失敗した店舗の実行の内容を"
            "確認してください。",
        )
    return ended(f"{len(ends)}店舗の処理が完了しました")


def no_shop() -> State[Any]:
    """Return the final state of a run that found no shop to run for."""
    return Completed(
        message="対象の店舗がありません。"
        "対処: rms-shop ブロックと店舗の段階を確認してください。"
    )


@task(name="live-shops", **SAFE_TO_REPEAT)
def live_shops() -> list[ShopHandle]:
    """Return the shops that are 稼働中, those whose start has just come included.

    A shop that is described and was never taken through the stages is live: a plain
    set-up needs none of them.
    """
    described = rakuten_shops()
    live = _shops_in({Stage.LIVE}, described)
    _ask_for_checks(described, now())
    return live


def is_only_live(shop: ShopHandle) -> bool:
    """Return whether a run for this shop is one for every live shop."""
    live = live_shops(return_state=True)
    return live.is_completed() and live.result() == [shop]


def _ask_for_checks(described: Sequence[ShopHandle], at: datetime) -> None:
    """Have a shop's new key checked that nobody has checked, if it waits for one.

    Who enters a key in the place of one that has ended thinks that this is all.
    """
    with our_warehouse() as con:
        halted = halted_shops(con)
    for handle in [one for one in halted if one in described]:
        with suppress(UnknownShop):
            shop = load_shop(handle)
            with our_warehouse() as con:
                is_due = is_check_due(con, shop, at)
            if is_due:
                _ask_once(handle, f"{at:%Y%m%d%H%M}"[:-1])


@lru_cache(maxsize=256)
def _ask_once(handle: ShopHandle, ten_minutes: str) -> None:  # noqa: ARG001
    """Ask once in ten minutes: checks that no worker takes up would pile up."""
    ask_for_check(handle)


@task(name="shops-with-key", **SAFE_TO_REPEAT)
def shops_with_key() -> list[ShopHandle]:
    """Return the shops whose connection is worth a check."""
    return _shops_in(CHECKED, rakuten_shops())


def _shops_in(
    wanted: Collection[Stage], described: Sequence[ShopHandle]
) -> list[ShopHandle]:
    at = now()
    with our_warehouse() as con:
        if described:  # else a new Prefect may not know its shops yet
            forget_closed_shops_keys(con, described)
        for shop in sorted({*stages_now(con)} & {*described}):
            move_if_due(con, shop, at, flow_that_moves())
        stages = stages_now(con)
    return [shop for shop in described if stages.get(shop, Stage.LIVE) in wanted]


def move_if_due(
    con: Connection, shop: ShopHandle, at: datetime, who: str
) -> Stage | None:
    """Make the one move that needs no person, if it is due; return the new stage.

    A key's end ends nothing where the shop is set up with a newer one.
    """
    to = due_move(stage_of(con, shop), facts_of(con, shop), at)
    if to is Stage.EXPIRED:
        with suppress(UnknownShop):
            leave_ended_key(con, load_shop(shop), at)
        to = due_move(stage_of(con, shop), facts_of(con, shop), at)
    if to is not None:
        why = WHY_DUE.get(to, BACK_AGAIN)
        move_stage(con, shop, StageStep(stage=to, at=at, who=who, why=why))
    return to


def flow_that_moves() -> str:
    """Return the name under which a move without a person is recorded."""
    return str(runtime.flow_run.flow_name or "juchu")
