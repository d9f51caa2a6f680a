"""The conditions of searchOrder (docs/rms/order-api.md §2.1)."""

from datetime import timedelta

import pytest

from tests.sandbox.caller import day, wire


@pytest.mark.parametrize("state", [100, 200, 300, 500, 900])
def test_the_state_filters(rms, sandbox, state):
    sandbox.sell(1, progress=700)
    wanted = sandbox.sell(1, progress=state)

    assert rms.search(orderProgressList=[state]) == wanted


def test_the_order_type_filters(rms, sandbox):
    sandbox.sell(1)
    subscription = sandbox.sell(1, "subscription")

    assert rms.search(orderTypeList=[4]) == subscription


def test_the_payment_method_filters(rms, sandbox):
    sandbox.sell(1)
    transfer = sandbox.sell(1, "bank_transfer")

    assert rms.search(settlementMethod=9) == transfer


def test_the_delivery_method_filters(rms, sandbox):
    sandbox.sell(1)
    pick_up = sandbox.sell(1, "convenience_store")

    assert rms.search(deliveryName="コンビニ受取") == pick_up


def test_orders_without_a_sub_status_can_be_asked_for(rms, sandbox):
    marked, bare = sandbox.sell(2, progress=300)
    marks = {"subStatusId": 3603, "orderNumberList": [marked]}
    rms.ask("updateOrderSubStatus", marks)

    assert rms.search(subStatusIdList=[3603]) == [marked]
    assert rms.search(subStatusIdList=[-1], orderProgressList=[300]) == [bare]


def test_orders_without_slip_number_or_date_can_be_asked_for(rms, sandbox):
    shipped, numbered, bare = sandbox.sell(3, progress=300)
    row = {"deliveryCompany": "1001", "shippingNumber": "4000"}
    rms.report(shipped, row | {"shippingDate": day()})
    rms.report(numbered, row)

    assert rms.search(shippingNumberBlankFlag=1) == [bare]
    assert set(rms.search(shippingDateBlankFlag=1)) == {numbered, bare}


LINE = "PackageModelList.0.ItemModelList.0"


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (1, f"{LINE}.itemName"),
        (2, f"{LINE}.itemNumber"),
        (3, "memo"),
        (4, "OrdererModel.familyName"),
        (5, "OrdererModel.familyNameKana"),
        (6, "PackageModelList.0.SenderModel.familyName"),
        (7, f"{LINE}.SkuModelList.0.variantId"),
        (8, f"{LINE}.SkuModelList.0.merchantDefinedSkuId"),
        (9, f"{LINE}.SkuModelList.0.skuInfo"),
    ],
    ids=["name", "number", "memo", "buyer", "kana", "receiver", "sku", "own", "info"],
)
def test_a_keyword_finds_the_order_that_holds_it(rms, sandbox, kind, path):
    _, wanted = sandbox.sell(2)
    sandbox.edit_at(wanted, {path: "青い皿"})

    assert rms.search(searchKeywordType=kind, searchKeyword="い皿") == [wanted]


def test_outer_blanks_of_a_keyword_are_cut(rms, sandbox):
    _, wanted = sandbox.sell(2)
    sandbox.edit(wanted, memo="急ぎ")

    assert rms.search(searchKeywordType=3, searchKeyword=" 急ぎ ") == [wanted]


@pytest.mark.parametrize(
    ("field", "value", "condition"),
    [
        ("asurakuFlag", 1, {"asurakuFlag": 1}),
        ("drugFlag", 1, {"drugFlag": 1}),
        ("oneDayOperationFlag", 1, {"oneDayOperationFlag": 1}),
        ("carrierCode", 21, {"purchaseSiteType": 4}),
        ("emailCarrierCode", 2, {"mailSendType": 2}),
        ("reserveNumber", "1-r", {"reserveNumber": "1-r"}),
        ("CouponModelList", [{}], {"couponUseFlag": 1}),
        ("OrdererModel.emailAddress", "a@example.com",
         {"ordererMailAddress": "a@example.com"}),
        ("OrdererModel.phoneNumber3", "99991",
         {"phoneNumberType": 1, "phoneNumber": "000000000099991"}),
        ("PackageModelList.0.SenderModel.phoneNumber3", "99992",
         {"phoneNumberType": 2, "phoneNumber": "000000000099992"}),
    ],
    ids=str,
)  # fmt: skip
def test_each_further_condition_finds_its_order(rms, sandbox, field, value, condition):
    _, wanted = sandbox.sell(2)
    same_start = {"phoneNumber1": "000", "phoneNumber2": "0000000"}
    sandbox.edit_at(
        wanted,
        {f"OrdererModel.{k}": v for k, v in same_start.items()}
        | {f"PackageModelList.0.SenderModel.{k}": v for k, v in same_start.items()}
        | {field: value},
    )

    assert rms.search(**condition) == [wanted]


@pytest.mark.parametrize(
    ("date_type", "field"),
    [
        (1, "orderDatetime"),
        (2, "shopOrderCfmDatetime"),
        (3, "orderFixDatetime"),
        (5, "shippingCmplRptDatetime"),
    ],
)
def test_each_date_type_looks_at_its_own_time(rms, sandbox, date_type, field):
    _, wanted = sandbox.sell(2)
    at = wire(rms.now() - timedelta(days=50))
    sandbox.edit(wanted, **{field: at})

    found = rms.search(dateType=date_type, startDatetime=at, endDatetime=at)

    assert found == [wanted]


def test_the_shipping_date_is_searched_by_day(rms, sandbox):
    earlier, wanted = sandbox.sell(2, progress=300, over_days=0)
    day = rms.now().date() + timedelta(days=2)  # never before the order's own day
    for number, shipped in ((earlier, day - timedelta(days=1)), (wanted, day)):
        rms.report(
            number, {"deliveryCompany": "1001", "shippingDate": shipped.isoformat()}
        )

    found = rms.search(
        dateType=4,
        startDatetime=f"{day}T00:00:00+0900",
        endDatetime=f"{day}T23:59:59+0900",
    )

    assert found == [wanted]


@pytest.mark.parametrize(
    ("shape", "field"),
    [("bank_transfer", "orderFixDatetime"), ("plain", "shippingCmplRptDatetime")],
)
def test_payment_is_fixed_before_shipping_only_when_paid_in_advance(
    rms, sandbox, shape, field
):
    (number,) = sandbox.sell(1, shape)
    at = wire(rms.now() - timedelta(days=50))
    sandbox.edit(number, **{field: at})

    assert rms.search(dateType=6, startDatetime=at, endDatetime=at) == [number]
