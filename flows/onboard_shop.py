"""A shop's way from application to live orders, one step a run."""

from datetime import date
from typing import Annotated, Any

from prefect import flow
from prefect.client.schemas.objects import State
from pydantic import Field, WithJsonSchema

from data.model.application import Application
from data.model.japan_time import JapanTime
from data.model.onboarding import Stage, Words
from data.model.shop import ShopHandle
from tasks.retrying import show_retries
from tasks.shops.every_shop import name_with_shop
from tasks.shops.onboarding import (
    conclude_step,
    make_step,
    send_application,
    write_application,
)

# Prefect writes over a parameter's title and description; what stands in
# `json_schema_extra` is laid over that, so it is what people see (3.8.8).
Applied = Annotated[
    Application | None,
    Field(
        json_schema_extra={
            "title": "楽天API利用申請 (application)",
            "description": "申請メールを作るときだけ。内容は Prefect に残ります。"
            "申請が済んだら、この実行を削除してください",
        }
    ),
]
STAGES = {"title": "段階", "type": "string", "enum": [str(stage) for stage in Stage]}
NextStage = Annotated[
    Stage | None,
    # Written out, because Prefect's form sends null for what nobody chose.
    WithJsonSchema({"anyOf": [STAGES, {"type": "null"}]}),
    Field(
        json_schema_extra={
            "title": "次の段階 (step)",
            "description": "店舗をこの段階に移します。空欄なら手順を表示するだけ",
        }
    ),
]
Who = Annotated[
    Words,
    Field(
        json_schema_extra={
            "title": "誰が (who)",
            "description": "役割で書きます。個人の名前は書かないでください",
        }
    ),
]
Why = Annotated[
    Words,
    Field(json_schema_extra={"title": "理由 (why)", "description": "記録に残ります"}),
]
StartOn = Annotated[
    date | None,
    Field(
        json_schema_extra={
            "title": "通知の開始日 (start_on)",
            "description": "「開始待ち」にするとき。承認した日時と一緒に入力します",
        }
    ),
]
ApprovedAt = Annotated[
    JapanTime | None,
    Field(
        json_schema_extra={
            "title": "通知を承認した日時 (approved_at)",
            "description": "RMSで通知サービスを承認した日時(日本時間)",
        }
    ),
]


@flow(
    name="onboard-shop",
    flow_run_name=name_with_shop,
    on_completion=[show_retries],
    on_failure=[show_retries],
    persist_result=False,
)
def onboard_shop(  # noqa: PLR0913, PLR0917 - what the form asks
    shop: ShopHandle,
    application: Applied = None,
    step: NextStage = None,
    who: Who = "担当者",
    why: Why = "手順のとおり",
    start_on: StartOn = None,
    approved_at: ApprovedAt = None,
) -> State[Any]:
    """Make the application's mail, or take the shop one step on, and show the way.

    A step that what we know does not allow is refused with the reason, and the run
    ends Failed. Every run shows the checklist; without application and step it does
    nothing else.
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
