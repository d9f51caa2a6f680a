"""Parameters of flows of every kind: the shop, the trial, and who asks for it."""

from typing import Annotated

from pydantic import Field

from data.model.morning import MorningStep
from tasks.forms.fields import OR_BLANK, TEXT, titled
from tasks.forms.refused_values import refusing

OneShop = Annotated[  # any text: the flow refuses a wrong one and names those there are
    str,
    TEXT,
    titled("店舗", "店舗コード(rms-shop ブロックの名前)を入力します"),
    refusing("店舗"),
]
AnyShop = Annotated[
    str | None,
    OR_BLANK,
    TEXT,
    titled(
        "店舗",
        "店舗コード(rms-shop ブロックの名前)を入力します。"
        "空欄の場合は、稼働中のすべての店舗が対象です",
    ),
    refusing("店舗"),
]
DryRun = Annotated[
    bool,
    titled(
        "試行", "結果の予定だけを表示します。データの書き込みもRMSへの送信もしません"
    ),
    refusing("試行"),
]
TryAgain = Annotated[
    dict[str, list[MorningStep]] | None,
    titled(
        "やり直す処理",
        "失敗した処理だけのやり直しです。朝の処理が自動で指定するため、"
        "通常は空欄にします",
    ),
    refusing("やり直す処理"),
]
WHO = titled(
    "担当者", "役割や部署を入力します(記録に残ります)。個人名は書かないでください"
)
Who = Annotated[
    str,
    Field(min_length=1, max_length=100, pattern=r"\S"),
    TEXT,
    WHO,
    refusing("担当者"),
]
