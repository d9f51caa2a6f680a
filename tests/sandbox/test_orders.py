"""The orders the sandbox sells: whole, of the right types, adding up, invented."""

import re
from collections import Counter
from math import isclose

import pytest

from connectors.sandbox.selling.shapes import MIXTURE, SHAPES
from tests.sandbox.judge_order import faults

OPEN = -9999


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_has_every_field_in_its_documented_type(sandbox, shape):
    sandbox.sell(5, shape)

    assert [list(faults(order)) for order in sandbox.orders().values()] == [[]] * 5


@pytest.fixture
def mixed(sandbox):
    """Three hundred orders as they come."""
    sandbox.sell(300, "mixed", over_days=7)
    return list(sandbox.orders().values())


@pytest.fixture
def priced(mixed):
    """Those of them whose amounts are fixed."""
    return [order for order in mixed if order["totalPrice"] != OPEN]


def total(models, field):
    return sum(model[field] for model in models or ())


def lines(order):
    return [line for p in order["PackageModelList"] for line in p["ItemModelList"]]


def wrapping(order):
    papers = [order["WrappingModel1"], order["WrappingModel2"]]
    return total([paper for paper in papers if paper], "price")


def test_every_shape_is_in_the_mixture():
    assert MIXTURE.keys() == SHAPES.keys()


def test_goods_are_the_sum_of_lines_and_wrapping(mixed):
    assert [order["goodsPrice"] for order in mixed] == [
        sum(line["priceTaxIncl"] * line["units"] for line in lines(order))
        + wrapping(order)
        for order in mixed
    ]


def test_the_total_is_goods_and_postage_of_all_destinations(priced):
    assert [order["totalPrice"] for order in priced] == [
        order["goodsPrice"] + total(order["PackageModelList"], "postagePrice")
        for order in priced
    ]


def test_destinations_add_up_to_the_order(priced):
    assert [
        (order["totalPrice"], order["goodsPrice"], order["deliveryPrice"])
        for order in priced
    ] == [
        tuple(
            total(order["PackageModelList"], field)
            for field in ("totalPrice", "goodsPrice", "deliveryPrice")
        )
        for order in priced
    ]


def test_the_buyer_pays_the_total_and_fees_without_coupons_and_points(priced):
    assert [order["requestPrice"] for order in priced] == [
        order["totalPrice"]
        + order["deliveryPrice"]
        + order["paymentCharge"]
        + order["additionalFeeOccurAmountToUser"]
        - order["couponAllTotalPrice"]
        - order["PointModel"]["usedPoint"]
        for order in priced
    ]


def test_nobody_pays_less_than_nothing(priced):
    assert min(order["requestPrice"] for order in priced) >= 0


def test_coupons_add_up_and_are_split_by_who_pays(mixed):
    assert [
        (
            order["couponAllTotalPrice"],
            order["couponShopPrice"] + order["couponOtherPrice"],
        )
        for order in mixed
    ] == [(total(order["CouponModelList"], "couponTotalPrice"),) * 2 for order in mixed]


def test_tax_summaries_are_what_is_billed_before_points(priced):
    assert [total(order["TaxSummaryModelList"], "reqPrice") for order in priced] == [
        order["requestPrice"] + order["PointModel"]["usedPoint"] for order in priced
    ]


def test_the_tax_of_a_summary_is_its_rate(priced):
    summaries = [s for order in priced for s in order["TaxSummaryModelList"]]

    assert all(
        isclose(
            s["reqPriceTax"],
            s["reqPrice"] * s["taxRate"] / (1 + s["taxRate"]),
            abs_tol=1,
        )
        for s in summaries
    )


def test_open_amounts_are_open_everywhere(sandbox):
    sandbox.sell(1, "open_amounts")

    (order,) = sandbox.orders().values()

    money = ("postagePrice", "totalPrice", "requestPrice")
    assert [order[field] for field in money] == [OPEN] * 3
    assert order["PackageModelList"][0]["totalPrice"] == OPEN
    assert {s["reqPrice"] for s in order["TaxSummaryModelList"]} == {OPEN}


def test_most_mixed_orders_wait_for_confirmation_or_shipping(mixed):
    states = Counter(order["orderProgress"] for order in mixed)

    assert states[100] + states[300] > 250
    assert min(states[100], states[300]) > 60


def test_order_numbers_are_unique_and_of_the_documented_form(mixed):
    numbers = {order["orderNumber"] for order in mixed}

    assert len(numbers) == 300
    assert all(re.fullmatch(r"123456-\d{8}-\d{10}", n) for n in numbers)


def test_no_time_of_an_order_lies_in_the_future(rms, mixed):
    now = rms.now().strftime("%Y-%m-%dT%H:%M:%S+0900")
    times = [v for order in mixed for k, v in order.items() if k.endswith("Datetime")]

    assert max(filter(None, times)) <= now


def test_people_are_recognisably_invented(mixed):
    orderers = [order["OrdererModel"] for order in mixed]

    assert {o["phoneNumber2"] for o in orderers} == {"0000"}
    assert {o["city"] for o in orderers} == {"架空市見本町"}
    assert {o["emailAddress"].partition("@")[2] for o in orderers} == {
        "pc.fw.rakuten.ne.jp"
    }


def first(sandbox, shape):
    (number,) = sandbox.sell(1, shape)
    return sandbox.orders()[number]


def test_several_destinations_have_baskets_of_their_own(sandbox):
    order = first(sandbox, "packages")

    baskets = [p["basketId"] for p in order["PackageModelList"]]
    assert len(set(baskets)) == len(baskets) > 1
    assert order["severalSenderFlag"] == 1


def test_a_gift_without_address_shows_dummies(sandbox):
    (package,) = first(sandbox, "social_gift_waiting")["PackageModelList"]

    sender = package["SenderModel"]
    assert (sender["zipCode1"], sender["city"]) == ("999", "入力待ち")
    assert package["SocialGiftModel"]["inputFlag"] == 0
    assert package["SocialGiftModel"]["sgMngNumber"].endswith("-sg")


def test_a_gift_with_address_shows_it(sandbox):
    (package,) = first(sandbox, "social_gift")["PackageModelList"]

    assert package["SenderModel"]["city"] == "架空市見本町"
    assert package["SocialGiftModel"]["inputFlag"] == 1


@pytest.mark.parametrize(
    ("shape", "field", "value"),
    [
        ("cancelled", "orderProgress", 900),
        ("cancel_pending", "orderProgress", 800),
        ("subscription", "orderType", 4),
        ("bank_transfer", "orderProgress", 200),
        ("under_review", "rakutenConfirmFlag", 1),
    ],
)
def test_a_shape_is_what_its_name_says(sandbox, shape, field, value):
    assert first(sandbox, shape)[field] == value


def test_a_line_from_before_the_sku_migration_has_no_variant(sandbox):
    (line,) = lines(first(sandbox, "before_sku"))

    assert line["SkuModelList"][0]["variantId"] == ""
    assert line["selectedChoice"] == "カラー:赤\nサイズ:L"


def test_odd_text_arrives_unharmed(rms, sandbox):
    (number,) = sandbox.sell(1, "odd_text")

    order = rms.order(number)

    assert order["OrdererModel"]["familyName"] == "髙﨑"
    assert "髙﨑①㈱～ 𠮷 🎁" in order["remarks"]
    assert "\n" in order["remarks"]


def test_an_order_paid_by_points_costs_nothing_more(sandbox):
    order = first(sandbox, "all_points")

    assert order["SettlementModel"]["settlementMethodCode"] == 8
    assert order["requestPrice"] == 0
