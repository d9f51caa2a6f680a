"""Our own plain file, for carriers whose files we cannot read (docs/shipping.md)."""

from connectors.carriers.layout import CarrierLayout, column, maybe
from data.model.shipping.shipment import Carrier

_REFERENCE = column("注文番号", "短縮キー", "管理番号", "order_number")
_NUMBER = column("伝票番号", "送り状番号", "お問い合わせ番号", "tracking_number")
_COMPANY = column("配送会社", "運送会社", "carrier")

LAYOUTS = (
    CarrierLayout(
        name="template",
        carrier=Carrier.TEMPLATE,
        title="発送CSV(ひな形)",
        where=(
            "data/samples/shipments-template.csv をひな形にしてください"
            "(注文番号・配送会社・伝票番号・発送日)。"
        ),
        tells=(_REFERENCE, _NUMBER, _COMPANY),
        reference=_REFERENCE,
        package=maybe("送付先ID", "basket_id"),
        number=_NUMBER,
        company=_COMPANY,
        date=column("発送日", "出荷日", "shipping_date"),
        replaces=maybe("訂正前の伝票番号", "replaces"),
        deleted=maybe("取消", "withdrawn"),
    ),
)
