"""The whole OrderModel, version 10, of a draft (docs/rms/order-api.md §3)."""

from datetime import timedelta
from typing import Any

from connectors.sandbox.clock import wire
from connectors.sandbox.order_api.progress import CANCELLED, change
from connectors.sandbox.selling.draft import SETTLEMENTS, Draft, DraftLine
from connectors.sandbox.selling.money import OPEN, sums, tax_summaries

_CAPITAL = {1: "ショップ", 2: "メーカー", 3: "サービス"}


def order_model(draft: Draft) -> dict[str, Any]:
    """Return the order with every field of the reference, typed as stated there."""
    packages = [package_model(draft, n) for n in range(len(draft.packages))]
    same = packages[0]["SenderModel"]["subAddress"] == draft.orderer["subAddress"]
    return {
        "orderNumber": draft.number,
        "orderProgress": draft.progress,
        "subStatusId": None,
        "subStatusName": None,
        "orderDatetime": wire(draft.ordered_at),
        **_times(draft),
        "cancelDueDate": None,
        "deliveryDate": None,
        "shippingTerm": None,
        "remarks": "[配送日時指定:]\n指定なし",
        "giftCheckFlag": 0,
        "socialGiftFlag": 0,
        "severalSenderFlag": int(len(packages) > 1),
        "equalSenderFlag": int(len(packages) == 1 and same),
        "isolatedIslandFlag": 0,
        "rakutenMemberFlag": 1,
        "carrierCode": draft.rng.choice((0, 11, 11, 12)),
        "emailCarrierCode": 0,
        "orderType": 1,
        "reserveNumber": None,
        "reserveDeliveryCount": None,
        "cautionDisplayType": 0,
        "cautionDisplayDetailType": None,
        "rakutenConfirmFlag": 0,
        **sums(draft),
        "asurakuFlag": 0,
        "drugFlag": 0,
        "dealFlag": 0,
        "membershipType": 0,
        "memo": None,
        "operator": None,
        "mailPlugSentence": None,
        "modifyFlag": 0,
        "receiptIssueCount": 0,
        "receiptIssueHistoryList": [],
        "deliveryCertPrgFlag": 0,
        "oneDayOperationFlag": 0,
        "OrdererModel": draft.orderer,
        "SettlementModel": settlement_model(draft),
        "DeliveryModel": {"deliveryName": draft.delivery_name, "deliveryClass": 1},
        "PointModel": {"usedPoint": draft.points},
        "WrappingModel1": wrapping_model(draft, 0),
        "WrappingModel2": wrapping_model(draft, 1),
        "PackageModelList": packages,
        "CouponModelList": coupon_models(draft) or None,
        "ChangeReasonModelList": _changes(draft),
        "TaxSummaryModelList": tax_summaries(draft),
        "DueDateModelList": [],
        **draft.more,
    }


def _times(draft: Draft) -> dict[str, Any]:
    """Return the times an order has passed; a cancelled one was only confirmed (§6)."""
    reached = 200 if draft.progress in CANCELLED else draft.progress
    confirmed, fixed, shipped = (
        wire(draft.moment(minutes)) if reached >= state else None
        for state, minutes in ((200, 20), (300, 51), (500, 1440))
    )
    return {
        "shopOrderCfmDatetime": confirmed,
        "orderFixDatetime": fixed,
        "shippingInstDatetime": fixed,
        "shippingCmplRptDatetime": shipped,
    }


def _changes(draft: Draft) -> list[dict[str, Any]]:
    if draft.progress == 100:
        return []
    return [change(draft.serial * 10, 8, wire(draft.moment(20)))]


def package_model(draft: Draft, position: int) -> dict[str, Any]:
    """Build one PackageModel; wrapping is counted with the first (§3.7)."""
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


def _line(detail_id: int, line: DraftLine) -> dict[str, Any]:
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
    """Build the CouponModels; 0 stands for "not tied to an item" (§3.12)."""
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
    """Build the first or second WrappingModel, None if there is none (§3.6)."""
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
    """Build the SettlementModel; card fields are null but for a card (§3.5)."""
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
