"""Parameters of the flows that take orders in from the mall."""

from typing import Annotated

from pydantic import Field

from tasks.forms.fields import MomentOrNone, titled
from tasks.forms.refused_values import refusing

Since = Annotated[
    MomentOrNone,
    titled(
        "開始日時",
        "この日時以降の注文を取り込みます。空欄の場合は前回の続き(3日間重ねます)から、"
        "初回は62日前からです。730日前まで指定できます(例: 2026-07-01 09:00、日本時間)",
    ),
    refusing("開始日時"),
]
Until = Annotated[
    MomentOrNone,
    titled(
        "終了日時",
        "この日時までの注文を取り込みます。日付だけの場合は、その日の終わりまでです。"
        "空欄の場合は現在までです(例: 2026-07-01 09:00、日本時間)",
    ),
    refusing("終了日時"),
]
Confirm = Annotated[
    bool,
    titled(
        "注文確認も行う",
        "新規受付(100)の注文をRMSで注文確認します。取り消しはできません",
    ),
    refusing("注文確認も行う"),
]
Limit = Annotated[
    int,
    Field(ge=1, le=100_000),
    titled(
        "上限",
        "1回の実行で取得する注文数の上限です。残りは次の実行で取得します",
    ),
    refusing("上限"),
]
