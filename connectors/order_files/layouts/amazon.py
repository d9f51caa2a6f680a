"""Amazon.co.jp: unshipped, order report, all orders (docs/order-files.md §7).

Tabs without quoting: a single `"` is text. Times have an offset, often UTC. Cells of
people are blank without the right permission, so 書換 clears addresses. Only one report
has the recipient's phone; a label needs one, and the buyer's stands for it.
"""

from connectors.order_files.layout import (
    Layout,
    Signature,
    cell,
    first_of,
    joined,
    maybe,
)
from data.model.order import Mall

WHERE = (
    "セラーセントラルの 注文 > 注文レポート で、未出荷・新規注文・すべての注文の"
    "いずれかをテキスト(タブ区切り)のまま選んでください。"
)

_BY_ITEM = (
    cell("order_number", "order-id"),
    cell("line_id", "order-item-id"),
    cell("ordered_at", "purchase-date"),
    maybe("paid_at", "payments-date"),
    maybe("delivery_method", "ship-service-level"),
    maybe("payment_method", "payment-method"),
    maybe("orderer_email", "buyer-email"),
    maybe("orderer_family_name", "buyer-name"),
    maybe("orderer_phone", "buyer-phone-number"),
    cell("recipient_family_name", "recipient-name"),
    cell("recipient_zip", "ship-postal-code"),
    cell("recipient_prefecture", "ship-state"),
    maybe("recipient_city", "ship-city"),
    joined(
        "recipient_street",
        "ship-address-1",
        "ship-address-2",
        "ship-address-3",
        between=" ",
    ),
    first_of(
        "recipient_phone", "ship-phone-number", "buyer-phone-number", needed=False
    ),
    cell("sku", "sku"),
    cell("item_name", "product-name"),
    cell("quantity", "quantity-purchased"),
)

_UNSHIPPED = (
    *_BY_ITEM,
    maybe("cod_fee", "payment-method-fee"),
    maybe("delivery_on", "scheduled-delivery-end-date"),
)

_REPORT = (
    *_BY_ITEM,
    maybe("line_total", "item-price"),
    maybe("delivery_on", "delivery-end-date"),
    maybe("delivery_slot_name", "delivery-time-zone"),
    maybe("orderer_remarks", "delivery-Instructions"),
)

_ALL = (
    cell("order_number", "amazon-order-id"),
    cell("ordered_at", "purchase-date"),
    cell("mall_status", "order-status"),
    maybe("delivery_method", "ship-service-level"),
    maybe("recipient_zip", "ship-postal-code"),
    maybe("recipient_prefecture", "ship-state"),
    maybe("recipient_city", "ship-city"),
    cell("sku", "sku"),
    maybe("item_id", "asin"),
    cell("item_name", "product-name"),
    cell("quantity", "quantity"),
    maybe("line_total", "item-price"),
    maybe("line_status", "item-status"),
)

LAYOUTS = (
    Layout(
        name="amazon-unshipped",
        mall=Mall.AMAZON,
        title="Amazon.co.jp 未出荷の注文レポート",
        where=WHERE,
        signature=Signature(
            has=("order-id", "order-item-id", "purchase-date", "reporting-date"),
            tab=True,
        ),
        cells=_UNSHIPPED,
        instant_format="%Y-%m-%dT%H:%M:%S%z",
    ),
    Layout(
        name="amazon-orders",
        mall=Mall.AMAZON,
        title="Amazon.co.jp 注文レポート",
        where=WHERE,
        signature=Signature(
            has=("order-id", "order-item-id", "purchase-date"),
            lacks=("reporting-date",),
            tab=True,
        ),
        cells=_REPORT,
        instant_format="%Y-%m-%dT%H:%M:%S%z",
    ),
    Layout(
        name="amazon-all-orders",
        mall=Mall.AMAZON,
        title="Amazon.co.jp すべての注文レポート",
        where=WHERE,
        signature=Signature(has=("amazon-order-id", "merchant-order-id"), tab=True),
        cells=_ALL,
        cancelled="(?i)^cancel(l)?ed$",
        shipped="(?i)^shipped",
        lines="position",
        instant_format="%Y-%m-%dT%H:%M:%S%z",
    ),
)
