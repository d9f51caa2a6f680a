"""Which shops a run without the parameter `shop` is for."""

from datetime import datetime

from prefect import runtime, task

from data.model.guards import due_move
from data.model.onboarding import Stage, Step
from data.model.shop import ShopHandle
from data.warehouse.session import Connection
from data.warehouse.shop_life import facts_of, move_stage, stage_of, stages_now
from tasks.retrying import SAFE_TO_REPEAT
from tasks.rms import now
from tasks.shops import described_shops
from tasks.warehouse import our_warehouse

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


@task(name="live-shops", **SAFE_TO_REPEAT)
def live_shops() -> list[ShopHandle]:
    """Name the shops that are 稼働中, those whose start has come just now included.

    A shop that somebody described and never took through the stages is live: a plain
    set-up needs none of them.
    """
    return _shops_in({Stage.LIVE})


@task(name="shops-with-key", **SAFE_TO_REPEAT)
def shops_with_key() -> list[ShopHandle]:
    """Name the shops whose connection is worth a check."""
    return _shops_in(CHECKED)


def move_if_due(
    con: Connection, shop: ShopHandle, at: datetime, who: str
) -> Stage | None:
    """Make the one move that needs no person, if it is due; say where it led."""
    to = due_move(stage_of(con, shop), facts_of(con, shop), at)
    if to is not None:
        why = WHY_DUE.get(to, BACK_AGAIN)
        move_stage(con, shop, Step(stage=to, at=at, who=who, why=why))
    return to


def flow_that_moves() -> str:
    """Name who makes a move that no person makes."""
    return str(runtime.flow_run.flow_name or "juchu")


def _shops_in(wanted: frozenset[Stage] | set[Stage]) -> list[ShopHandle]:
    described, at = described_shops(), now()
    with our_warehouse() as con:
        for shop in stages_now(con):
            move_if_due(con, shop, at, flow_that_moves())
        stages = stages_now(con)
    return [shop for shop in described if stages.get(shop, Stage.LIVE) in wanted]
