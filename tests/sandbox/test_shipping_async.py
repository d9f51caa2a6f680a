"""updateOrderShippingAsync and its results (docs/rms/order-api.md §4.2b)."""

import re

import pytest

from tests.sandbox.caller import codes, day

ROW = {
    "deliveryCompany": "1001",
    "shippingNumber": "400-1",
    "shippingDate": day(),
}
NOT_READY = "ORDER_EXT_API_GET_RESULT_UPDATEORDERSHIPPING_ASYNC_INFO_101"


def bulk(rms, *numbers, row=ROW):
    orders = [rms.shipping(number, row) for number in numbers]
    return rms.ask("updateOrderShippingAsync", {"OrderShippingModelList": orders})


def accepted(rms, *numbers):
    return bulk(rms, *numbers)["MessageModelList"][0]["requestId"]


def result(rms, request_id):
    body = {"requestId": request_id}
    answer = rms.ask("getResultUpdateOrderShippingAsync", body)
    return answer["ResultShippingModelList"]


def test_a_job_is_accepted_with_a_request_id(rms, sandbox):
    answer = bulk(rms, *sandbox.sell(2))

    assert codes(answer) == ["UPDATE_ORDERSHIPPING_ASYNC_INFO_101"]
    (told,) = answer["MessageModelList"]
    assert re.fullmatch(r"[0-9a-f-]{36}_[0-9]{14}", told["requestId"])
    assert [told["dataNumber"], told["shippingDetailId"]] == [None, None]


def test_before_the_delay_there_is_no_result_and_no_row(rms, sandbox):
    (number,) = sandbox.sell()
    request_id = accepted(rms, number)

    (entry,) = result(rms, request_id)

    assert "orderNumber" not in entry
    assert [m["messageCode"] for m in entry["MessageModelList"]] == [NOT_READY]
    assert rms.rows(number) == []


def test_after_the_delay_each_order_has_its_messages_and_rows(rms, sandbox):
    sold = sandbox.sell(2)
    request_id = accepted(rms, *sold)
    sandbox.clock(advance_s=4)

    entries = result(rms, request_id)

    assert [entry["orderNumber"] for entry in entries] == sold
    assert codes(entries[0]) == ["UPDATE_ORDERSHIPPING_INFO_101"]
    assert rms.rows(sold[1])[0]["shippingNumber"] == "400-1"


def test_the_delay_can_be_set(rms, sandbox):
    (number,) = sandbox.sell()
    sandbox.settings(async_delay_s=600)
    request_id = accepted(rms, number)
    sandbox.clock(advance_s=500)

    assert "orderNumber" not in result(rms, request_id)[0]


@pytest.mark.parametrize(("days", "known"), [(29, True), (31, False)])
def test_a_result_is_kept_for_30_days(rms, sandbox, days, known):
    (number,) = sandbox.sell()
    request_id = accepted(rms, number)
    sandbox.clock(advance_s=days * 86_400)

    assert ("orderNumber" in result(rms, request_id)[0]) is known


@pytest.mark.parametrize(("length", "status"), [(128, 200), (129, 400)])
def test_a_request_id_has_128_characters_at_most(rms, length, status):
    body = {"requestId": "a" * length}

    assert rms.call("getResultUpdateOrderShippingAsync", body).status_code == status


def test_an_unknown_request_id_looks_like_a_running_one(rms):
    (entry,) = result(rms, "no-such-id")

    assert [m["messageCode"] for m in entry["MessageModelList"]] == [NOT_READY]


def test_another_shops_request_id_looks_like_a_running_one(rms, other, sandbox):
    request_id = accepted(rms, *sandbox.sell())
    sandbox.clock(advance_s=4)

    assert "orderNumber" not in result(other, request_id)[0]


def test_a_missing_request_id_is_refused_inside_the_result_list(rms):
    response = rms.call("getResultUpdateOrderShippingAsync", {})

    assert response.status_code == 400
    (entry,) = response.json()["ResultShippingModelList"]
    assert codes(entry) == ["GET_RESULT_UPDATEORDERSHIPPING_ASYNC_ERROR_009"]


def test_a_wrong_form_comes_back_at_once_with_200_and_no_id(rms, sandbox):
    (number,) = sandbox.sell()
    orders = [rms.shipping(number, ROW | {"shippingDate": "2026/01/02"})]

    response = rms.call("updateOrderShippingAsync", {"OrderShippingModelList": orders})

    assert response.status_code == 200
    (message,) = response.json()["MessageModelList"]
    assert message["messageCode"].endswith("UPDATE_ORDERSHIPPING_ASYNC_ERROR_011")
    assert (message["orderNumber"], message["dataNumber"]) == (number, 1)
    assert message["shippingDetailId"] is None
    assert "requestId" not in message


def test_one_wrong_row_keeps_the_whole_job_out(rms, sandbox):
    good, bad = sandbox.sell(2)
    orders = [
        rms.shipping(good, ROW),
        rms.shipping(bad, ROW | {"deliveryCompany": "x"}),
    ]
    rms.call("updateOrderShippingAsync", {"OrderShippingModelList": orders})

    sandbox.clock(advance_s=60)

    assert rms.rows(good) == []


def refusal(rms, orders):
    response = rms.call("updateOrderShippingAsync", {"OrderShippingModelList": orders})
    return response.status_code, codes(response.json())


def test_the_same_order_twice_is_023_with_400(rms, sandbox):
    (number,) = sandbox.sell()
    order = rms.shipping(number, ROW)

    assert refusal(rms, [order, order]) == (
        400,
        ["UPDATE_ORDERSHIPPING_ASYNC_ERROR_023"],
    )


@pytest.mark.parametrize(
    ("orders", "ending"),
    [
        ([], "017"),
        ([{}] * 101, "018"),
        ([{"orderNumber": "1", "BasketidModelList": []}], "017"),
        ([{"orderNumber": "1"}], "019"),
    ],
    ids=["none", "101", "no-basket", "no-list"],
)
def test_a_list_of_wrong_length_or_a_field_left_out_is_400(rms, orders, ending):
    assert refusal(rms, orders) == (
        400,
        [f"UPDATE_ORDERSHIPPING_ASYNC_ERROR_{ending}"],
    )


@pytest.mark.parametrize(
    ("company", "number", "ending"),
    [("9999", None, "109"), ("1001", "54321-20260101-0000000001", "016")],
    ids=["no-such-carrier", "other-shop"],
)
def test_a_carrier_or_shop_that_is_none_of_ours_is_400(
    rms, sandbox, company, number, ending
):
    (sold,) = sandbox.sell()
    order = rms.shipping(sold, ROW | {"deliveryCompany": company})
    order["orderNumber"] = number or sold

    assert refusal(rms, [order]) == (
        400,
        [f"UPDATE_ORDERSHIPPING_ASYNC_ERROR_{ending}"],
    )


@pytest.mark.parametrize(
    ("row", "ending"),
    [
        ({"shippingDetailId": 1, "shippingNumber": "4"}, "106"),
        (ROW | {"shippingDate": day(-30)}, "107"),
    ],
    ids=["no-such-row", "before-the-order"],
)
def test_a_row_that_cannot_be_is_told_in_the_result(rms, sandbox, row, ending):
    (number,) = sandbox.sell()
    answer = bulk(rms, number, row=row)
    sandbox.clock(advance_s=4)

    (entry,) = result(rms, answer["MessageModelList"][0]["requestId"])

    assert codes(entry) == [f"UPDATE_ORDERSHIPPING_ERROR_{ending}"]
    assert entry["orderNumber"] == number


def test_a_row_that_the_same_report_deletes_tells_of_no_other_row(rms, sandbox):
    """Nothing of the order is done then, so no row of it is told to be."""
    (number,) = sandbox.sell()
    rms.report(number, ROW, ROW)
    second = rms.rows(number)[1]["shippingDetailId"]
    gone = {"shippingDetailId": second, "shippingDeleteFlag": 1}
    order = rms.shipping(number, ROW, gone, gone)
    answer = rms.ask("updateOrderShippingAsync", {"OrderShippingModelList": [order]})
    sandbox.clock(advance_s=4)

    (entry,) = result(rms, answer["MessageModelList"][0]["requestId"])
    assert codes(entry) == ["UPDATE_ORDERSHIPPING_ERROR_106"]
    assert entry["MessageModelList"][0]["dataNumber"] == 3
    assert len(rms.rows(number)) == 2


def test_an_order_cancelled_meanwhile_fails_alone(rms, sandbox):
    first, second = sandbox.sell(2)
    request_id = accepted(rms, first, second)
    sandbox.cancel(first)
    sandbox.clock(advance_s=4)

    entries = result(rms, request_id)

    assert codes(entries[0]) == ["UPDATE_ORDERSHIPPING_ERROR_102"]
    assert entries[0]["MessageModelList"][0]["dataNumber"] is None
    assert codes(entries[1]) == ["UPDATE_ORDERSHIPPING_INFO_101"]
