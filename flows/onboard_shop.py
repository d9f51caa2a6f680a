"""Take a shop from its application to live orders, one step a run."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from tasks.forms import Applied, ApprovedAt, NextStage, OneShop, StartOn, WhoMoves, Why
from tasks.retrying import show_retries
from tasks.shops.every_shop import name_with_shop
from tasks.shops.onboarding import (
    conclude_step,
    make_step,
    send_application,
    write_application,
)


@flow(
    name="onboard-shop",
    flow_run_name=name_with_shop,
    on_completion=[show_retries],
    on_failure=[show_retries],
    persist_result=False,
)
def onboard_shop(  # noqa: PLR0913, PLR0917 - what the form asks
    shop: OneShop,
    application: Applied = None,
    step: NextStage = None,
    who: WhoMoves = "担当者",
    why: Why = "手順のとおり",
    start_on: StartOn = None,
    approved_at: ApprovedAt = None,
) -> State[Any]:
    """Write the application's mail, or take the shop one stage on; show the checklist.

    A stage whose conditions are not met is refused with the reason, and the run ends
    Failed. Without application and step the run only shows the checklist.
    """
    steps: list[State[Any]] = []
    if application is not None:
        written = write_application(shop, application, who, why, return_state=True)
        steps.append(written)
        if written.is_completed():
            steps.append(send_application(shop, application, who, return_state=True))
    if step is not None:
        made = make_step(shop, step, who, why, start_on, approved_at, return_state=True)
        steps.append(made)
    return conclude_step(shop, *steps)
