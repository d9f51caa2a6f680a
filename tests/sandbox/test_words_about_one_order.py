"""Words that a function says of one order (docs/rms/order-api.md §1.7), on order."""

import pytest

from tests.sandbox.caller import codes, day

ROW = {
    "deliveryCompany": "1001",
    "shippingNumber": "400-1",
    "shippingDate": day(),
}


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("WARNING_101", 200),  # confirmed, the mail was not sent
        ("ERROR_104", 100),
        ("ERROR_108", 100),
    ],
)
def test_a_confirmation_says_what_is_ordered_of_that_order(rms, sandbox, word, state):
    first, second = sandbox.sell(2, progress=100)
    sandbox.fault(f"CONFIRM_ORDER_{word}", about=first)

    answer = rms.ask("confirmOrder", {"orderNumberList": [first, second]})

    assert codes(answer) == [f"CONFIRM_ORDER_{word}", "CONFIRM_ORDER_INFO_101"]
    assert rms.order(first)["orderProgress"] == state
    assert rms.order(second)["orderProgress"] == 200


def test_reading_one_number_may_fail_with_200(rms, sandbox):
    first, second = sandbox.sell(2)
    sandbox.fault("GET_ORDER_ERROR_101", about=first)

    response = rms.call("getOrder", {"orderNumberList": [first, second], "version": 10})

    assert response.status_code == 200
    (read,) = response.json()["OrderModelList"]
    assert read["orderNumber"] == second
    word = response.json()["MessageModelList"][-1]
    assert word["messageCode"] == "ORDER_EXT_API_GET_ORDER_ERROR_101"
    assert word["orderNumber"] == first


def test_masking_may_fail_and_the_address_is_a_dummy_then(rms, sandbox):
    (number,) = sandbox.sell(1)
    sandbox.fault("GET_ORDER_WARNING_101", about=number)
    body = {"orderNumberList": [number], "version": 10}

    answer = rms.ask("getOrder", body)

    assert answer["OrderModelList"][0]["OrdererModel"]["emailAddress"] == "xxx@xxx.xxx"
    assert "GET_ORDER_WARNING_101" in codes(answer)
    assert rms.order(number)["OrdererModel"]["emailAddress"] != "xxx@xxx.xxx"


def test_a_gifts_receiver_has_the_dummy_too_and_nobody_gets_one_without(rms, sandbox):
    (answered,) = sandbox.sell(1, "social_gift")
    (waiting,) = sandbox.sell(1, "social_gift_waiting")
    sandbox.fault("GET_ORDER_WARNING_101", times=2)
    body = {"orderNumberList": [answered, waiting], "version": 10}

    told = {
        order["orderNumber"]: order["PackageModelList"][0]["SocialGiftModel"]
        for order in rms.ask("getOrder", body)["OrderModelList"]
    }

    assert told[answered]["receiverEmailAddress"] == "xxx@xxx.xxx"
    assert told[waiting]["receiverEmailAddress"] is None


def test_a_row_may_be_added_without_its_id(rms, sandbox):
    (number,) = sandbox.sell(1)
    sandbox.fault("UPDATE_ORDERSHIPPING_WARNING_101", about=number)

    answer = rms.report(number, ROW)

    assert codes(answer) == ["UPDATE_ORDERSHIPPING_WARNING_101"]
    assert "shippingDetailId" not in answer["MessageModelList"][0]
    assert len(rms.rows(number)) == 1


@pytest.mark.parametrize("word", ["ERROR_105", "ERROR_111"])
def test_a_report_may_be_put_off_with_200_and_nothing_done(rms, sandbox, word):
    (number,) = sandbox.sell(1)
    sandbox.fault(f"UPDATE_ORDERSHIPPING_{word}", about=number)

    response = rms.call("updateOrderShipping", rms.shipping(number, ROW))

    assert response.status_code == 200
    assert codes(response.json()) == [f"UPDATE_ORDERSHIPPING_{word}"]
    assert rms.rows(number) == []


def test_a_report_in_bulk_may_break_on_the_way(rms, sandbox):
    (number,) = sandbox.sell(1)
    sandbox.fault("ORDER_CSV_API_UPLOAD_SHIPPING_ERROR_999", about=number)
    orders = {"OrderShippingModelList": [rms.shipping(number, ROW)]}
    accepted = rms.ask("updateOrderShippingAsync", orders)
    request = {"requestId": accepted["MessageModelList"][0]["requestId"]}
    sandbox.clock(advance_s=4)

    (entry,) = rms.ask("getResultUpdateOrderShippingAsync", request)[
        "ResultShippingModelList"
    ]

    assert entry["orderNumber"] == number
    (word,) = entry["MessageModelList"]
    assert word["messageCode"] == "ORDER_CSV_API_UPLOAD_SHIPPING_ERROR_999"
    assert rms.rows(number) == []


@pytest.mark.parametrize(
    ("function", "code", "state"),
    [
        ("cancelOrder", "CANCEL_ORDER", 300),
        ("cancelOrderAfterShipping", "CANCEL_ORDER_AFTER_SHIPPING", 500),
    ],
)
def test_a_cancel_may_leave_the_stock_where_it_was(rms, sandbox, function, code, state):
    (number,) = sandbox.sell(1, progress=state)
    before = {
        (s["manageNumber"], s["variantId"]): s["quantity"] for s in sandbox.stock()
    }
    sandbox.fault(f"{code}_WARNING_101", about=number)
    body = {"inventoryRestoreType": 1, "changeReasonDetailApply": 8}

    answer = rms.ask(function, {"orderNumber": number} | body)

    assert codes(answer) == [f"{code}_WARNING_101"]
    assert rms.order(number)["orderProgress"] == 900
    assert before == {
        (s["manageNumber"], s["variantId"]): s["quantity"] for s in sandbox.stock()
    }


def test_a_step_of_a_cancel_after_shipping_may_fail_and_nothing_is_done(rms, sandbox):
    (number,) = sandbox.sell(1, progress=700)
    sandbox.fault("CANCEL_ORDER_AFTER_SHIPPING_ERROR_113", about=number)
    body = {"inventoryRestoreType": 1, "changeReasonDetailApply": 2}

    response = rms.call("cancelOrderAfterShipping", {"orderNumber": number} | body)

    assert response.status_code == 200
    assert codes(response.json()) == ["CANCEL_ORDER_AFTER_SHIPPING_ERROR_113"]
    assert rms.order(number)["orderProgress"] == 700
