"""What staff call malls, carriers, states of parcels, and the values of a form."""

from collections.abc import Mapping
from typing import Final

from data.model.order import Mall
from data.model.shipping.shipment import Carrier, ShipmentState

WRONG_CHOICE: Final = "選ばれた内容を読み取れません。対処: 画面を開き直してください。"
NOTHING_YET: Final = (
    "まだデータがありません。対処: 「CSV取込」から棚卸または注文を取り込んでください"
    "(楽天の注文は、朝の処理で取り込みます)。取り込んだ後、1分ほどで表示されます。"
)
"""What a page says before the first order or count has come in."""
PUBLISH_ADVICE: Final = (
    "対処: 「実行」から「分析用データベースを作成します」を実行してください。"
)
MALL_WORDS: Final[Mapping[str, str]] = {
    Mall.RAKUTEN: "楽天市場",
    Mall.YAHOO: "Yahoo!ショッピング",
    Mall.AUPAY: "au PAY マーケット",
    Mall.AMAZON: "Amazon",
    Mall.QOO10: "Qoo10",
    Mall.SHOPIFY: "Shopify",
    Mall.ECCUBE: "EC-CUBE",
    Mall.BASE: "BASE",
    Mall.COLORME: "カラーミーショップ",
    Mall.FUTURESHOP: "futureshop",
    Mall.PONPARE: "ポンパレモール",
    Mall.MINNE: "minne",
    Mall.CREEMA: "Creema",
}
"""What staff call the malls."""
CARRIER_WORDS: Final[Mapping[str, str]] = {
    Carrier.YAMATO: "ヤマト運輸(B2クラウド)",
    Carrier.SAGAWA: "佐川急便(e飛伝II・III)",
    Carrier.JAPAN_POST: "日本郵便(ゆうパックプリントR)",
    Carrier.RAKUTEN: "RMSの発送CSV",
    Carrier.TEMPLATE: "juchuのひな形",
}
"""Whose file of tracking numbers it is."""
LABEL_WORDS: Final[Mapping[str, str]] = {
    Carrier.YAMATO: "ヤマト運輸(B2クラウド)",
    Carrier.SAGAWA: "佐川急便(e飛伝III)",
}
"""Whose program prints a file of labels."""
PARCEL_WORDS: Final[Mapping[str, str]] = {
    ShipmentState.PLANNED: "報告待ち",
    ShipmentState.SENT: "報告済み(確認中)",
    ShipmentState.VERIFIED: "報告済み",
    ShipmentState.REFUSED: "拒否",
    ShipmentState.UNKNOWN: "結果が不明",
    ShipmentState.CANCELLED: "キャンセル",
    "replaced": "別の番号に変更",
}
"""Where the report of a parcel stands; of malls by file, whether it is exported."""
MODE_WORDS: Final[Mapping[str, str]] = {"update": "更新", "replace": "書換"}
OTHER_SHOPS_WORDS: Final[Mapping[str, str]] = {
    "refuse": "1件でもあれば、取り込まない",
    "skip": "別店舗の注文だけを除いて取り込む",
}
COUNT_WORDS: Final[Mapping[str, str]] = {
    "count": "棚卸(棚にあった総数)",
    "receipt": "入荷(届いた数を足す)",
}
VALUE_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "mall": MALL_WORDS,
    "carrier": CARRIER_WORDS,
    "mode": MODE_WORDS,
    "other_shops": OTHER_SHOPS_WORDS,
    "kind": COUNT_WORDS,
}
"""What staff read for a flow's value, by the name of the parameter."""
