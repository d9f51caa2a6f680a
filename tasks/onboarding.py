"""A shop's steps from application to live orders, as people make them."""

from datetime import date, datetime
from typing import Any

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from data.model.next_step import checklist, next_step
from data.model.onboarding import Stage, Step, replay
from data.model.shop import ShopHandle
from data.model.start import notices_start
from data.warehouse.session import Connection
from data.warehouse.shop_keys import record_key
from data.warehouse.shop_life import facts_of, move_stage, stage_history
from data.warehouse.shops import ShopState, record_shop
from tasks.retrying import SAFE_TO_REPEAT
from tasks.rms import now
from tasks.shops import load_shop, start_rule_of
from tasks.warehouse import our_warehouse


@task(name="make-step", **SAFE_TO_REPEAT)
def make_step(  # noqa: PLR0913, PLR0917 - what the form asks
    shop: ShopHandle,
    stage: Stage,
    who: str,
    why: str,
    start_on: date | None = None,
    approved_at: datetime | None = None,
) -> Stage:
    """Move the shop to the stage, with what a person tells for it; whole or not at all.

    Raises:
        MoveRefused: the shop cannot go there now; says why and what to do.
        UnknownShop: the stage needs a key and nothing describes the shop.

    """
    at = now()
    with our_warehouse() as con:
        if stage is Stage.KEY_REGISTERED:
            record_key(con, load_shop(shop), at)
        if start_on and approved_at:
            _record_start(
                con, shop, notices_start(approved_at, start_on, start_rule_of(shop)), at
            )
        move_stage(con, shop, Step(stage=stage, at=at, who=who, why=why))
    return stage


def conclude_step(shop: ShopHandle, *steps: State[Any]) -> State[Any]:
    """Show the shop's checklist with its next step, however the run's steps ended."""
    with our_warehouse() as con:
        history, facts = stage_history(con, shop), facts_of(con, shop)
    lines = checklist(history, facts, now())
    create_markdown_artifact(
        key="shop-checklist",
        markdown="\n".join([f"# {shop} の稼働までの手順", "", *lines, ""]),
        description="店舗の手順と次にすること (checklist and next step)",
    )
    for step in steps:
        if not step.is_completed():
            return Failed(message=_told(step))
    todo = next_step(replay(history), facts)
    where = f" 〔{todo.menu}〕" if todo.menu else ""
    stage = history[-1].stage if history else "未登録"
    return Completed(message=f"{stage}。次にすること (next): {todo.what}{where}")


def _record_start(
    con: Connection, shop: ShopHandle, starts_at: datetime, at: datetime
) -> None:
    described = load_shop(shop)
    state = ShopState(
        shop, described.mall, described.shop_id, notices_start_at=starts_at
    )
    record_shop(con, state, at)


def _told(step: State[Any]) -> str:
    outcome = step.result(raise_on_failure=False)
    return str(outcome) if isinstance(outcome, Exception) else str(step.message)
