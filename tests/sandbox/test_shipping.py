"""updateOrderShipping (docs/rms/order-api.md §4.2)."""

import pytest

from tests.sandbox.caller import codes, day

ROW = {
    "deliveryCompany": "1001",
    "shippingNumber": "400-1",
    "shippingDate": day(),
}


def test_a_row_without_id_is_added_and_its_id_told(rms, sandbox):
    (number,) = sandbox.sell()

    answer = rms.report(number, ROW)

    assert codes(answer) == ["UPDATE_ORDERSHIPPING_INFO_101"]
    assert answer["MessageModelList"][0]["dataNumber"] == 1
    assert rms.rows(number) == [
        {
            "shippingDetailId": answer["MessageModelList"][0]["shippingDetailId"],
            "shippingNumber": "400-1",
            "deliveryCompany": "1001",
            "deliveryCompanyName": "ヤマト運輸",
            "shippingDate": day(),
        }
    ]


def test_a_null_id_counts_as_absent(rms, sandbox):
    (number,) = sandbox.sell()

    answer = rms.report(number, ROW | {"shippingDetailId": None})

    assert codes(answer) == ["UPDATE_ORDERSHIPPING_INFO_101"]


def test_the_same_add_twice_makes_two_rows(rms, sandbox):
    (number,) = sandbox.sell()
    rms.report(number, ROW)

    rms.report(number, ROW)

    assert len(rms.rows(number)) == 2


@pytest.fixture
def shipped(rms, sandbox):
    """An order with one full row, and that row's id."""
    (number,) = sandbox.sell()
    rms.report(number, ROW)
    return number, rms.rows(number)[0]["shippingDetailId"]


@pytest.mark.parametrize(
    ("stated", "field", "kept"),
    [
        ({"deliveryCompany": "1002"}, "deliveryCompany", "1002"),
        ({"deliveryCompany": "1002"}, "deliveryCompanyName", "佐川急便"),
        ({"deliveryCompany": "1002"}, "shippingNumber", "400-1"),
        ({"deliveryCompany": "1002"}, "shippingDate", day()),
        ({"shippingNumber": "400-2"}, "deliveryCompany", "1001"),
        ({"shippingNumber": "400-2"}, "shippingNumber", "400-2"),
        ({"shippingNumber": ""}, "shippingNumber", None),
        ({"shippingNumber": ""}, "shippingDate", day()),
        ({"shippingDate": ""}, "shippingDate", None),
        ({"shippingDate": ""}, "shippingNumber", "400-1"),
        ({"shippingNumber": None}, "shippingNumber", "400-1"),
        ({"shippingDate": None}, "shippingDate", day()),
    ],
    ids=str,
)
def test_absent_keeps_a_value_replaces_and_empty_erases(
    rms, shipped, stated, field, kept
):
    number, row_id = shipped

    answer = rms.report(number, stated | {"shippingDetailId": row_id})

    assert codes(answer) == ["UPDATE_ORDERSHIPPING_INFO_102"]
    assert rms.rows(number)[0][field] == kept


def test_null_may_be_set_to_erase(rms, sandbox, shipped):
    number, row_id = shipped
    sandbox.settings(null_in_rows="erase")

    rms.report(number, {"shippingDetailId": row_id, "shippingNumber": None})

    assert rms.rows(number)[0]["shippingNumber"] is None


def test_the_delete_flag_deletes_a_row_but_never_the_first(rms, shipped):
    number, first = shipped
    rms.report(number, ROW)
    second = rms.rows(number)[1]["shippingDetailId"]

    done = rms.report(number, {"shippingDetailId": second, "shippingDeleteFlag": 1})
    refused = rms.call(
        "updateOrderShipping",
        rms.shipping(number, {"shippingDetailId": first, "shippingDeleteFlag": 1}),
    )

    assert codes(done) == ["UPDATE_ORDERSHIPPING_INFO_103"]
    assert refused.status_code == 400
    assert codes(refused.json()) == ["UPDATE_ORDERSHIPPING_ERROR_108"]
    assert [row["shippingDetailId"] for row in rms.rows(number)] == [first]


def test_rows_are_numbered_through_all_destinations(rms, sandbox):
    (number,) = sandbox.sell(1, "packages")
    baskets = [
        {"basketId": rms.basket(number, 0), "ShippingModelList": [ROW, ROW]},
        {"basketId": rms.basket(number, 1), "ShippingModelList": [ROW]},
    ]

    answer = rms.ask(
        "updateOrderShipping", {"orderNumber": number, "BasketidModelList": baskets}
    )

    assert [m["dataNumber"] for m in answer["MessageModelList"]] == [1, 2, 3]
    assert len(rms.rows(number, 1)) == 1


@pytest.mark.parametrize("state", [100, 200, 300, 500, 600, 700])
def test_rows_may_be_planned_before_shipping_and_changed_after_it(rms, sandbox, state):
    (number,) = sandbox.sell(1, progress=state)

    assert codes(rms.report(number, ROW)) == ["UPDATE_ORDERSHIPPING_INFO_101"]


@pytest.mark.parametrize(
    ("state", "edit", "ending"),
    [
        (400, {}, "111"),
        (800, {}, "102"),
        (900, {}, "102"),
        (300, {"orderDatetime": "2020-01-01T00:00:00+0900"}, "103"),
        (None, {}, "105"),
    ],
    ids=["change-waits", "cancel-waits", "cancelled", "old", "unknown"],
)
def test_an_order_that_takes_no_rows_is_one_error_with_200(
    rms, sandbox, state, edit, ending
):
    """One message for two rows, dataNumber null, and no orderNumber (§1.6, §4.2)."""
    (number,) = sandbox.sell(1, progress=state or 300)
    body = rms.shipping(number, ROW, ROW)
    sandbox.edit(number, **edit)
    if state is None:
        body["orderNumber"] = "123456-20260101-9999999999"

    response = rms.call("updateOrderShipping", body)

    (word,) = response.json()["MessageModelList"]
    assert response.status_code == 200
    assert codes(response.json()) == [f"UPDATE_ORDERSHIPPING_ERROR_{ending}"]
    assert word["dataNumber"] is None
    assert "orderNumber" not in word
    package = sandbox.orders()[number]["PackageModelList"][0]
    assert package["ShippingModelList"] == []


@pytest.mark.parametrize(
    ("row", "ending"),
    [
        ({"shippingDetailId": 1, "shippingNumber": "4"}, "106"),
        (ROW | {"shippingDate": day(-30)}, "107"),
        (ROW | {"shippingDate": day(400)}, "107"),
    ],
    ids=["no-such-row", "before-the-order", "a-year-on"],
)
def test_one_row_that_cannot_be_refuses_the_call_with_400(rms, sandbox, row, ending):
    (number,) = sandbox.sell()

    response = rms.call("updateOrderShipping", rms.shipping(number, ROW, row))

    (word,) = response.json()["MessageModelList"]
    assert response.status_code == 400
    assert word["messageCode"] == f"ORDER_EXT_API_UPDATE_ORDERSHIPPING_ERROR_{ending}"
    assert word["dataNumber"] == 2
    assert rms.rows(number) == []


def test_a_destination_that_is_not_the_orders_is_110_with_400(rms, sandbox):
    (number,) = sandbox.sell()
    basket = {"basketId": 1, "ShippingModelList": [ROW]}

    response = rms.call(
        "updateOrderShipping", {"orderNumber": number, "BasketidModelList": [basket]}
    )

    assert response.status_code == 400
    assert codes(response.json()) == ["UPDATE_ORDERSHIPPING_ERROR_110"]


def test_with_the_stored_ones_a_destination_holds_at_most_20_rows(rms, sandbox):
    (number,) = sandbox.sell()
    rms.report(number, *[ROW] * 20)

    response = rms.call("updateOrderShipping", rms.shipping(number, ROW))

    assert response.status_code == 200
    assert codes(response.json()) == ["UPDATE_ORDERSHIPPING_ERROR_101"]
    assert len(rms.rows(number)) == 20


@pytest.mark.parametrize(
    ("state", "row", "code"),
    [
        (500, {"deliveryCompany": "1001", "shippingDate": day()}, "ERROR_113"),
        (500, ROW, "INFO_101"),
        (300, {"deliveryCompany": "1001", "shippingDate": day()}, "INFO_101"),
    ],
    ids=["shipped-half", "shipped-full", "before"],
)
def test_pay_later_after_shipping_needs_whole_rows(rms, sandbox, state, row, code):
    (number,) = sandbox.sell(1, progress=state)
    sandbox.edit_at(number, {"SettlementModel.settlementMethodCode": 21})

    response = rms.call("updateOrderShipping", rms.shipping(number, row))

    assert response.status_code == 200
    assert codes(response.json()) == [f"UPDATE_ORDERSHIPPING_{code}"]
    assert len(rms.rows(number)) == (code == "INFO_101")


def test_a_half_filled_row_may_already_be_there(rms, sandbox):
    (number,) = sandbox.sell(1, "half_row")

    (row,) = rms.rows(number)

    assert (row["deliveryCompany"], row["shippingNumber"]) == ("1000", None)
