"""Parameters of the flows about shipping: labels, parcels, tracking numbers."""

from typing import Annotated, Literal

from pydantic import WithJsonSchema

from data.model.order import Mall
from data.model.shipping.shipment import Carrier
from data.model.shipping.unnumbered import UnnumberedWay
from tasks.forms.fields import MALLS, PATH, TEXT, DayOrNone, titled
from tasks.forms.refused_values import refusing

MallOfOrders = Annotated[
    str,  # the flow refuses a wrong one, in Japanese
    TEXT,
    WithJsonSchema(MALLS),
    titled("モール", "注文のモールです。楽天以外は、注文CSVで取り込んだ注文が対象です"),
    refusing("モール"),
]
ShopOfOrders = Annotated[
    str,
    TEXT,
    titled(
        "店舗",
        "楽天は店舗コード(rms-shop ブロックの名前)、そのほかのモールは"
        "注文CSVを取り込んだときの店舗の名前です",
    ),
    refusing("店舗"),
]
PathOfShipments = Annotated[
    str,
    PATH,
    titled(
        "ファイル",
        "配送会社のソフトから出力したCSV(またはzip)のパスを入力します。"
        "Excelで開かずに、そのまま指定してください",
    ),
    refusing("ファイル"),
]
TrackingDryRun = Annotated[
    bool,
    titled(
        "試行",
        "報告の予定だけを表示し、RMSへは送信しません。"
        "対象の注文は、RMSの最新の内容に更新します",
    ),
    refusing("試行"),
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
    TEXT,
    titled(
        "注文番号",
        "注文番号または短縮キーを、改行・空白・カンマで区切って入力します"
        "(1,000件まで)。送付先が複数ある注文は、短縮キーで入力します",
    ),
    refusing("注文番号"),
]
DateShipped = Annotated[
    DayOrNone,
    titled("発送日", "発送した日、または手渡した日です。空欄の場合は今日です"),
    refusing("発送日"),
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
        "(何営業日後か、曜日と休みの日は .env の JUCHU_SHIPPING_… で設定します)",
    ),
    refusing("出荷日"),
]
Folder = Annotated[
    str,
    PATH,
    titled(
        "出力先フォルダー",
        "空欄の場合は labels フォルダーに出力します。住所と氏名を含むファイルです",
    ),
    refusing("出力先フォルダー"),
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
    TEXT,
    WithJsonSchema(
        {"type": "string", "enum": [str(m) for m in Mall if m is not Mall.RAKUTEN]}
    ),
    titled("モール", "注文のモールです。楽天は push-tracking で報告します"),
    refusing("モール"),
]
FolderOfUploads = Annotated[
    str,
    PATH,
    titled("出力先フォルダー", "空欄の場合は uploads フォルダーに出力します"),
    refusing("出力先フォルダー"),
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
