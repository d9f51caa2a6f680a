"""The shapes of orders the sandbox can sell, by name, and the realistic mixture."""

from collections.abc import Callable
from datetime import timedelta

from connectors.sandbox.clock import wire
from connectors.sandbox.order_api.progress import change
from connectors.sandbox.selling import people
from connectors.sandbox.selling.draft import Draft, DraftCoupon, DraftPackage, pick_line
from connectors.sandbox.selling.goods import Goods, Variant


def _plain(_draft: Draft) -> None:
    """Change nothing: one line, one package, by card."""


def _packages(draft: Draft) -> None:
    for _ in range(draft.rng.randrange(1, 3)):
        there = people.receiver(draft.rng)
        draft.packages.append(DraftPackage(there, [pick_line(draft.rng)]))
    there["isolatedIslandFlag"] = 1
    draft.more["isolatedIslandFlag"] = 1


def _in_a_hurry(draft: Draft) -> None:
    """Have it leave within a day: the buyer chose the earliest day.

    See docs/rms/order-api.md §3.3.
    """
    ordered_at = draft.ordered_at
    draft.more |= {
        "deliveryCertPrgFlag": 1,
        "oneDayOperationFlag": 1,
        "deliveryDate": f"{ordered_at + timedelta(days=2):%Y-%m-%d}",
        "shippingTerm": 1416,
    }


def _several_items(draft: Draft) -> None:
    lines = draft.packages[0].lines
    lines.extend(pick_line(draft.rng) for _ in range(draft.rng.randrange(1, 5)))


def _coupons(draft: Draft) -> None:
    draft.coupons.append(DraftCoupon("ショップ200円クーポン", 1, 200))
    units = draft.lines[0].units
    draft.coupons.append(DraftCoupon("サービスクーポン", 3, 50, units, line=0))


def _points(draft: Draft) -> None:
    draft.points = draft.rng.randrange(1, draft.goods_price())
    _in_a_hurry(draft)


def _all_points(draft: Draft) -> None:
    draft.settlement = 8
    draft.points = draft.goods_price() + sum(p.postage for p in draft.packages)


def _open_amounts(draft: Draft) -> None:
    draft.postage_open = True
    draft.progress = 100


def _gift(draft: Draft, *, answered: bool) -> None:
    package = draft.packages[0]
    ordered_at = draft.ordered_at
    draft.more |= {"socialGiftFlag": 1, "giftCheckFlag": 1}
    package.receiver = (
        people.receiver(draft.rng) if answered else people.not_entered_yet()
    )
    mail = f"uketori{draft.serial:08d}@pc.fw.rakuten.ne.jp"
    package.more["SocialGiftModel"] = {
        "sgMngNumber": f"{draft.number}-sg",
        "inputDueDate": f"{ordered_at + timedelta(days=7):%Y-%m-%d}",
        "inputFlag": int(answered),
        "inputCompDatetime": wire(draft.moment(90)) if answered else None,
        "receiverEmailAddress": mail if answered else None,
    }


def _social_gift(draft: Draft) -> None:
    _gift(draft, answered=True)


def _social_gift_waiting(draft: Draft) -> None:
    _gift(draft, answered=False)


def _cancelled(draft: Draft) -> None:
    draft.progress = 900
    at = wire(draft.moment(25))
    draft.more["ChangeReasonModelList"] = [
        change(draft.serial * 10, 8, wire(draft.moment(20))),
        change(draft.serial * 10 + 1, 1, at, reason=1, detail=1),
    ]


def _cancel_pending(draft: Draft) -> None:
    draft.progress = 800
    at = wire(draft.moment(60))
    draft.more["ChangeReasonModelList"] = [
        change(draft.serial * 10, 8, wire(draft.moment(20))),
        change(draft.serial * 10 + 1, 0, at, reason=1, detail=1),
    ]


def _subscription(draft: Draft) -> None:
    draft.more |= {
        "orderType": 4,
        "reserveNumber": f"{draft.number}-r",
        "reserveDeliveryCount": draft.rng.randrange(1, 13),
    }


def _convenience_store(draft: Draft) -> None:
    draft.delivery_name = "コンビニ受取"
    draft.packages[0].more["DeliveryCvsModel"] = {
        "cvsCode": 50,
        "storeGenreCode": "1",
        "storeCode": f"{draft.rng.randrange(10**6):06d}",
        "storeName": "架空駅前店",
        "storeZip": "100-0000",
        "storePrefecture": "東京都",
        "storeAddress": "架空市見本町0-0-0",
        "areaCode": "00",
        "depo": "01",
        "openTime": "06:00",
        "closeTime": "24:00",
        "cvsRemarks": None,
    }


def _wrapping(draft: Draft) -> None:
    draft.wrapping = [(1, "包装紙（藍）", 220), (2, "リボン（紅）", 110)]
    draft.more |= {
        "giftCheckFlag": 1,
        "memo": "熨斗は内側に（架空様のご希望）",
        "operator": "見本",
        "receiptIssueCount": 1,
        "receiptIssueHistoryList": [wire(draft.moment(120))],
    }
    draft.packages[0].more["noshi"] = "御祝"


def _bank_transfer(draft: Draft) -> None:
    draft.settlement = 9
    draft.progress = 200
    due = f"{draft.ordered_at + timedelta(days=7):%Y-%m-%d}"
    draft.more["DueDateModelList"] = [{"dueDateType": 0, "dueDate": due}]


def _cash_on_delivery(draft: Draft) -> None:
    draft.settlement = 2
    draft.packages[0].cod_fee = 330
    draft.delivery_name = "クール便"
    draft.more["DeliveryModel"] = {"deliveryName": "クール便", "deliveryClass": 2}


def _before_sku(draft: Draft) -> None:
    glued = Goods(
        "kakuu-old", 10000099, "KO-99redlarge", "架空の旧商品", 1980, 10,
        price_includes_tax=True, variants=(Variant("", None, None),),
    )  # fmt: skip
    line = draft.packages[0].lines[0]
    line.goods, line.variant = glued, glued.variants[0]
    line.choice = "カラー:赤\nサイズ:L"


def _odd_text(draft: Draft) -> None:
    draft.orderer |= {"familyName": "髙﨑", "familyNameKana": "タカサキ"}
    package = draft.packages[0]
    package.receiver |= {
        "familyName": "𠮷田",
        "firstName": None,
        "firstNameKana": None,
        "subAddress": "①－2－3 架空㈱ビル～３Ｆ",
    }
    draft.more["remarks"] = (
        '[配送日時指定:]\n\n[備考:]\n髙﨑①㈱～ 𠮷 🎁 です。\n「"引用"」, カンマ\tタブ'
    )
    package.lines[0].choice = "名入れ:髙﨑 ①\nラッピング:しない"


def _under_review(draft: Draft) -> None:
    draft.progress = 300
    draft.more["rakutenConfirmFlag"] = 1


def _caution(draft: Draft) -> None:
    draft.more |= {"cautionDisplayType": 1, "cautionDisplayDetailType": 101}


def _half_row(draft: Draft) -> None:
    draft.progress = 300
    draft.packages[0].more["ShippingModelList"] = [
        {
            "shippingDetailId": 900_000_000 + draft.serial,
            "shippingNumber": None,
            "deliveryCompany": "1000",
            "deliveryCompanyName": "その他",
            "shippingDate": None,
        }
    ]


SHAPES: dict[str, Callable[[Draft], None]] = {
    "plain": _plain,
    "packages": _packages,
    "several_items": _several_items,
    "coupons": _coupons,
    "points": _points,
    "all_points": _all_points,
    "open_amounts": _open_amounts,
    "social_gift": _social_gift,
    "social_gift_waiting": _social_gift_waiting,
    "cancelled": _cancelled,
    "cancel_pending": _cancel_pending,
    "subscription": _subscription,
    "convenience_store": _convenience_store,
    "wrapping": _wrapping,
    "bank_transfer": _bank_transfer,
    "cash_on_delivery": _cash_on_delivery,
    "before_sku": _before_sku,
    "odd_text": _odd_text,
    "under_review": _under_review,
    "half_row": _half_row,
    "caution": _caution,
}
MIXTURE = {
    "plain": 49,
    "caution": 1,
    "several_items": 14,
    "coupons": 7,
    "points": 6,
    "packages": 3,
    "odd_text": 3,
    "cash_on_delivery": 3,
    "cancelled": 2,
    "bank_transfer": 2,
    "convenience_store": 2,
    "subscription": 2,
    "wrapping": 1,
    "half_row": 1,
    "under_review": 1,
    "before_sku": 1,
    "social_gift": 1,
    "social_gift_waiting": 1,
    "open_amounts": 1,
    "all_points": 1,
    "cancel_pending": 1,
}
