"""updateOrderShipping (docs/rms/order-api.md §4.2)."""

import pytest

from tests.sandbox.caller import codes

ROW = {
    "deliveryCompany": "1001",
    "shippingNumber": "400-1",
    "shippingDate": "2026-01-02",
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
            "shippingDate": "2026-01-02",
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
        ({"deliveryCompany": "1002"}, "shippingDate", "2026-01-02"),
        ({"shippingNumber": "400-2"}, "deliveryCompany", "1001"),
        ({"shippingNumber": "400-2"}, "shippingNumber", "400-2"),
        ({"shippingNumber": ""}, "shippingNumber", None),
        ({"shippingNumber": ""}, "shippingDate", "2026-01-02"),
        ({"shippingDate": ""}, "shippingDate", None),
        ({"shippingDate": ""}, "shippingNumber", "400-1"),
        ({"shippingNumber": None}, "shippingNumber", "400-1"),
        ({"shippingDate": None}, "shippingDate", "2026-01-02"),
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


def test_the_delete_flag_deletes_the_row(rms, shipped):
    number, row_id = shipped

    answer = rms.report(number, {"shippingDetailId": row_id, "shippingDeleteFlag": 1})

    assert codes(answer) == ["UPDATE_ORDERSHIPPING_INFO_103"]
    assert rms.rows(number) == []


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
    ("state", "ending"),
    [(400, "111"), (800, "102"), (900, "102")],
)
def test_a_closed_order_takes_no_rows(rms, sandbox, state, ending):
    (number,) = sandbox.sell(1, progress=state)

    response = rms.call("updateOrderShipping", rms.shipping(number, ROW))

    assert response.status_code == 400
    assert codes(response.json()) == [f"UPDATE_ORDERSHIPPING_ERROR_{ending}"]
    assert rms.rows(number) == []


def test_another_shops_order_takes_no_rows(rms, other, sandbox):
    (number,) = sandbox.sell(shop="demo2")

    response = rms.call("updateOrderShipping", other.shipping(number, ROW))

    assert response.status_code == 400
    assert other.rows(number) == []


def test_a_row_that_does_not_exist_fails_alone(rms, sandbox):
    (number,) = sandbox.sell()

    response = rms.call(
        "updateOrderShipping",
        rms.shipping(number, ROW, {"shippingDetailId": 1, "shippingNumber": "4"}),
    )

    assert response.status_code == 200
    assert codes(response.json()) == [
        "UPDATE_ORDERSHIPPING_INFO_101",
        "UPDATE_ORDERSHIPPING_ERROR_101",
    ]


def test_a_destination_that_is_not_the_orders_fails(rms, sandbox):
    (number,) = sandbox.sell()
    basket = {"basketId": 1, "ShippingModelList": [ROW]}

    answer = rms.ask(
        "updateOrderShipping", {"orderNumber": number, "BasketidModelList": [basket]}
    )

    assert codes(answer) == ["UPDATE_ORDERSHIPPING_ERROR_101"]


def test_a_destination_holds_at_most_20_rows(rms, sandbox):
    (number,) = sandbox.sell()

    answer = rms.report(number, *[ROW] * 21)

    assert codes(answer)[-2:] == [
        "UPDATE_ORDERSHIPPING_INFO_101",
        "UPDATE_ORDERSHIPPING_ERROR_101",
    ]
    assert len(rms.rows(number)) == 20


def test_a_half_filled_row_may_already_be_there(rms, sandbox):
    (number,) = sandbox.sell(1, "half_row")

    (row,) = rms.rows(number)

    assert (row["deliveryCompany"], row["shippingNumber"]) == ("1000", None)
