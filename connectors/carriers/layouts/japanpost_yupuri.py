"""Japan Post ゆうパックプリントR / ゆうプリR 発送履歴 (docs/order-files.md §10).

The shop sets the columns, so there may be more. 発送予定 has no numbers yet.
"""

from connectors.carriers.layout import CarrierLayout, column
from data.model.shipping.shipment import JAPAN_POST, Carrier

LAYOUTS = (
    CarrierLayout(
        name="japanpost-yupuri",
        carrier=Carrier.JAPAN_POST,
        title="日本郵便 ゆうパックプリントR 発送履歴",
        where=(
            "ゆうパックプリントRの 発送履歴データ出力 で、お客様側管理番号・"
            "お問い合わせ番号・仮引受確定作業年月日 を出力してください。"
        ),
        tells=(column("お客様側管理番号"), column("お問い合わせ番号")),
        reference=column("お客様側管理番号"),
        number=column("お問い合わせ番号"),
        date=column("仮引受確定作業年月日"),
        company=JAPAN_POST,
        unshipped="空欄です(まだ引受されていない荷物です)。",
    ),
)
