"""Parameters of a shop's onboarding and of its connection check."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from data.model.shops.application import Application
from data.model.shops.onboarding import OneLine, Stage
from tasks.forms.every_flow import WHO
from tasks.forms.fields import PATH, TEXT, DayOrNone, MomentOrNone, titled
from tasks.forms.refused_values import refusing

WhoMoves = Annotated[OneLine, WHO, refusing("担当者")]
CheckSample = Annotated[
    bool,
    titled(
        "楽天のテスト用の応答も確認する",
        "楽天が用意した固定の応答を取得して、読み取れることを確認します。"
        "注文の取得・変更・保存はしません。初めて接続したときに選びます",
    ),
    refusing("楽天のテスト用の応答も確認する"),
]
SampleNumbers = Annotated[
    str,
    Field(max_length=1000),
    TEXT,
    titled(
        "テスト用の注文番号",
        "RMSのWEB APIサービスの説明からダウンロードした、テスト用の注文番号です"
        "(10件まで)。空欄でもかまいません",
    ),
    refusing("テスト用の注文番号"),
]
Applied = Annotated[
    Application | None,
    titled(
        "楽天API利用申請",
        "申請メールを作成する場合だけ入力します。入力した内容は、作成したメール"
        "(コピー用の報告)だけに残ります。申請が済んだら、この実行を削除してください",
    ),
]
_STAGES = {"title": "段階", "type": "string", "enum": [str(stage) for stage in Stage]}
NextStage = Annotated[
    Stage | None,
    # Written out, because Prefect's form sends null for what nobody chose.
    WithJsonSchema({"anyOf": [_STAGES, {"type": "null"}]}),
    titled(
        "次の段階", "店舗をこの段階に進めます。空欄の場合は手順の表示だけを行います"
    ),
    refusing("次の段階"),
]
StepsBetween = Annotated[
    bool,
    titled(
        "途中の段階も進める",
        "選ぶと、今の段階から「次の段階」まで順に進めます(途中で接続チェックも行います)。"
        "進めない段階があれば、そこで止まって理由を表示します",
    ),
    refusing("途中の段階も進める"),
]
Why = Annotated[OneLine, titled("理由", "記録に残ります"), refusing("理由")]
StartOn = Annotated[
    DayOrNone,
    titled(
        "通知の開始日",
        "「開始待ち」に進める場合に、承認した日時と一緒に入力します",
    ),
    refusing("通知の開始日"),
]
SecondMailText = Annotated[
    str,
    TEXT,
    titled(
        "2通目のメール",
        "楽天のメール「…システムイベント通知サービス利用申請 承認のお願い」の本文を"
        "貼り付けます。企業名・利用データ・利用開始予定日時だけを読み取り、"
        "それ以外は Prefect に残しません",
    ),
    refusing("2通目のメール"),
]
SecondMailPath = Annotated[
    str,
    PATH,
    titled(
        "2通目のメールのファイル",
        "メールをファイルに保存した場合は、貼り付ける代わりにパスを入力します"
        "(テキストまたは .eml)",
    ),
    refusing("2通目のメールのファイル"),
]
ApprovedAt = Annotated[
    MomentOrNone,
    titled(
        "通知を承認した日時",
        "RMSで通知サービスを承認した日時です(例: 2026-07-01 09:00、日本時間)",
    ),
    refusing("通知を承認した日時"),
]
