"""What updateOrderShipping refuses (docs/rms/order-api.md §4.2)."""

import pytest

from tests.sandbox.caller import codes, day

ROW = {
    "deliveryCompany": "1001",
    "shippingNumber": "400-1",
    "shippingDate": day(),
}


@pytest.mark.parametrize(
    "wrong",
    [
        {"shippingDate": "2026/01/02"},
        {"shippingDate": "20260102"},
        {"shippingDate": "2026-02-30"},
        {"deliveryCompany": "ヤマト運輸"},
        {"deliveryCompany": "001"},
        {"deliveryCompany": ""},
        {"deliveryCompany": None},
        {"deliveryCompany": 1001},
        {"shippingNumber": "4" * 121},
        {"shippingNumber": 4000},
        {"shippingDeleteFlag": 2},
        {"shippingDetailId": ""},
    ],
    ids=str,
)
def test_a_row_of_wrong_form_is_011_and_nothing_is_written(rms, sandbox, wrong):
    (number,) = sandbox.sell()

    response = rms.call("updateOrderShipping", rms.shipping(number, ROW, ROW | wrong))

    assert response.status_code == 400
    assert codes(response.json()) == ["UPDATE_ORDERSHIPPING_ERROR_011"]
    assert response.json()["MessageModelList"][0]["dataNumber"] == 2
    assert rms.rows(number) == []


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({"shippingNumber": "4"}, "deliveryCompany"),
        (ROW | {"shippingDeleteFlag": 1}, "shippingDetailId"),
        (ROW | {"shippingDeleteFlag": 1, "shippingDetailId": None}, "shippingDetailId"),
    ],
    ids=["add-without-carrier", "delete-without-id", "delete-null-id"],
)
def test_what_a_row_needs_is_019(rms, sandbox, row, field):
    (number,) = sandbox.sell()

    answer = rms.report(number, row)

    assert codes(answer) == ["UPDATE_ORDERSHIPPING_ERROR_019"]
    assert answer["MessageModelList"][0]["message"].startswith(field)


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        ({}, "009"),
        ({"orderNumber": "1", "BasketidModelList": []}, "017"),
        ({"orderNumber": "1", "BasketidModelList": {}}, "011"),
        (
            {"orderNumber": "1", "BasketidModelList": [{"ShippingModelList": [ROW]}]},
            "019",
        ),
        ({"orderNumber": "1", "BasketidModelList": [{"basketId": 1}]}, "019"),
        (
            {
                "orderNumber": "1",
                "BasketidModelList": [{"basketId": 1, "ShippingModelList": [ROW] * 21}],
            },
            "018",
        ),
        (
            {
                "orderNumber": "1",
                "BasketidModelList": [
                    {
                        "basketId": 1,
                        "ShippingModelList": [ROW | {"deliveryCompany": "9999"}],
                    }
                ],
            },
            "109",
        ),
        (
            {
                "orderNumber": "54321-20260101-0000000001",
                "BasketidModelList": [{"basketId": 1, "ShippingModelList": [ROW]}],
            },
            "016",
        ),
    ],
    ids=[
        "nothing",
        "no-basket",
        "no-list",
        "no-basket-id",
        "no-rows",
        "21-rows",
        "no-such-carrier",
        "other-shop",
    ],
)
def test_a_faulty_request_is_refused_whole(rms, body, ending):
    response = rms.call("updateOrderShipping", body)

    assert response.status_code == 400
    assert codes(response.json())[0] == f"UPDATE_ORDERSHIPPING_ERROR_{ending}"
