"""Take a shop from its application to live orders, one step a run."""

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from data.model.shops.onboarding import Stage
from flows.check_connection import check_connection
from tasks.analytics.publish import TOLD_OF_PEOPLE
from tasks.forms.every_flow import OneShop
from tasks.forms.shops import (
    Applied,
    ApprovedAt,
    NextStage,
    SecondMailPath,
    SecondMailText,
    StartOn,
    StepsBetween,
    WhoMoves,
    Why,
)
from tasks.shops.every_shop import name_with_shop
from tasks.shops.onboarding import (
    are_good,
    conclude_step,
    find_way,
    know_shop,
    make_step,
    refuse_shop,
    send_application,
    write_application,
)
from tasks.shops.second_mail import read_mail, start_of


@flow(
    name="onboard-shop",
    flow_run_name=name_with_shop,
    **TOLD_OF_PEOPLE,
)
def onboard_shop(  # noqa: PLR0913, PLR0917 - what the form asks
    shop: OneShop,
    application: Applied = None,
    step: NextStage = None,
    who: WhoMoves = "担当者",
    why: Why = "手順のとおり",
    start_on: StartOn = None,
    approved_at: ApprovedAt = None,
    second_mail: SecondMailText = "",
    second_mail_path: SecondMailPath = "",
    steps_between: StepsBetween = False,
) -> State[Any]:
    """Write the application's mail, or take the shop to a stage; show the checklist.

    A shop goes one stage on, or with `steps_between` through all of them as far as it
    may; its connection is checked on the way.

    Rakuten's second mail may stand for the day of the start. A stage whose conditions
    are not met is refused with the reason, and the run ends Failed. Without any of them
    the run only shows the checklist. Only an application makes a shop known.
    """
    known = know_shop(shop, applies=application is not None, return_state=True)
    if not known.is_completed():
        return refuse_shop(known)
    steps: list[State[Any]] = []
    if application is not None:
        written = write_application(shop, application, who, why, return_state=True)
        steps.append(written)
        if written.is_completed():
            steps.append(send_application(shop, application, who, return_state=True))
    if second_mail or second_mail_path:
        steps.append(
            read_mail(second_mail, second_mail_path, start_on, return_state=True)
        )
    told = (who, why, start_of(start_on, steps), approved_at)
    for stage in find_way(shop, step, between=steps_between):
        if steps_between and stage is Stage.CONNECTED and are_good(steps):
            steps.append(check_connection(shop, return_state=True))
        if are_good(steps):
            made = make_step(
                shop, stage, *told, may_be_there=steps_between, return_state=True
            )
            steps.append(made)
    return conclude_step(shop, *steps)
