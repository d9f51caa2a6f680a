"""Parameters of what takes a matter off the list of what waits for a person."""

from typing import Annotated

from pydantic import Field

from tasks.forms.fields import TEXT, titled
from tasks.forms.refused_values import refusing

KindOfMatter = Annotated[
    str,
    Field(max_length=50, pattern=r"\S"),
    titled(
        "種類",
        "報告「day-report」の「対応が必要なもの」にある種類です(例: order_not_at_mall)",
    ),
    refusing("種類"),
]
KeyOfMatter = Annotated[
    str,
    Field(max_length=500, pattern=r"\S"),
    TEXT,
    titled("番号", "一覧から外すものの番号です。同じ一覧から写してください"),
    refusing("番号"),
]
WhyDismissed = Annotated[
    str,
    Field(max_length=500, pattern=r"\S"),
    TEXT,
    titled(
        "メモ",
        "一覧から外す理由です(記録に残ります)。お客様の情報は書かないでください",
    ),
    refusing("メモ"),
]
