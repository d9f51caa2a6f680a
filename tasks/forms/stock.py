"""Parameters of the flows about stock: adjustments, counts, pushes, costs."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from data.model.order import Mall
from data.model.stock import MOST_UNITS, StockFileKind
from tasks.forms.fields import OR_BLANK, PATH, TEXT, DayOrNone, MomentOrNone, titled
from tasks.forms.refused_values import refusing

WhoDecided = Annotated[
    str,
    Field(max_length=100),
    TEXT,
    titled(
        "担当者",
        "調整を決めた人の役割や部署。「調整」または日付を入力した場合は必須です",
    ),
    refusing("担当者"),
]
OfSku = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=r"\S"),
    TEXT,
    titled("調べるSKU", "自社SKU、または「商品管理番号/SKU管理番号」を入力します"),
    refusing("調べるSKU"),
]
SoldBefore = Annotated[
    MomentOrNone,
    titled(
        "日時",
        "この日時までの最後の売り越しを調べます。日付だけの場合は、その日の終わりまでです。"
        "空欄の場合は現在までです(例: 2026-07-01 09:00、日本時間)",
    ),
    refusing("日時"),
]


class SeenLine(BaseModel):
    """What stood of a waiting line where a person decided on it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "title": "表示した内容",
            "description": "受注デスクが使います。空欄のままにしてください",
        },
    )

    sku: str = Field(title="SKU")
    quantity: int = Field(title="注文の個数")
    is_cancelled: bool = Field(title="キャンセル済み")
    booked: int = Field(title="調整済みの個数")


class LineAdjustment(BaseModel):
    """The decision on one waiting order line, or on every waiting line of an order."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "title": "調整する明細",
            "description": "注文番号を入力し、必要に応じて明細と個数を指定します",
        },
    )

    order_number: Annotated[str, TEXT] = Field(
        min_length=1, title="注文番号", description="CSVの注文番号です"
    )
    line_id: Annotated[str | None, OR_BLANK, TEXT] = Field(
        None,
        title="明細",
        description="商品明細IDです。空欄の場合は、その注文の調整待ちの明細すべてです",
    )
    mall: Annotated[Mall | None, OR_BLANK] = Field(
        None,
        title="モール",
        description="同じ注文番号が2つのモールにある場合だけ指定します",
    )
    quantity: int | None = Field(
        None,
        ge=0,
        le=MOST_UNITS,
        title="個数",
        description="在庫から引く個数です。空欄の場合は注文の個数を引きます",
    )
    already_adjusted: bool = Field(
        False,
        title="調整済み",
        description="別の方法で調整済みの場合に選びます。在庫は変更せず、"
        "調整待ちだけを解除します",
    )
    seen: SeenLine | None = Field(
        None,
        title="表示した内容",
        description="受注デスクが使います。表示した後で変わった明細は調整しません",
    )


Adjustments = Annotated[
    list[LineAdjustment] | None,
    titled(
        "調整",
        "注文番号と個数の一覧です。空欄の場合は実行が止まり(Suspended)、"
        "調整待ちの明細の一覧と入力フォームを表示します",
    ),
    refusing("調整"),
]
SettledBefore = Annotated[
    DayOrNone,
    titled(
        "この日より前をまとめて調整済みにする",
        "注文日がこの日より前の調整待ちの明細を、在庫を変更せずにまとめて調整済みに"
        "します。過去の注文を取り込んだ後に使います(例: 2026-07-01)",
    ),
    refusing("この日より前をまとめて調整済みにする"),
]
Note = Annotated[
    str,
    Field(max_length=500),
    TEXT,
    titled(
        "メモ",
        "調整の理由です。「調整」または日付を入力した場合は必須です。"
        "お客様の情報は書かないでください",
    ),
    refusing("メモ"),
]
PathOfCount = Annotated[
    str,
    PATH,
    titled(
        "ファイル",
        "棚卸CSV(入荷も同じ形式)のパスを入力します。"
        "ひな形は data/samples/stock_count.csv です",
    ),
    refusing("ファイル"),
]
CountKind = Annotated[
    StockFileKind,
    titled(
        "種類",
        "count=棚卸: 数量は、その時点で棚にあった総数です。"
        "receipt=入荷: 数量は届いた数で、在庫数に加算します",
    ),
    refusing("種類"),
]
CountedAt = Annotated[
    MomentOrNone,
    titled(
        "数えた日時・届いた日時",
        "棚卸は数えた日時です。それより後の注文は、数えた数から引かれます。"
        "入荷は届いた日時です。それより後の棚卸には含まれるため、加算しません。"
        "空欄の場合は現在の日時です(例: 2026-07-01 09:00、日本時間)",
    ),
    refusing("数えた日時・届いた日時"),
]
Full = Annotated[
    bool,
    titled(
        "全件",
        "変更のないSKUもRMSの在庫数を確認し、異なるSKUをすべて送信します。"
        "拒否されたSKUと、RMSになかったSKUも再送します",
    ),
    refusing("全件"),
]
PathOfCosts = Annotated[
    str,
    PATH,
    titled(
        "ファイル",
        "原価または手数料のCSVのパスを入力します。"
        "ひな形は data/samples/costs.csv と data/samples/fees.csv です",
    ),
    refusing("ファイル"),
]
