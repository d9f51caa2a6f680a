"""Rakuten RMS 発送 CSV, as RMS itself takes it (docs/order-files.md §4.3)."""

from connectors.carriers.layout import CarrierLayout, column, maybe
from data.model.shipping.shipment import Carrier

LAYOUTS = (
    CarrierLayout(
        name="rakuten-shipping",
        carrier=Carrier.RAKUTEN,
        title="楽天RMS 発送CSV",
        where="6列(注文番号〜発送日)のCSVにしてください。",
        tells=(column("注文番号"), column("お荷物伝票番号"), column("配送会社")),
        reference=column("注文番号"),
        package=column("送付先ID"),
        detail_id=maybe("発送明細ID"),
        number=column("お荷物伝票番号"),
        company=column("配送会社"),
        date=column("発送日"),
    ),
)
