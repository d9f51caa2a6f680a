"""Automations that Prefect works by itself: end dead runs, start a crashed day again.

They follow flow runs by the flow's and the deployment's name, so they can be registered
before the deployments are.
"""

from datetime import timedelta
from typing import Any, Final

from prefect.automations import AutomationCore
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState, RunDeployment
from prefect.events.schemas.automations import EventTrigger, Posture

from tasks.stock.adjust_form import ANSWER_WITHIN_S, NOT_ANSWERED

SILENT_S: Final = 100
"""Without a sign for so long a run is dead: three heartbeats (pyproject.toml) and a
bit, so that it is known within two minutes whatever moment it died at."""
BEGINS_WITHIN_S: Final = 300
"""How long a busy machine may take from handing a run out until it begins."""
AGAIN_EVERY: Final = timedelta(hours=6)
"""A day that crashes again within this time is left to a person."""

AFTER_A_FORM: Final = ("Resuming", "Cancelling", "Cancelled", "Failed", "Crashed")
"""States that a suspended run goes to: answered, or ended by a person."""

RUN: Final = "prefect.flow-run"
ANY_RUN: Final[dict[str, Any]] = {"prefect.resource.id": [f"{RUN}.*"]}
EACH_RUN: Final = {"prefect.resource.id"}
EACH_DEPLOYMENT: Final = {"related:deployment:prefect.resource.id"}


def of_deployment(flow: str, deployment: str) -> Any:
    """Return the filter of events about the deployment's own runs, not subflow runs.

    The copies that homes have of it are meant as well.
    """
    names = [deployment, f"{deployment}@*"]
    return [
        {"prefect.resource.role": "flow", "prefect.resource.name": flow},
        {"prefect.resource.role": "deployment", "prefect.resource.name": names},
    ]


def run_automations() -> list[AutomationCore]:
    """Return every automation that keeps runs going without anybody's help."""
    return [
        silent_runs(),
        unbegun_runs(),
        day_again(),
        late_drains(),
        unanswered_form(),
    ]


def silent_runs() -> AutomationCore:
    """Return the automation that sets runs without a sign of life to Crashed.

    Otherwise a run whose worker died with it stays "Running" for ever, and keeps its
    slot of the deployment for five minutes: the engine renews its lease for so long,
    and nothing can shorten that. The state Crashed gives the slot back.
    """
    return _crash_silent(
        "juchu: crash runs without heartbeat", f"{RUN}.heartbeat", SILENT_S
    )


def unbegun_runs() -> AutomationCore:
    """Return the automation that sets runs which never begin to Crashed.

    A worker that dies between taking a run and starting it leaves it "Pending".
    """
    return _crash_silent(
        "juchu: crash runs that do not begin", f"{RUN}.Pending", BEGINS_WITHIN_S
    )


def _crash_silent(name: str, after: str, seconds: int) -> AutomationCore:
    return AutomationCore(
        name=name,
        description=f"{seconds}秒間応答のない実行を Crashed にします",
        trigger=EventTrigger(
            after={after},
            expect={f"{RUN}.*"},
            match=ANY_RUN,
            for_each=EACH_RUN,
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=seconds),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED,
                name="Crashed",
                message=f"{seconds}秒間応答がありませんでした。",
            )
        ],
    )


def day_again() -> AutomationCore:
    """Return the automation that starts a crashed day again, once for each home.

    Every step goes on from what the warehouse knows. Failed ones are not repeated: they
    ended by themselves and said what a person has to do. A host that dies takes the
    days of all its homes with it.
    """
    return AutomationCore(
        name="juchu: start a crashed day again",
        description="途中で停止した朝の処理を、もう一度だけ開始します",
        trigger=EventTrigger(
            expect={f"{RUN}.Crashed"},
            match=ANY_RUN,
            match_related=of_deployment("daily", "0900"),
            for_each=EACH_DEPLOYMENT,
            posture=Posture.Reactive,
            threshold=1,
            within=AGAIN_EVERY,
        ),
        actions=[
            RunDeployment(
                source="inferred",
                parameters={"shop": "{{ flow_run.parameters.shop | default(none) }}"},
            )
        ],
    )


def late_drains() -> AutomationCore:
    """Return the automation that cancels drains which could not start in time.

    While no worker runs, one becomes due every quarter of an hour; the first one after
    that takes in everything, and the rest would stand between it and the day.
    """
    return AutomationCore(
        name="juchu: leave out late drains",
        description="開始できなかった通知の定時処理を取り消します。次の1回がすべて処理します",
        trigger=EventTrigger(
            expect={f"{RUN}.Late"},
            match=ANY_RUN,
            match_related=of_deployment("drain-notices", "every-minute"),
            for_each=EACH_RUN,
            posture=Posture.Reactive,
            threshold=1,
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CANCELLED,
                name="Skipped",
                message="開始が遅れました。次の1回が、すべての通知を処理します。",
            )
        ],
    )


def unanswered_form(
    within: timedelta = timedelta(seconds=ANSWER_WITHIN_S),
) -> AutomationCore:
    """Return the automation that ends a form which nobody filled in, and says so.

    Prefect would end it in English. What happens to the run in time makes it rest.
    """
    return AutomationCore(
        name="juchu: end forms that nobody answers",
        description="8時間入力のないフォームの実行を「失敗」で終了します",
        trigger=EventTrigger(
            after={f"{RUN}.Suspended"},
            expect={f"{RUN}.{name}" for name in AFTER_A_FORM},
            match=ANY_RUN,
            match_related={
                "prefect.resource.role": ["flow"],
                "prefect.resource.name": ["adjust-stock"],
            },
            for_each=EACH_RUN,
            posture=Posture.Proactive,
            threshold=1,
            within=within,
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.FAILED, name="Failed", message=NOT_ANSWERED
            )
        ],
    )
