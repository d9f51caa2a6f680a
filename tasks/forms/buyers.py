"""Parameters of what takes buyers' data out: when its term is over, or on request."""

from typing import Annotated

from pydantic import Field

from tasks.forms.fields import OR_BLANK, TEXT, titled
from tasks.forms.refused_values import refusing

RetentionDays = Annotated[
    Annotated[int, Field(ge=1, le=3650)] | None,
    OR_BLANK,
    titled(
        "購入者の情報を残す日数",
        "出荷またはキャンセルからこの日数が過ぎた注文の、購入者の情報を削除します。"
        "空欄の場合は、設定(JUCHU_RETENTION_DAYS)の日数です",
    ),
    refusing("購入者の情報を残す日数"),
]

# No rule of these three refuses a value: a run that Prefect does not begin would keep
# the address.
WhoForgets = Annotated[
    str,
    TEXT,
    titled("担当者", "必須です。役割や部署を入力します(記録に残ります)"),
]
NumberOfBuyer = Annotated[
    str,
    TEXT,
    titled(
        "注文番号",
        "削除を求めた購入者の注文番号を1つ入力します。同じ購入者のほかの注文も対象です",
    ),
]
MailOfBuyer = Annotated[
    str,
    TEXT,
    titled(
        "メールアドレス",
        "注文番号がわからない場合に、注文に使われたメールアドレスを入力します。"
        "実行を開始すると、Prefect の記録から消えます",
    ),
]
