"""The sums of an order, as RMS shows them (docs/rms/order-api.md §3.3, §3.14).

−9999 stands wherever an amount is open. requestPrice includes the cash-on-delivery
fee: the buyer pays it, although the reference's sum does not name it.
"""

from typing import Any

from connectors.sandbox.selling.draft import Draft

OPEN = -9999
"""RMS's amount for "not fixed yet" (未確定)."""


def coupon_totals(draft: Draft) -> tuple[int, int]:
    """Return what the shop and what others pay for coupons."""
    shop = sum(c.price * c.units for c in draft.coupons if c.capital == 1)
    every = sum(c.price * c.units for c in draft.coupons)
    return shop, every - shop


def sums(draft: Draft) -> dict[str, Any]:
    """Return the money fields of OrderModel."""
    goods = draft.goods_price()
    postage = sum(package.postage for package in draft.packages)
    cod_fee = sum(package.cod_fee for package in draft.packages)
    shop, others = coupon_totals(draft)
    request = goods + postage + cod_fee - shop - others - draft.points
    return {
        "goodsPrice": goods,
        "postagePrice": OPEN if draft.postage_open else postage,
        "deliveryPrice": cod_fee,
        "paymentCharge": 0,
        "paymentChargeTaxRate": 0.1,
        "totalPrice": OPEN if draft.postage_open else goods + postage,
        "requestPrice": OPEN if draft.postage_open else request,
        "couponAllTotalPrice": shop + others,
        "couponShopPrice": shop,
        "couponOtherPrice": others,
        "additionalFeeOccurAmountToUser": 0,
        "additionalFeeOccurAmountToShop": 0,
    }


def tax_summaries(draft: Draft) -> list[dict[str, Any]]:
    """Return one TaxSummaryModel per rate; their reqPrice is before points (§3.14)."""
    return [
        _summary(draft, percent)
        for percent in sorted(
            {10, *(line.goods.tax_percent for line in draft.lines)}, reverse=True
        )
        if _goods_at(draft, percent) or _fees_at(draft, percent)
    ]


def _goods_at(draft: Draft, percent: int) -> int:
    items = sum(
        line.goods.price_with_tax * line.units
        for line in draft.lines
        if line.goods.tax_percent == percent
    )
    wrapping = sum(price for _, _, price in draft.wrapping) if percent == 10 else 0
    return items + wrapping


def _fees_at(draft: Draft, percent: int) -> int:
    if percent != 10:
        return 0
    return sum(package.postage + package.cod_fee for package in draft.packages)


def _coupons_at(draft: Draft, percent: int) -> int:
    lines = draft.lines
    return sum(
        coupon.price * coupon.units
        for coupon in draft.coupons
        if lines[coupon.line or 0].goods.tax_percent == percent
    )


def _summary(draft: Draft, percent: int) -> dict[str, Any]:
    coupons = _coupons_at(draft, percent)
    total = _goods_at(draft, percent) + _fees_at(draft, percent)
    cod_fee = sum(p.cod_fee for p in draft.packages) if percent == 10 else 0
    billed = total - coupons
    closed = {
        "reqPrice": billed,
        "reqPriceTax": billed * percent // (100 + percent),
        "totalPrice": total - cod_fee,
    }
    return {
        "taxRate": percent / 100,
        **(dict.fromkeys(closed, OPEN) if draft.postage_open else closed),
        "paymentCharge": 0,
        "couponPrice": coupons,
        "point": 0,
    }
