"""getOrder (docs/rms/order-api.md §3)."""

from datetime import timedelta

import pytest

from tests.sandbox.caller import codes, wire


@pytest.mark.parametrize(
    ("body", "ending"),
    [
        ({"version": 10}, "009"),
        ({"orderNumberList": [], "version": 10}, "007"),
        ({"orderNumberList": ["1"]}, "009"),
        ({"orderNumberList": ["1"], "version": ""}, "010"),
        ({"orderNumberList": ["1"], "version": 1}, "020"),
        ({"orderNumberList": ["1"], "version": 2}, "020"),
        ({"orderNumberList": ["1"], "version": 11}, "020"),
        ({"orderNumberList": "1", "version": 10}, "011"),
        ({"orderNumberList": [1], "version": 10}, "011"),
        ({"orderNumberList": [str(n) for n in range(101)], "version": 10}, "014"),
    ],
    ids=[
        "no-list",
        "empty-list",
        "no-version",
        "empty-version",
        "version-1",
        "version-2",
        "version-11",
        "text",
        "numbers",
        "101",
    ],
)
def test_a_faulty_request_is_refused_whole(rms, body, ending):
    response = rms.call("getOrder", body)

    assert response.status_code == 400
    assert codes(response.json()) == [f"GET_ORDER_ERROR_{ending}"]
    assert response.json()["OrderModelList"] is None


def test_a_hundred_orders_come_at_once(rms, sandbox):
    sold = sandbox.sell(100)

    answer = rms.ask("getOrder", {"orderNumberList": sold, "version": 10})

    assert codes(answer) == ["GET_ORDER_INFO_101"]
    assert "100" in answer["MessageModelList"][0]["message"]
    assert {o["orderNumber"] for o in answer["OrderModelList"]} == set(sold)


def test_orders_do_not_come_in_the_order_asked(rms, sandbox):
    sold = sandbox.sell(3)

    answer = rms.ask("getOrder", {"orderNumberList": sold, "version": 10})

    assert [o["orderNumber"] for o in answer["OrderModelList"]] != sold


def test_one_number_of_another_shop_refuses_the_whole_call(rms, sandbox):
    """docs/rms/order-api.md §1.5: ERROR_016, 400."""
    asked = [*sandbox.sell(), *sandbox.sell(shop="demo2")]
    response = rms.call("getOrder", {"orderNumberList": asked, "version": 10})

    assert response.status_code == 400
    assert codes(response.json()) == ["GET_ORDER_ERROR_016"]
    assert response.json()["OrderModelList"] is None


def test_unknown_numbers_are_info_and_the_rest_comes(rms, sandbox):
    mine = sandbox.sell()
    asked = ["123456-20250101-0000000000", "123456-20260101-0000000000", *mine]

    response = rms.call("getOrder", {"orderNumberList": asked, "version": 10})

    assert response.status_code == 200
    messages = response.json()["MessageModelList"]
    missing = [m for m in messages if m["messageCode"].endswith("GET_ORDER_INFO_102")]
    assert [m["orderNumber"] for m in missing] == asked[:2]
    assert {m["messageType"] for m in messages} == {"INFO"}
    assert [o["orderNumber"] for o in response.json()["OrderModelList"]] == mine


def test_if_no_order_can_be_read_the_list_is_empty(rms):
    answer = rms.ask("getOrder", {"orderNumberList": ["1-1-1"], "version": 10})

    assert codes(answer) == ["GET_ORDER_INFO_102"]
    assert answer["OrderModelList"] == []


def test_an_order_of_more_than_730_days_ago_cannot_be_read(rms, sandbox):
    (number,) = sandbox.sell()
    sandbox.edit(number, orderDatetime=wire(rms.now() - timedelta(days=731)))

    answer = rms.ask("getOrder", {"orderNumberList": [number], "version": 10})

    assert codes(answer) == ["GET_ORDER_INFO_102"]


def test_an_order_can_vanish_between_search_and_read(rms, sandbox):
    sold = sandbox.sell()
    sandbox.vanish(sold[0])

    answer = rms.ask("getOrder", {"orderNumberList": sold, "version": 10})

    assert rms.search() == sold
    assert codes(answer) == ["GET_ORDER_INFO_102"]


def test_the_version_may_be_written_as_text(rms, sandbox):
    sold = sandbox.sell()

    answer = rms.ask("getOrder", {"orderNumberList": sold, "version": "7"})

    assert answer["version"] == 7


@pytest.mark.parametrize("version", [3, 4, 5])
def test_the_answer_tells_its_version_from_6_on(rms, sandbox, version):
    sold = sandbox.sell()

    answer = rms.ask("getOrder", {"orderNumberList": sold, "version": version})

    assert "version" not in answer


def part(order, where):
    package = order["PackageModelList"][0]
    line = package["ItemModelList"][0]
    return {"order": order, "package": package, "line": line}[where]


ADDED = [
    ("package", "defaultDeliveryCompanyCode", 4),
    ("line", "isSingleItemShipping", 4),
    ("order", "receiptIssueCount", 5),
    ("order", "receiptIssueHistoryList", 5),
    ("order", "DueDateModelList", 5),
    ("order", "cautionDisplayDetailType", 6),
    ("line", "SkuModelList", 7),
    ("order", "deliveryCertPrgFlag", 8),
    ("order", "oneDayOperationFlag", 8),
    ("package", "dropOffFlag", 9),
    ("package", "dropOffLocation", 9),
    ("order", "socialGiftFlag", 10),
    ("package", "SocialGiftModel", 10),
]
REMOVED = [
    ("order", "goodsTax", 8),
    ("package", "goodsTax", 8),
    ("order", "isTaxRecalc", 8),
]


@pytest.mark.parametrize(("where", "field", "since"), ADDED)
def test_a_field_comes_with_the_version_that_added_it(
    rms, sandbox, where, field, since
):
    (number,) = sandbox.sell()

    assert field not in part(rms.order(number, since - 1), where)
    assert field in part(rms.order(number, since), where)


@pytest.mark.parametrize(("where", "field", "until"), REMOVED)
def test_a_field_goes_with_the_version_that_removed_it(
    rms, sandbox, where, field, until
):
    (number,) = sandbox.sell()

    assert field in part(rms.order(number, until - 1), where)
    assert field not in part(rms.order(number, until), where)
