"""Amazon.co.jp: unshipped, order report, all orders (docs/order-files.md §7).

Tabs without quoting: a single `"` is text. Times have an offset, often UTC. Cells of
people are blank without the right permission, so 書換 clears addresses. Only one report
has the recipient's phone; a label needs one, and the buyer's stands for it.
"""

import polars as pl

from connectors.order_files.abroad import name_abroad
from connectors.order_files.gifts import gather_wrapping
from connectors.order_files.layout import (
    Layout,
    Signature,
    cell,
    first_of,
    joined,
    maybe,
)
from connectors.order_files.money import amount, is_unread, or_unread, whole_yen
from connectors.order_files.unpaid import UNTOLD, WAITS
from data.model.order import Mall
from data.model.order_file import SumCheck

WHERE = (
    "セラーセントラルの 注文 > 注文レポート で、未出荷・新規注文・すべての注文の"
    "いずれかをテキスト(タブ区切り)のまま選んでください。"
)

_ASKED_BACK = maybe("_asked_back", "is-buyer-requested-cancellation")

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
    maybe("_recipient_country", "ship-country"),
    cell("sku", "sku"),
    cell("item_name", "product-name"),
    cell("quantity", "quantity-purchased"),
    _ASKED_BACK,
)

_UNSHIPPED = (
    *_BY_ITEM,
    maybe("quantity_to_ship", "quantity-to-ship"),
    maybe("cod_fee", "payment-method-fee"),
    maybe("delivery_on", "scheduled-delivery-end-date"),
)

_MONEY = (
    maybe("line_total", "item-price"),
    maybe("unit_price", "item-price"),
    maybe("goods_total", "item-price"),
    maybe("postage_total", "shipping-price"),
    maybe("gift_fee", "gift-wrap-price"),
    maybe("discount_total", "item-promotion-discount"),
    maybe("request_total", "item-price"),
    maybe("_shipping_discount", "ship-promotion-discount"),
    maybe("_currency", "currency"),
)
"""Every amount is of the row's line; those of the order are the sums over its lines."""

_BY_LINE = (
    "goods_total",
    "postage_total",
    "gift_fee",
    "discount_total",
    "request_total",
)

_REPORT = (
    *_BY_ITEM,
    *_MONEY,
    maybe("delivery_on", "delivery-end-date"),
    maybe("orderer_remarks", "delivery-Instructions"),
    joined(
        "gift_wrapping",
        "gift-wrap-type",
        "gift-message-text",
        between=" / ",
        needed=False,
    ),
)

_ALL = (
    cell("order_number", "amazon-order-id"),
    cell("ordered_at", "purchase-date"),
    cell("mall_status", "order-status"),
    maybe("_sent", "order-status"),
    maybe("_channel", "fulfillment-channel"),
    maybe("delivery_method", "ship-service-level"),
    maybe("recipient_zip", "ship-postal-code"),
    maybe("recipient_prefecture", "ship-state"),
    maybe("recipient_city", "ship-city"),
    maybe("_recipient_country", "ship-country"),
    cell("sku", "sku"),
    maybe("item_id", "asin"),
    cell("item_name", "product-name"),
    cell("quantity", "quantity"),
    *_MONEY,
    maybe("line_status", "item-status"),
    _ASKED_BACK,
)


def share_out(rows: pl.DataFrame) -> pl.DataFrame:
    """Fill in the price of one piece, and what each line adds to its order's sums.

    Discounts are positive, whatever sign the report gives them. A cancelled line has no
    pieces and adds nothing; what a line adds that has no price, or an amount that
    cannot be read, is not known.
    """
    pieces = amount(rows, "quantity")
    is_none = (pieces == 0).fill_null(value=False)

    def added(name: str) -> pl.Expr:
        return pl.when(is_none).then(0).otherwise(amount(rows, name))

    goods = added("line_total")
    postage, gift = added("postage_total").fill_null(0), added("gift_fee").fill_null(0)
    cut = added("discount_total").abs().fill_null(0)
    cut += added("_shipping_discount").abs().fill_null(0)
    shares = {
        "goods_total": goods,
        "postage_total": postage,
        "gift_fee": gift,
        "discount_total": cut,
        "request_total": goods + postage + gift - cut,
    }
    cuts = ("discount_total", "_shipping_discount")
    is_sure = is_none | ~is_unread(rows, "postage_total", "gift_fee", *cuts)
    made = {
        # Said, not left blank: the line had an amount before it was cancelled.
        "line_total": pl.when(is_none).then(pl.lit("0")).otherwise("line_total"),
        "unit_price": whole_yen(pl.when(pieces > 0).then(goods / pieces)),
    } | {
        name: pl.when(goods.is_not_null() & is_sure).then(whole_yen(share))
        for name, share in shares.items()
    }
    for names in (("postage_total",), ("gift_fee",), cuts):
        made[names[0]] = or_unread(rows, made[names[0]], *names)
    return rows.with_columns(
        **{name: text for name, text in made.items() if name in rows.columns}
    )


def mark_sent(rows: pl.DataFrame) -> pl.DataFrame:
    """Write Shipped for what Amazon itself sends (FBA): none of it is in our stock."""
    if "_channel" not in rows.columns:
        return rows
    channel = pl.col("_channel").str.strip_chars().str.to_lowercase()
    is_theirs = channel.is_in(["amazon", "afn"]).fill_null(value=False)
    return rows.with_columns(
        _sent=pl.when(is_theirs).then(pl.lit("Shipped")).otherwise("_sent")
    )


def hold_asked_back(rows: pl.DataFrame) -> pl.DataFrame:
    """Hold an order of which the buyer asked Amazon to cancel a line."""
    if "_asked_back" not in rows.columns:
        return rows.with_columns(UNTOLD.alias(WAITS))
    word = pl.col("_asked_back").str.strip_chars().str.to_lowercase()
    is_asked = (word == "true").fill_null(value=False).any()
    return rows.with_columns(is_asked.over("order_number").alias(WAITS))


CHECKS = (
    SumCheck("goods_total", (), lines="line_total"),
    SumCheck(
        "request_total",
        (
            ("goods_total", 1),
            ("postage_total", 1),
            ("gift_fee", 1),
            ("discount_total", -1),
        ),
    ),
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
        rules=(name_abroad, hold_asked_back),
        adds_up=True,
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
        rules=(name_abroad, share_out, gather_wrapping, hold_asked_back),
        adds_up=True,
        by_line=_BY_LINE,
        checks=CHECKS,
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
        held="(?i)^pending",
        shipped="(?i)^shipped",
        shipped_from="_sent",
        lines="position",
        rules=(name_abroad, share_out, mark_sent, hold_asked_back),
        by_line=_BY_LINE,
        checks=CHECKS,
        instant_format="%Y-%m-%dT%H:%M:%S%z",
    ),
)
