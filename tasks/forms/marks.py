"""Parameters of the clerk's marks on an order."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from data.model.mark import CANCEL_REASONS, RESTORE_STOCK
from tasks.forms.fields import TEXT, titled
from tasks.forms.refused_values import refusing

OneOrder = Annotated[
    str,
    Field(max_length=500, pattern=r"\S"),
    TEXT,
    titled("注文番号", "楽天の注文番号を1件入力します(例: 123456-20260701-0123456789)"),
    refusing("注文番号"),
]
OrderNumbers = Annotated[
    str | list[str],  # a list is for callers in Python
    WithJsonSchema({"type": "string"}),
    TEXT,
    titled(
        "注文番号",
        "楽天の注文番号を、改行・空白・カンマで区切って入力します(1,000件まで)",
    ),
    refusing("注文番号"),
]
SubStatusName = Annotated[
    str,
    Field(max_length=100),
    TEXT,
    titled(
        "サブステータス",
        "RMSで作成したサブステータスの名前かIDを入力します。外すには「解除」と入力します。"
        "空欄の場合は、この店舗のサブステータスの一覧だけを表示します",
    ),
    refusing("サブステータス"),
]
MemoText = Annotated[
    str,
    Field(max_length=4000),
    TEXT,
    titled(
        "メモ",
        "ひとことメモに追加する文です。Prefect には残りません",
    ),
    refusing("メモ"),
]
Overwrite = Annotated[
    bool,
    titled("上書き", "今のメモを消して、入力した文だけにします"),
    refusing("上書き"),
]
_REASONS = {"type": "string", "enum": list(CANCEL_REASONS.values())}
CancelReason = Annotated[  # the flow refuses a wrong one, in Japanese
    str | int,
    WithJsonSchema(_REASONS),
    titled("キャンセル理由", "RMSに登録する理由です。取り消せません"),
    refusing("キャンセル理由"),
]
_RESTORE = {"type": "string", "enum": list(RESTORE_STOCK.values())}
RestoreStock = Annotated[
    str | int,
    WithJsonSchema(_RESTORE),
    titled("在庫", "キャンセルした商品のRMSの在庫をどうするかを選びます"),
    refusing("在庫"),
]
GoodsReturned = Annotated[
    bool,
    titled(
        "商品は返品済み",
        "発送後の注文では、商品が戻ったことを確認してから選びます(すぐに確定します)",
    ),
    refusing("商品は返品済み"),
]
