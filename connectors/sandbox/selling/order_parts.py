"""Builds the models inside an OrderModel (rms/order-api.md §3.5–3.15)."""

from datetime import timedelta
from typing import Any

from connectors.sandbox.selling.draft import SETTLEMENTS, Draft, Line
from connectors.sandbox.selling.money import OPEN

_CAPITAL = {1: "ショップ", 2: "メーカー", 3: "サービス"}


def package_model(draft: Draft, position: int) -> dict[str, Any]:
    """Make one destination; wrapping is counted with the first (§3.7)."""
    package = draft.packages[position]
    goods = sum(line.goods.price_with_tax * line.units for line in package.lines)
    goods += sum(price for _, _, price in draft.wrapping) if position == 0 else 0
    before = sum(len(each.lines) for each in draft.packages[:position])
    return {
        "basketId": 1_000_000_000 + draft.serial * 10 + position,
        "postagePrice": OPEN if draft.postage_open else package.postage,
        "postageTaxRate": 0.1,
        "deliveryPrice": package.cod_fee,
        "deliveryTaxRate": 0.1,
        "goodsPrice": goods,
        "totalPrice": OPEN if draft.postage_open else goods + package.postage,
        "noshi": None,
        "packageDeleteFlag": 0,
        "SenderModel": package.receiver,
        "ItemModelList": [
            _line(_detail_id(draft, before + n), line)
            for n, line in enumerate(package.lines)
        ],
        "ShippingModelList": [],
        "DeliveryCvsModel": None,
        "defaultDeliveryCompanyCode": "1001",
        "dropOffFlag": 0,
        "dropOffLocation": None,
        "SocialGiftModel": None,
        **package.more,
    }


def _line(detail_id: int, line: Line) -> dict[str, Any]:
    goods = line.goods
    return {
        "itemDetailId": detail_id,
        "itemName": goods.name,
        "itemId": goods.item_id,
        "itemNumber": goods.number,
        "manageNumber": goods.manage_number,
        "price": goods.price,
        "units": line.units,
        "includePostageFlag": 0,
        "includeTaxFlag": int(goods.price_includes_tax),
        "includeCashOnDeliveryPostageFlag": 0,
        "selectedChoice": line.choice,
        "pointRate": 1,
        "pointType": 0,
        "inventoryType": 2 if len(goods.variants) > 1 else 1,
        "delvdateInfo": "1～2日以内に発送予定",
        "restoreInventoryFlag": 0,
        "dealFlag": 0,
        "drugFlag": 0,
        "deleteItemFlag": 0,
        "taxRate": goods.tax_percent / 100,
        "priceTaxIncl": goods.price_with_tax,
        "isSingleItemShipping": 0,
        "SkuModelList": [
            {
                "variantId": line.variant.variant_id,
                "merchantDefinedSkuId": line.variant.merchant_sku,
                "skuInfo": line.variant.info,
            }
        ],
    }


def _detail_id(draft: Draft, position: int) -> int:
    return 1_000_000 + draft.serial * 100 + position


def coupon_models(draft: Draft) -> list[dict[str, Any]]:
    """Make the coupons; 0 stands for "not tied to an item" (§3.12)."""
    return [
        {
            "couponCode": f"MIHON-{draft.serial:08d}-{n}",
            "couponName": coupon.name,
            "couponSummary": f"{coupon.price}円OFF",
            "couponCapital": _CAPITAL[coupon.capital],
            "couponCapitalCode": coupon.capital,
            "itemId": 0
            if coupon.line is None
            else draft.lines[coupon.line].goods.item_id,
            "couponPrice": coupon.price,
            "couponUnit": coupon.units,
            "couponTotalPrice": coupon.price * coupon.units,
            "itemDetailId": 0
            if coupon.line is None
            else _detail_id(draft, coupon.line),
            "expiryDate": f"{draft.ordered_at + timedelta(days=30):%Y-%m-%d}",
        }
        for n, coupon in enumerate(draft.coupons, start=1)
    ]


def wrapping_model(draft: Draft, position: int) -> dict[str, Any] | None:
    """Make the first or second wrapping, if there is one (§3.6)."""
    if position >= len(draft.wrapping):
        return None
    title, name, price = draft.wrapping[position]
    return {
        "title": title,
        "name": name,
        "price": price,
        "includeTaxFlag": 1,
        "deleteWrappingFlag": 0,
        "taxRate": 0.1,
        "taxPrice": price * 10 // 110,
    }


def settlement_model(draft: Draft) -> dict[str, Any]:
    """Make the payment; card fields are null for every other method (§3.5)."""
    card = draft.settlement == 1
    return {
        "settlementMethodCode": draft.settlement,
        "settlementMethod": SETTLEMENTS[draft.settlement],
        "rpaySettlementFlag": int(draft.settlement not in (2, 9)),
        "cardName": "MasterCard" if card else None,
        "cardNumber": "XXXX-XXXX-XXXX-0000" if card else None,
        "cardOwner": "KAKUU MIHON" if card else None,
        "cardYm": "2030-12" if card else None,
        "cardPayType": 0 if card else None,
        "cardInstallmentDesc": None,
    }
