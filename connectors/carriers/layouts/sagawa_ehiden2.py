"""Sagawa e飛伝II 出荷データ, 53 columns (docs/order-files.md §10)."""

from connectors.carriers.layout import CarrierLayout, column, maybe
from data.model.shipping.shipment import SAGAWA, Carrier

LAYOUTS = (
    CarrierLayout(
        name="sagawa-ehiden2",
        carrier=Carrier.SAGAWA,
        title="佐川急便 e飛伝II 出荷データ",
        where="e飛伝II の 出荷履歴 > 出荷データ出力 から取り直してください。",
        tells=(
            column("お問合せ送り状No"),
            column("お客様管理ナンバー"),
            column("出荷日時"),
        ),
        reference=column("お客様管理ナンバー"),
        number=column("お問合せ送り状No"),
        date=column("出荷日時"),
        company=SAGAWA,
        deleted=maybe("削除区分"),
    ),
)
