"""RMS's order becomes ours (docs/rms/order-api.md §3)."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.rms.order_wire import RmsOrder
from connectors.rms.translate import order_of
from connectors.rms.wire import yen
from data.model.japan_time import JST
from data.model.order import Order, Status
from tests.rms.order_json import ITEM, ORDER, PACKAGE, SENDER, order_json

SEEN = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
(TAX_SUMMARY,) = ORDER["TaxSummaryModelList"]
SINCE = {
    "receiptIssueCount": 5,
    "receiptIssueHistoryList": 5,
    "DueDateModelList": 5,
    "cautionDisplayDetailType": 6,
    "deliveryCertPrgFlag": 8,
    "oneDayOperationFlag": 8,
    "socialGiftFlag": 10,
}
PACKAGE_SINCE = {
    "defaultDeliveryCompanyCode": 4,
    "dropOffFlag": 9,
    "dropOffLocation": 9,
    "SocialGiftModel": 10,
}
ITEM_SINCE = {"isSingleItemShipping": 4, "SkuModelList": 7}
"""The version that first had a field (docs/rms/order-api.md §3.1)."""


def translated(**changes: Any) -> Order:
    return order_of(RmsOrder.model_validate(order_json(**changes)), "123456", SEEN)


def packed(**changes: Any) -> Order:
    return translated(PackageModelList=[PACKAGE | changes])


def sold(**changes: Any) -> Order:
    return packed(ItemModelList=[ITEM | changes])


def sku(**changes: Any) -> dict[str, Any]:
    return {"variantId": "", "merchantDefinedSkuId": None, "skuInfo": None} | changes


def test_an_order_is_translated_whole():
    order = translated()

    assert order.order_number == "123456-20261101-0000000001"
    assert order.observed_at == SEEN
    assert order.ordered_at == datetime(2026, 11, 1, 20, 3, 43, tzinfo=JST)
    assert order.delivery_on == date(2026, 11, 5)
    assert order.status is Status.PROCESSING
    assert (order.goods_total, order.order_total, order.request_total) == (
        6480,
        7280,
        6680,
    )
    assert (order.point_used, order.coupon_shop) == (100, 500)
    assert order.amounts_fixed
    assert order.changes[0].kind == 8
    assert order.tax_summaries[0].billed == 6780
    assert order.coupons[0].line_id == "8000000001"


def test_people_are_in_person_and_nowhere_else():
    order = translated()
    elsewhere = repr(order.model_copy(update={"people": ()}))

    orderer, recipient = order.people
    assert (orderer.role, orderer.basket_id) == ("orderer", "")
    assert (orderer.zip, orderer.phone) == ("1000001", "09000000001")
    assert orderer.remarks == "[配送日時指定:]\n午後"
    assert (recipient.role, recipient.basket_id) == ("recipient", "1000000001")
    assert (recipient.phone, recipient.remarks) == ("0110000002", None)
    names = (
        "試験",
        "太郎",
        "見本",
        "花子",
        "09000000001",
        "千代田",
        "午後",
        "fw.rakuten",
    )
    assert [name for name in names if name in elsewhere] == []


def test_card_data_is_nowhere():
    wire = RmsOrder.model_validate(order_json())
    everything = repr(wire) + repr(order_of(wire, "123456", SEEN))

    cards = ("0015", "TARO SHIKEN", "VISA", "2030-01")
    assert [card for card in cards if card in everything] == []


@pytest.mark.parametrize("amount", [-9999, -99999])
@pytest.mark.parametrize(
    ("wire_name", "name"),
    [
        ("goodsPrice", "goods_total"),
        ("postagePrice", "postage_total"),
        ("deliveryPrice", "cod_fee"),
        ("totalPrice", "order_total"),
        ("requestPrice", "request_total"),
    ],
)
def test_an_open_amount_is_none_and_the_order_knows(wire_name, name, amount):
    order = translated(**{wire_name: amount})

    assert getattr(order, name) is None
    assert not order.amounts_fixed


@pytest.mark.parametrize("amount", [-9999, -99999])
@pytest.mark.parametrize(
    "open_part",
    [
        {"paymentCharge": -9999},
        {"couponShopPrice": -9999},
        {"couponOtherPrice": -9999},
        {"additionalFeeOccurAmountToUser": -9999},
        {"additionalFeeOccurAmountToShop": -9999},
        {"PackageModelList": [PACKAGE | {"postagePrice": -9999}]},
        {"PackageModelList": [PACKAGE | {"totalPrice": -9999}]},
        {
            "TaxSummaryModelList": [
                ORDER["TaxSummaryModelList"][0] | {"reqPrice": -9999}
            ]
        },
    ],
)
def test_an_open_fee_coupon_or_part_is_an_open_amount_too(open_part, amount):
    text = json.dumps(open_part).replace("-9999", str(amount))

    assert not translated(**json.loads(text)).amounts_fixed


def test_other_negative_amounts_stay():
    assert [yen(-1), yen(-9998), yen(0), yen(None)] == [-1, -9998, 0, None]


@pytest.mark.parametrize(
    ("skus", "expected"),
    [
        ([sku(variantId="red-L")], ("red-L", "ringo-5kg/red-L")),
        ([sku(variantId="red-L", merchantDefinedSkuId="OWN-1")], ("red-L", "OWN-1")),
        (
            [sku(variantId="red-L", merchantDefinedSkuId="")],
            ("red-L", "ringo-5kg/red-L"),
        ),
        ([sku()], ("", "ringo-5kg")),
        ([], ("", "ringo-5kg")),
        (None, ("", "ringo-5kg")),
    ],
)
def test_the_sku_is_the_merchants_own_or_manage_and_variant(skus, expected):
    line = sold(SkuModelList=skus).packages[0].lines[0]

    assert (line.variant_id, line.sku) == expected
    assert line.manage_number == "ringo-5kg"


def test_an_item_of_several_skus_becomes_lines_whose_money_counts_once():
    lines = sold(SkuModelList=[sku(variantId=v) for v in "abc"]).packages[0].lines

    assert [n.line_id for n in lines] == [
        "8000000001",
        "8000000001-2",
        "8000000001-3",
    ]
    assert [n.unit_price for n in lines] == [3240, 0, 0]
    assert [n.quantity for n in lines] == [2, 2, 2]


def test_a_deleted_item_is_left_out():
    items = [ITEM, ITEM | {"itemDetailId": 2, "deleteItemFlag": 1}]

    assert len(packed(ItemModelList=items).packages[0].lines) == 1


def test_each_destination_keeps_its_own_lines_and_recipient():
    other = PACKAGE | {
        "basketId": 1000000002,
        "SenderModel": SENDER | {"familyName": "別人"},
        "ItemModelList": [ITEM | {"itemDetailId": 8000000002}],
    }
    order = translated(PackageModelList=[PACKAGE, other])

    assert [p.basket_id for p in order.packages] == ["1000000001", "1000000002"]
    assert [n.basket_id for p in order.packages for n in p.lines] == [
        "1000000001",
        "1000000002",
    ]
    assert [p.family_name for p in order.people] == ["試験", "見本", "別人"]


def upside_down(value: Any) -> Any:
    """Reverse every list of models, however deep."""
    if isinstance(value, dict):
        return {key: upside_down(part) for key, part in value.items()}
    return [upside_down(part) for part in reversed(value)] if is_list(value) else value


def is_list(value: Any) -> bool:
    return isinstance(value, list)


@pytest.mark.parametrize(
    "shape", ["packages", "several_items", "coupons", "half_row", "cancelled"]
)
def test_the_order_of_rms_lists_means_nothing(sandbox, shape):
    sandbox.sell(3, shape)

    for model in sandbox.orders().values():
        straight, turned = (
            order_of(RmsOrder.model_validate(m), "123456", SEEN)
            for m in (model, upside_down(model))
        )
        assert straight == turned


def test_a_pick_up_names_its_store():
    order = packed(DeliveryCvsModel=STORE)
    (package,), recipient = order.packages, order.people[1]

    assert (package.pickup_store, package.pickup_store_code) == (
        "札幌中央郵便局",
        "012345",
    )
    assert package.pickup_chain == 60
    assert (recipient.pickup_zip, recipient.pickup_address) == (
        "0600002",
        "北海道札幌市中央区0-0",
    )
    assert (recipient.zip, recipient.family_name) == ("0600001", "見本")
    assert "中央区0-0" not in repr(order.model_copy(update={"people": ()}))


def test_a_gift_nobody_has_answered_has_no_dummy_address():
    dummy = {"zipCode1": "999", "zipCode2": "9999", "familyName": "入力待ち"}
    gift = {
        "sgMngNumber": "123456-20261101-0000000001-sg",
        "inputDueDate": "2026-11-20",
        "inputFlag": 0,
        "inputCompDatetime": None,
        "receiverEmailAddress": None,
    }
    order = packed(SenderModel=SENDER | dummy, SocialGiftModel=gift)
    answered = packed(SocialGiftModel=gift | {"inputFlag": 1})

    assert order.is_social_gift
    assert order.packages[0].gift_address_given is False
    assert order.packages[0].gift_address_due == date(2026, 11, 20)
    assert (order.people[1].family_name, order.people[1].zip) == (None, None)
    assert (order.packages[0].zip, order.packages[0].prefecture) == (None, None)
    assert answered.packages[0].zip == "0600001"
    assert answered.packages[0].gift_address_given is True
    assert answered.people[1].family_name == "見本"


def test_the_dummy_of_a_mask_that_failed_is_no_address_of_a_gifts_receiver():
    """docs/rms/order-api.md §3.4, §3.15: both addresses are masked ones."""
    dummy = {"receiverEmailAddress": "xxx@xxx.xxx"}
    told = {"receiverEmailAddress": "uketori@pc.fw.rakuten.example"}

    assert packed(SocialGiftModel=GIVEN | dummy).people[1].email is None
    assert packed(SocialGiftModel=GIVEN | told).people[1].email == (
        "uketori@pc.fw.rakuten.example"
    )


STORE = {
    "cvsCode": 60,
    "storeGenreCode": "1",
    "storeCode": "012345",
    "storeName": "札幌中央郵便局",
    "storeZip": "060-0002",
    "storePrefecture": "北海道",
    "storeAddress": "札幌市中央区0-0",
    "areaCode": "00",
    "depo": "01",
    "openTime": "06:00",
    "closeTime": "24:00",
    "cvsRemarks": None,
}
GIVEN = {
    "sgMngNumber": "123456-20261101-0000000001-sg",
    "inputDueDate": "2026-11-20",
    "inputFlag": 1,
    "inputCompDatetime": "2026-11-02T10:00:00+0900",
    "receiverEmailAddress": None,
}


def wrapping(title: int, price: int | None, **more: Any) -> dict[str, Any]:
    return {
        "title": title,
        "name": "包装紙（藍）" if title == 1 else "リボン（紅）",
        "price": price,
        "includeTaxFlag": 1,
        "deleteWrappingFlag": 0,
        "taxRate": 0.1,
        "taxPrice": 20,
    } | more


def of_version(version: int) -> Order:
    """An order that has something in every field, as a version of getOrder shows it."""
    item = ITEM | {"isSingleItemShipping": 1, "drugFlag": 1}
    package = PACKAGE | {"SocialGiftModel": GIVEN, "DeliveryCvsModel": STORE}
    order = order_json(
        cautionDisplayType=1,
        cautionDisplayDetailType=103,
        receiptIssueCount=1,
        receiptIssueHistoryList=["2026-11-03T09:00:00+0900"],
        DueDateModelList=[{"dueDateType": 0, "dueDate": "2026-11-08"}],
        deliveryCertPrgFlag=1,
        oneDayOperationFlag=1,
        socialGiftFlag=1,
    )
    for part, newer in ((item, ITEM_SINCE), (package, PACKAGE_SINCE), (order, SINCE)):
        for name, since in newer.items():
            if version < since:
                del part[name]
    if version < 8:
        order |= {"goodsTax": 0, "isTaxRecalc": 0}
        package |= {"goodsTax": 0}
    order["PackageModelList"] = [package | {"ItemModelList": [item]}]
    return order_of(RmsOrder.model_validate(order), "123456", SEEN)


@pytest.mark.parametrize("version", range(3, 11))
def test_every_version_is_read_and_tells_what_it_has(version):
    order = of_version(version)
    (package,) = order.packages
    (line,) = package.lines

    def since(first: int, value: Any) -> Any:
        return value if version >= first else None

    assert package.default_carrier_code == since(4, "1001")
    assert line.ships_alone == since(4, True)
    assert order.receipts_issued == since(5, 1)
    assert order.receipt_issued_at == since(5, datetime(2026, 11, 3, 9, tzinfo=JST))
    assert order.pay_by == since(5, date(2026, 11, 8))
    assert order.caution_code == (103 if version >= 6 else 1)
    assert line.sku == ("ringo-5kg/red-L" if version >= 7 else "ringo-5kg")
    assert order.is_next_day == since(8, True)
    assert order.is_one_day == since(8, True)
    assert package.drop_off_location == since(9, "玄関前")
    assert order.is_social_gift == (version >= 10)
    assert package.gift_address_at == since(10, datetime(2026, 11, 2, 10, tzinfo=JST))
    assert (line.is_medicine, package.pickup_store_code) == (True, "012345")


def test_what_travels_with_the_order_is_told():
    order = translated(
        isolatedIslandFlag=1,
        asurakuFlag=1,
        drugFlag=1,
        dealFlag=1,
        reserveNumber="123456-20261101-0000000001-r",
        reserveDeliveryCount=3,
        DeliveryModel={"deliveryName": "クール便", "deliveryClass": 3},
        paymentChargeTaxRate=0.1,
        additionalFeeOccurAmountToShop=55,
    )

    assert (order.delivery_method, order.delivery_class) == ("クール便", 3)
    assert (order.is_remote_island, order.is_asuraku) == (True, True)
    assert (order.has_medicine, order.has_deal, order.is_member) == (True, True, True)
    assert (order.is_next_day, order.is_one_day, order.device_code) == (
        False,
        False,
        11,
    )
    assert order.reserve_number == "123456-20261101-0000000001-r"
    assert (order.reserve_count, order.shop_fee) == (3, 55)
    assert (order.payment_fee_tax_rate, order.coupons[0].name) == (0.1, "500円OFF")
    (package,) = order.packages
    assert (package.postage_tax_rate, package.cod_fee_tax_rate) == (0.1, 0.0)
    assert package.is_remote_island is False
    (line,) = package.lines
    assert (line.lead_time, line.price_before_tax) == ("1〜2日以内に発送", None)
    assert (line.includes_postage, line.ships_alone, line.is_deal) == (False,) * 3


def test_the_latest_due_date_of_each_kind_counts():
    kinds = [(0, "2026-11-09"), (2, "2026-11-12"), (0, "2026-11-08"), (9, "2027-01-01")]
    order = translated(
        DueDateModelList=[{"dueDateType": k, "dueDate": d} for k, d in kinds]
    )

    assert order.pay_by == date(2026, 11, 9)
    assert (order.change_payment_by, order.refund_by) == (None, date(2026, 11, 12))


@pytest.mark.parametrize(
    ("first", "second", "fee"),
    [
        (None, None, 0),
        (wrapping(1, 220), None, 220),
        (wrapping(1, 220), wrapping(2, 110), 330),
        (wrapping(1, 200, includeTaxFlag=0), None, 220),
        (wrapping(1, 220), wrapping(2, 110, deleteWrappingFlag=1), 220),
        (wrapping(1, None), wrapping(2, 110), None),
        (wrapping(1, -9999), None, None),
        ("?", wrapping(2, 110), None),
    ],
)
def test_wrappings_cost_what_they_cost_with_tax(first, second, fee):
    assert translated(WrappingModel1=first, WrappingModel2=second).gift_fee == fee


def test_wrappings_are_told_one_by_one():
    order = translated(WrappingModel1=wrapping(1, 220), WrappingModel2=wrapping(2, 110))

    assert order.gift_wrapping == "包装紙（藍） / リボン（紅）"
    assert order.wrappings is not None
    assert [(w.kind, w.price, w.tax_rate) for w in order.wrappings] == [
        (1, 220, 0.1),
        (2, 110, 0.1),
    ]


def test_what_staff_wrote_is_of_the_orderer_and_nowhere_else():
    order = translated(
        memo="見本様 割れ物", operator="店長", mailPlugSentence="見本様へ"
    )
    orderer, recipient = order.people

    assert (orderer.memo, orderer.operator) == ("見本様 割れ物", "店長")
    assert orderer.mail_note == "見本様へ"
    assert (recipient.memo, recipient.operator, recipient.mail_note) == (None,) * 3
    assert "見本様" not in repr(order.model_copy(update={"people": ()}))


def test_a_price_without_tax_is_kept_beside_the_one_with_tax():
    line = sold(price=3000, includeTaxFlag=0, priceTaxIncl=3240).packages[0].lines[0]

    assert (line.unit_price, line.price_before_tax) == (3240, 3000)


def test_lists_may_be_null():
    names = ("CouponModelList", "ChangeReasonModelList", "TaxSummaryModelList")
    order = translated(**dict.fromkeys(names), SettlementModel=None, PointModel=None)

    assert (order.coupons, order.changes, order.tax_summaries) == ((), (), ())
    assert packed(ShippingModelList=None).packages[0].shipping_rows == ()


def test_a_state_nobody_knows_is_taken_and_put_on_hold():
    assert translated(orderProgress=350).status is Status.ON_HOLD


def test_what_no_order_depends_on_may_be_anything():
    order = translated(
        memo=5,
        operator={},
        WrappingModel1="?",
        DueDateModelList=7,
        receiptIssueHistoryList=["gestern"],
        drugFlag="1",
        DeliveryModel={"deliveryName": "宅配便", "deliveryClass": "cool"},
        newField={},
    )

    assert order.order_number == "123456-20261101-0000000001"
    assert (order.people[0].memo, order.people[0].operator) == (None, None)
    assert (order.pay_by, order.receipt_issued_at) == (None, None)
    assert (order.has_medicine, order.delivery_class) == (None, None)
    assert order.gift_fee is None


def test_an_order_under_review_is_marked_whatever_the_flag_says_but_zero():
    assert [translated(rakutenConfirmFlag=n).is_under_review for n in (0, 1, 2)] == [
        False,
        True,
        True,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2017-09-25T20:03:43+0900",
        "2017-09-25T20:03:43+09:00",
        "2017-09-25T11:03:43+0000",
        "2017-09-25T11:03:43Z",
        "2017-09-25T20:03:43.000+0900",
        "2017-09-25T20:03:43.999999999+0900",
    ],
)
def test_a_time_is_read_exactly_and_in_japan(text):
    moment = translated(orderDatetime=text).ordered_at

    assert moment == datetime(2017, 9, 25, 20, 3, 43, tzinfo=JST)
    assert moment.utcoffset() == timedelta(hours=9)


@pytest.mark.parametrize(
    "changes",
    [
        {"goodsPrice": "6480"},
        {"goodsPrice": True},
        {"goodsPrice": 6480.5},
        {"goodsPrice": None},
        {"orderProgress": "300"},
        {"modifyFlag": False},
        {"orderDatetime": None},
        {"orderDatetime": "2017-09-25"},
        {"orderDatetime": "2017-09-25T20:03:43"},
        {"orderDatetime": "2017-09-31T20:03:43+0900"},
        {"orderDatetime": "0001-01-01T00:00:00+0900"},
        {"orderDatetime": 1506337423},
        {"deliveryDate": "2026/11/05"},
        {"deliveryDate": "2026-11-31"},
        {"PackageModelList": []},
        {"OrdererModel": None},
        {"goodsPrice": 10**12},
        {"orderNumber": "１２３"},
    ],
    ids=str,
)
def test_a_changed_type_is_refused_and_never_guessed(changes):
    with pytest.raises(ValidationError):
        translated(**changes)


def test_a_refusal_never_quotes_the_value():
    with pytest.raises(ValidationError) as refused:
        translated(OrdererModel=order_json()["OrdererModel"] | {"city": 9_012_345_678})

    assert "city" in str(refused.value)
    assert "9012345678" not in str(refused.value)
