"""The parameters of all flows, each once, as Prefect's form shows them to shop staff.

A type here says what a value may be, how the form titles it and what stands below the
field. Prefect overwrites a parameter's own title and description, but lays what stands
in `json_schema_extra` over that (3.9.1), so the words go there.
"""

from datetime import date, datetime
from pathlib import PurePath
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from data.model.application import Application
from data.model.mark import CANCEL_REASONS, RESTORE_STOCK
from data.model.morning import MorningStep
from data.model.onboarding import OneLine, Stage
from data.model.order import Mall
from data.model.shipment import Carrier
from data.model.stock import MOST_UNITS, StockFileKind
from data.model.unnumbered import UnnumberedWay
from tasks.refused_values import refusing


def titled(title: str, description: str) -> Any:
    """Return the annotation that titles and explains a field of the form."""
    return Field(json_schema_extra={"title": title, "description": description})


def as_text(given: Any) -> Any:
    """Return the text that a number or a path stands for; anything else as it is.

    Prefect's command line reads `-p shop=10001` as a number, and Python has paths.
    """
    if isinstance(given, list):
        return [as_text(each) for each in given]
    is_text = isinstance(given, PurePath) or type(given) is int
    return str(given) if is_text else given


_TEXT = BeforeValidator(as_text)
"""What a text is that may be digits alone, or the path of a file."""
_OR_BLANK = BeforeValidator(lambda given: None if given == "" else given)
"""What a field that was emptied sends counts as left empty."""

_MOMENT = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}
_DAY = {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}
_AS_TYPED = BeforeValidator(
    lambda given: str(given) if type(given) in {int, float} else given
)
"""What was typed as a day in digits: `-p counted_at=20261124` comes as a number, which
pydantic takes for seconds since 1970."""
# Any text: the flow refuses a wrong one, with an example.
MomentOrNone = Annotated[
    datetime | str | None, WithJsonSchema(_MOMENT), _OR_BLANK, _AS_TYPED
]
DayOrNone = Annotated[date | str | None, WithJsonSchema(_DAY), _OR_BLANK, _AS_TYPED]

_MALLS = {"type": "string", "enum": [str(mall) for mall in Mall]}

# Every flow

OneShop = Annotated[  # any text: the flow refuses a wrong one and names those there are
    str, _TEXT, titled("店舗", "店舗コード(rms-shop ブロックの名前)を入力します")
]
AnyShop = Annotated[
    str | None,
    _OR_BLANK,
    _TEXT,
    titled(
        "店舗",
        "店舗コード(rms-shop ブロックの名前)を入力します。"
        "空欄の場合は、稼働中のすべての店舗が対象です",
    ),
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
_WHO = titled(
    "担当者", "役割や部署を入力します(記録に残ります)。個人名は書かないでください"
)
Who = Annotated[
    str,
    Field(min_length=1, max_length=100, pattern=r"\S"),
    _TEXT,
    _WHO,
    refusing("担当者"),
]
WhoDecided = Annotated[
    str,
    Field(max_length=100),
    _TEXT,
    titled(
        "担当者",
        "調整を決めた人の役割や部署。「調整」または日付を入力した場合は必須です",
    ),
    refusing("担当者"),
]
WhoMoves = Annotated[OneLine, _WHO, refusing("担当者")]

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
    titled(
        "テスト用の注文番号",
        "RMSのWEB APIサービスの説明からダウンロードした、テスト用の注文番号です"
        "(10件まで)。空欄でもかまいません",
    ),
    refusing("テスト用の注文番号"),
]

# Orders from the mall

Since = Annotated[
    MomentOrNone,
    titled(
        "開始日時",
        "この日時以降の注文を取り込みます。空欄の場合は前回の続き(3日間重ねます)から、"
        "初回は62日前からです。730日前まで指定できます(例: 2026-07-01 09:00、日本時間)",
    ),
]
Until = Annotated[
    MomentOrNone,
    titled(
        "終了日時",
        "この日時までの注文を取り込みます。空欄の場合は現在までです"
        "(例: 2026-07-01 09:00、日本時間)",
    ),
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

# Files of orders

PathOrPair = Annotated[
    str | list[str],  # a list is for callers in Python; the form has a field for each
    WithJsonSchema({"type": "string"}),
    _TEXT,
    titled(
        "ファイル",
        "注文CSV(またはzip)のパスを入力します。Yahoo! は注文データ(order)です。"
        "空欄の場合は、incoming フォルダのすべてのファイルを取り込みます",
    ),
]
ItemPath = Annotated[
    str,
    _TEXT,
    titled(
        "商品のファイル(Yahoo! のみ)",
        "Yahoo! の注文商品データ(item)のパスを入力します。ほかのモールは空欄にします",
    ),
]
MallOfFile = Annotated[
    str,  # the flow refuses a wrong one, in Japanese
    WithJsonSchema(_MALLS),
    titled(
        "モール",
        "ファイルをダウンロードしたモールです。別のモールのファイルは取り込みません",
    ),
]
ShopOfFile = Annotated[
    str,
    _TEXT,
    titled(
        "店舗",
        "楽天は店舗コード(rms-shop ブロックの名前)、Yahoo! はストアアカウント、"
        "その他のモールは店舗を表す名前です(毎回同じ名前にしてください)",
    ),
]
NewShop = Annotated[
    bool,
    titled(
        "新しい店舗",
        "楽天以外のモールで、2つ目以降の店舗を初めて取り込むときだけ選びます。"
        "選ばない場合、登録のない名前のファイルは取り込みません",
    ),
    refusing("新しい店舗"),
]
Mode = Annotated[
    Literal["update", "replace"],
    titled(
        "登録タイプ",
        "update=更新: 空欄のセルは上書きしません。"
        "replace=書換: 空欄のセルも上書きして消します。"
        "どちらも、ファイルにない列は変更しません",
    ),
    refusing("登録タイプ"),
]
OtherShops = Annotated[
    Literal["refuse", "skip"],
    titled(
        "別店舗の注文",
        "refuse=1件でもあれば、ファイル全体を取り込みません。"
        "skip=別店舗の注文だけを除いて取り込みます",
    ),
    refusing("別店舗の注文"),
]

# Stock


OfSku = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=r"\S"),
    _TEXT,
    titled("調べるSKU", "自社SKU、または「商品管理番号/SKU管理番号」を入力します"),
    refusing("調べるSKU"),
]
SoldBefore = Annotated[
    MomentOrNone,
    titled(
        "日時",
        "この日時までの最後の売り越しを調べます。空欄の場合は現在までです"
        "(例: 2026-07-01 09:00、日本時間)",
    ),
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

    order_number: str = Field(
        min_length=1, title="注文番号", description="CSVの注文番号です"
    )
    line_id: str | None = Field(
        None,
        title="明細",
        description="商品明細IDです。空欄の場合は、その注文の調整待ちの明細すべてです",
    )
    mall: Mall | None = Field(
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
]
Note = Annotated[
    str,
    Field(max_length=500),
    _TEXT,
    titled(
        "メモ",
        "調整の理由です。「調整」または日付を入力した場合は必須です。"
        "お客様の情報は書かないでください",
    ),
    refusing("メモ"),
]
PathOfCount = Annotated[
    str,
    _TEXT,
    titled(
        "ファイル",
        "棚卸CSV(入荷も同じ形式)のパスを入力します。"
        "ひな形は data/samples/stock_count.csv です",
    ),
]
PathOfCosts = Annotated[
    str,
    _TEXT,
    titled(
        "ファイル",
        "原価または手数料のCSVのパスを入力します。"
        "ひな形は data/samples/costs.csv と data/samples/fees.csv です",
    ),
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
]
Full = Annotated[
    bool,
    titled(
        "全件",
        "変更のないSKUもRMSの在庫数を確認し、異なるSKUをすべて送信します。"
        "拒否されたSKUも再送します",
    ),
    refusing("全件"),
]

# Shipping

MallOfOrders = Annotated[
    str,  # the flow refuses a wrong one, in Japanese
    WithJsonSchema(_MALLS),
    titled("モール", "注文のモールです。楽天以外は、注文CSVで取り込んだ注文が対象です"),
]
ShopOfOrders = Annotated[
    str,
    _TEXT,
    titled(
        "店舗",
        "楽天は店舗コード(rms-shop ブロックの名前)、そのほかのモールは"
        "注文CSVを取り込んだときの店舗の名前です",
    ),
]
PathOfShipments = Annotated[
    str,
    _TEXT,
    titled(
        "ファイル",
        "配送会社のソフトから出力したCSV(またはzip)のパスを入力します。"
        "Excelで開かずに、そのまま指定してください",
    ),
]
CarrierOfFile = Annotated[
    Carrier,
    WithJsonSchema({"type": "string", "enum": [str(one) for one in Carrier]}),
    titled(
        "配送会社",
        "yamato=B2クラウド、sagawa=e飛伝II/III、japanpost=ゆうパックプリントR、"
        "rakuten=RMSの発送CSV、template=ひな形",
    ),
    refusing("配送会社"),
]
WayOfUnnumbered = Annotated[
    UnnumberedWay,
    WithJsonSchema({"type": "string", "enum": [str(one) for one in UnnumberedWay]}),
    titled(
        "発送の方法",
        "楽天には、定形外郵便は「日本郵便」、ほかは「その他」として報告します",
    ),
    refusing("発送の方法"),
]
NumbersOrKeys = Annotated[
    str | list[str],  # a list is for callers in Python
    WithJsonSchema({"type": "string"}),
    _TEXT,
    titled(
        "注文番号",
        "注文番号または短縮キーを、改行・空白・カンマで区切って入力します"
        "(1,000件まで)。送付先が複数ある注文は、短縮キーで入力します",
    ),
]
DateShipped = Annotated[
    DayOrNone,
    titled("発送日", "発送した日、または手渡した日です。空欄の場合は今日です"),
]
CarrierOfLabels = Annotated[
    Literal["yamato", "sagawa"],
    titled("配送会社", "yamato=B2クラウド、sagawa=e飛伝III の取込用ファイル"),
    refusing("配送会社"),
]
ShippingDate = Annotated[
    DayOrNone,
    titled(
        "出荷日",
        "送り状に印字する出荷予定日です。空欄の場合は次の営業日です"
        "(曜日と休みの日は .env の JUCHU_SHIPPING_… で設定します)",
    ),
]
Folder = Annotated[
    str,
    _TEXT,
    titled(
        "出力先フォルダ",
        "空欄の場合は labels フォルダに出力します。住所と氏名を含むファイルです",
    ),
]
Again = Annotated[
    bool,
    titled(
        "もう一度出力する",
        "出力済みの送付先も含めます。二重に発送しないようご注意ください",
    ),
    refusing("もう一度出力する"),
]

MallOfUpload = Annotated[
    str,  # the flow refuses a wrong one, in Japanese
    WithJsonSchema(
        {"type": "string", "enum": [str(m) for m in Mall if m is not Mall.RAKUTEN]}
    ),
    titled("モール", "注文のモールです。楽天は push-tracking で報告します"),
]
FolderOfUploads = Annotated[
    str, _TEXT, titled("出力先フォルダ", "空欄の場合は uploads フォルダに出力します")
]
AgainTracking = Annotated[
    bool,
    titled(
        "もう一度出力する",
        "出力済みの番号のうち、発送日が31日前以降のものも、もう一度出力します。"
        "ファイルをなくしたときに選びます",
    ),
    refusing("もう一度出力する"),
]

# The clerk's marks on an order

OneOrder = Annotated[
    str,
    Field(max_length=500, pattern=r"\S"),
    _TEXT,
    titled("注文番号", "楽天の注文番号を1件入力します(例: 123456-20260701-0123456789)"),
    refusing("注文番号"),
]
OrderNumbers = Annotated[
    str | list[str],  # a list is for callers in Python
    WithJsonSchema({"type": "string"}),
    _TEXT,
    titled(
        "注文番号",
        "楽天の注文番号を、改行・空白・カンマで区切って入力します(1,000件まで)",
    ),
]
SubStatusName = Annotated[
    str,
    Field(max_length=100),
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
    _TEXT,
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
]
_RESTORE = {"type": "string", "enum": list(RESTORE_STOCK.values())}
RestoreStock = Annotated[
    str | int,
    WithJsonSchema(_RESTORE),
    titled("在庫", "キャンセルした商品のRMSの在庫をどうするかを選びます"),
]
GoodsReturned = Annotated[
    bool,
    titled(
        "商品は返品済み",
        "発送後の注文では、商品が戻ったことを確認してから選びます(すぐに確定します)",
    ),
    refusing("商品は返品済み"),
]

# What waits for a person

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
    _TEXT,
    titled("番号", "一覧から外すものの番号です。同じ一覧から写してください"),
    refusing("番号"),
]
WhyDismissed = Annotated[
    str,
    Field(max_length=500, pattern=r"\S"),
    _TEXT,
    titled(
        "メモ",
        "一覧から外す理由です(記録に残ります)。お客様の情報は書かないでください",
    ),
    refusing("メモ"),
]

# A buyer who asks to be deleted

# No rule here refuses a value: a run that Prefect does not begin keeps the address.
WhoForgets = Annotated[
    str,
    _TEXT,
    titled("担当者", "必須です。役割や部署を入力します(記録に残ります)"),
]
NumberOfBuyer = Annotated[
    str,
    _TEXT,
    titled(
        "注文番号",
        "削除を求めた購入者の注文番号を1つ入力します。同じ購入者のほかの注文も対象です",
    ),
]
MailOfBuyer = Annotated[
    str,
    titled(
        "メールアドレス",
        "注文番号がわからない場合に、注文に使われたメールアドレスを入力します。"
        "実行を開始すると、Prefect の記録から消えます",
    ),
]

# A shop's onboarding

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
]
SecondMailText = Annotated[
    str,
    titled(
        "2通目のメール",
        "楽天のメール「…システムイベント通知サービス利用申請 承認のお願い」の本文を"
        "貼り付けます。企業名・利用データ・利用開始予定日時だけを読み取り、"
        "それ以外は Prefect に残しません",
    ),
]
SecondMailPath = Annotated[
    str,
    _TEXT,
    titled(
        "2通目のメールのファイル",
        "メールをファイルに保存した場合は、貼り付ける代わりにパスを入力します"
        "(テキストまたは .eml)",
    ),
]
ApprovedAt = Annotated[
    MomentOrNone,
    titled(
        "通知を承認した日時",
        "RMSで通知サービスを承認した日時です(例: 2026-07-01 09:00、日本時間)",
    ),
]


# The house

RetentionDays = Annotated[
    Annotated[int, Field(ge=1, le=3650)] | None,
    _OR_BLANK,
    titled(
        "購入者の情報を残す日数",
        "出荷またはキャンセルからこの日数が過ぎた注文の、購入者の情報を消去します。"
        "空欄の場合は、設定(JUCHU_RETENTION_DAYS)の日数です",
    ),
    refusing("購入者の情報を残す日数"),
]
