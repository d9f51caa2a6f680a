"""RMS's order becomes ours (docs/rms/order-api.md §3)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.rms.order_wire import RmsOrder
from connectors.rms.translate import order_of
from connectors.rms.wire import yen
from data.model.japan_time import JST
from data.model.order import Order, Status
from tests.rms.order_json import ITEM, PACKAGE, SENDER, order_json

SEEN = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)
NEWER_THAN_3 = {
    "order": [
        "cautionDisplayDetailType",
        "receiptIssueCount",
        "receiptIssueHistoryList",
        "DueDateModelList",
        "deliveryCertPrgFlag",
        "oneDayOperationFlag",
        "socialGiftFlag",
    ],
    "package": [
        "defaultDeliveryCompanyCode",
        "dropOffFlag",
        "dropOffLocation",
        "SocialGiftModel",
    ],
    "item": ["isSingleItemShipping", "SkuModelList"],
}


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
    store = {"cvsCode": 60, "storeName": "札幌中央郵便局", "storeZip": "060-0001"}

    assert packed(DeliveryCvsModel=store).packages[0].pickup_store == "札幌中央郵便局"


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


def test_version_3_lacks_the_newer_fields_and_is_read():
    item = {k: v for k, v in ITEM.items() if k not in NEWER_THAN_3["item"]}
    package = {k: v for k, v in PACKAGE.items() if k not in NEWER_THAN_3["package"]}
    whole = order_json(
        PackageModelList=[package | {"goodsTax": 0, "ItemModelList": [item]}],
        goodsTax=-9999,
        isTaxRecalc=0,
    )
    old = {k: v for k, v in whole.items() if k not in NEWER_THAN_3["order"]}

    order = order_of(RmsOrder.model_validate(old), "123456", SEEN)

    assert order.packages[0].lines[0].sku == "ringo-5kg"
    assert order.packages[0].drop_off_location is None


def test_lists_may_be_null():
    names = ("CouponModelList", "ChangeReasonModelList", "TaxSummaryModelList")
    order = translated(**dict.fromkeys(names), SettlementModel=None, PointModel=None)

    assert (order.coupons, order.changes, order.tax_summaries) == ((), (), ())
    assert packed(ShippingModelList=None).packages[0].shipping_rows == ()


def test_a_state_nobody_knows_is_taken_and_put_on_hold():
    assert translated(orderProgress=350).status is Status.ON_HOLD


def test_what_we_do_not_read_may_be_anything():
    order = translated(memo=5, WrappingModel1="?", DueDateModelList=7, newField={})

    assert order.order_number == "123456-20261101-0000000001"


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
