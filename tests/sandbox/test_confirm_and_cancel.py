"""confirmOrder and cancelOrder (docs/rms/order-api.md §4.1, §4.7)."""

import pytest

from tests.sandbox.caller import codes, day


def confirm(rms, *numbers):
    return rms.ask("confirmOrder", {"orderNumberList": list(numbers)})


def test_confirming_moves_to_200_and_leaves_its_marks(rms, sandbox):
    (number,) = sandbox.sell(1, progress=100)

    answer = confirm(rms, number)

    order = rms.order(number)
    assert codes(answer) == ["CONFIRM_ORDER_INFO_101"]
    assert answer["MessageModelList"][0]["orderNumber"] == number
    assert order["orderProgress"] == 200
    assert order["shopOrderCfmDatetime"] is not None
    assert order["ChangeReasonModelList"][-1]["changeType"] == 8


@pytest.mark.parametrize(
    ("shape", "progress", "ending"),
    [
        ("cancelled", None, "103"),
        ("plain", 300, "103"),
        ("plain", 200, "103"),
        ("open_amounts", None, "105"),
    ],
)
def test_an_order_that_cannot_be_confirmed_is_an_error_with_200(
    rms, sandbox, shape, progress, ending
):
    sold = sandbox.sell(1, shape, progress=progress)

    response = rms.call("confirmOrder", {"orderNumberList": sold})

    assert response.status_code == 200
    assert codes(response.json()) == [f"CONFIRM_ORDER_ERROR_{ending}"]


@pytest.mark.parametrize(
    "amount",
    [
        "postagePrice",
        "deliveryPrice",
        "paymentCharge",
        "totalPrice",
        "requestPrice",
        "couponShopPrice",
        "couponOtherPrice",
        "additionalFeeOccurAmountToUser",
        "additionalFeeOccurAmountToShop",
    ],
)
def test_an_order_with_one_open_amount_is_not_confirmed(rms, sandbox, amount):
    """§3.3 names the amounts that can be open, §4.1 wants them fixed."""
    (number,) = sandbox.sell(1, progress=100)
    sandbox.edit(number, **{amount: -9999})

    ending = "106" if amount == "deliveryPrice" else "105"
    assert codes(confirm(rms, number)) == [f"CONFIRM_ORDER_ERROR_{ending}"]
    assert rms.order(number)["orderProgress"] == 100


def test_confirming_twice_is_103(rms, sandbox):
    (number,) = sandbox.sell(1, progress=100)
    confirm(rms, number)

    assert codes(confirm(rms, number)) == ["CONFIRM_ORDER_ERROR_103"]


def test_each_order_has_its_own_outcome(rms, sandbox):
    good = sandbox.sell(1, progress=100)
    unknown = good[0][:-4] + "9999"

    assert codes(confirm(rms, *good, unknown)) == [
        "CONFIRM_ORDER_INFO_101",
        "CONFIRM_ORDER_ERROR_102",
    ]


def test_one_number_of_another_shop_refuses_the_whole_call(rms, sandbox):
    good = sandbox.sell(1, progress=100)
    foreign = sandbox.sell(1, progress=100, shop="demo2")

    response = rms.call("confirmOrder", {"orderNumberList": [*good, *foreign]})

    assert response.status_code == 400
    assert codes(response.json()) == ["CONFIRM_ORDER_ERROR_016"]
    assert rms.order(good[0])["orderProgress"] == 100


@pytest.mark.parametrize("function", ["confirmOrder", "updateOrderSubStatus"])
@pytest.mark.parametrize(
    ("numbers", "ending"),
    [(None, "009"), ([], "007"), (["1"] * 101, "014"), ("1", "011")],
    ids=["absent", "empty", "101", "text"],
)
def test_a_faulty_number_list_is_refused_whole(rms, function, numbers, ending):
    body = {"orderNumberList": numbers, "subStatusId": None}

    response = rms.call(function, body)

    assert response.status_code == 400
    assert codes(response.json())[0].endswith(f"_ERROR_{ending}")


def cancel(rms, number, **more):
    body = {"inventoryRestoreType": 0, "changeReasonDetailApply": 8} | more
    return rms.call("cancelOrder", {"orderNumber": number} | body)


@pytest.mark.parametrize("state", [100, 200, 300])
def test_an_unshipped_order_can_be_cancelled(rms, sandbox, state):
    (number,) = sandbox.sell(1, progress=state)

    answer = cancel(rms, number)

    order = rms.order(number)
    reason = order["ChangeReasonModelList"][-1]
    assert codes(answer.json()) == ["CANCEL_ORDER_INFO_101"]
    assert order["orderProgress"] == 900
    assert (reason["changeReason"], reason["changeReasonDetail"]) == (0, 8)


def test_a_cancel_can_be_set_to_wait_at_800(rms, sandbox):
    (number,) = sandbox.sell(1, progress=300)
    sandbox.settings(cancel_goes_to=800)

    cancel(rms, number)

    assert rms.order(number)["orderProgress"] == 800


@pytest.mark.parametrize(
    ("state", "status", "ending"),
    [(400, 400, 108), (500, 400, 108), (600, 400, 108), (700, 400, 108),
     (800, 200, 103), (900, 200, 103)],
)  # fmt: skip
def test_any_other_state_refuses_the_cancel(rms, sandbox, state, status, ending):
    """docs/rms/order-api.md §1.5: of the state's faults only 108 comes with 400."""
    (number,) = sandbox.sell(1, progress=state)
    answer = cancel(rms, number)

    assert answer.status_code == status
    assert codes(answer.json()) == [f"CANCEL_ORDER_ERROR_{ending}"]
    assert rms.order(number)["orderProgress"] == state


def test_a_registered_shipping_date_blocks_the_cancel(rms, sandbox):
    (number,) = sandbox.sell(1, progress=300)
    rms.report(number, {"deliveryCompany": "1001", "shippingDate": day(30)})
    answer = cancel(rms, number)

    assert answer.status_code == 200
    assert codes(answer.json()) == ["CANCEL_ORDER_ERROR_102"]


def test_with_the_date_removed_the_cancel_goes_through(rms, sandbox):
    (number,) = sandbox.sell(1, progress=300)
    rms.report(number, {"deliveryCompany": "1001", "shippingDate": day(30)})
    row_id = rms.rows(number)[0]["shippingDetailId"]
    rms.report(number, {"shippingDetailId": row_id, "shippingDate": ""})

    assert cancel(rms, number).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "ending"),
    [
        ({"orderNumber": None}, "009"),
        ({"inventoryRestoreType": None}, "009"),
        ({"changeReasonDetailApply": None}, "009"),
        ({"inventoryRestoreType": 3}, "020"),
        ({"changeReasonDetailApply": 7}, "020"),
    ],
    ids=str,
)
def test_a_cancel_needs_all_three_fields(rms, sandbox, wrong, ending):
    (number,) = sandbox.sell(1, progress=300)

    response = cancel(rms, number, **wrong)

    assert response.status_code == 400
    assert codes(response.json()) == [f"CANCEL_ORDER_ERROR_{ending}"]
