"""Sub-status and memo (docs/rms/order-api.md §4.4, §4.5)."""

import pytest

from tests.sandbox.caller import codes


@pytest.mark.parametrize("body", [b"", b"null", b"{}"])
def test_the_sub_statuses_are_listed_for_any_empty_body(rms, body):
    answer = rms.post("getSubStatusList", body).json()

    by_state = {s["orderProgress"]: s for s in answer["StatusModelList"]}
    assert by_state[300]["SubStatusModelList"][0] == {
        "subStatusId": 3603,
        "subStatusName": "ピッキング中",
        "orderby": 3,
    }


def mark(rms, number, **body):
    return rms.call("updateOrderSubStatus", {"orderNumberList": [number]} | body)


def test_a_sub_status_of_the_orders_state_is_set(rms, sandbox):
    (number,) = sandbox.sell(1, progress=300)

    answer = mark(rms, number, subStatusId=3603)

    assert codes(answer.json()) == ["UPDATE_ORDERSUBSTATUS_INFO_101"]
    assert rms.order(number)["subStatusName"] == "ピッキング中"


def test_null_clears_the_sub_status(rms, sandbox):
    (number,) = sandbox.sell(1, progress=300)
    mark(rms, number, subStatusId=3603)

    mark(rms, number, subStatusId=None)

    assert rms.order(number)["subStatusId"] is None


def test_the_sub_status_key_left_out_is_009(rms, sandbox):
    (number,) = sandbox.sell(1, progress=300)

    response = mark(rms, number)

    assert response.status_code == 400
    assert codes(response.json()) == ["UPDATE_ORDERSUBSTATUS_ERROR_009"]


@pytest.mark.parametrize(
    ("sold", "sub_status", "ending"),
    [
        ({"progress": 900}, 3603, "101"),
        ({"progress": 100}, 3603, "102"),
        ({"progress": 300}, 3703, "102"),
        ({"progress": 300, "shop": "demo2"}, 3603, "016"),
    ],
    ids=["cancelled", "other-state", "other-shops-id", "other-shops-order"],
)
def test_a_sub_status_that_does_not_fit_is_an_error_with_200(
    rms, sandbox, sold, sub_status, ending
):
    (number,) = sandbox.sell(1, **sold)

    response = mark(rms, number, subStatusId=sub_status)

    assert response.status_code == 200
    assert codes(response.json()) == [f"UPDATE_ORDERSUBSTATUS_ERROR_{ending}"]


def test_a_sub_status_does_not_survive_a_change_of_state(rms, sandbox):
    (number,) = sandbox.sell(1, progress=100)
    mark(rms, number, subStatusId=3600)

    rms.ask("confirmOrder", {"orderNumberList": [number]})

    assert rms.order(number)["subStatusId"] is None


def memo(rms, number, **fields):
    return rms.call("updateOrderMemo", {"orderNumber": number} | fields)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("memo", "玄関先に置く"),
        ("operator", "架空太郎"),
        ("mailPlugSentence", "ありがとうございます"),
        ("deliveryDate", "2030-01-02"),
        ("shippingTerm", 1416),
        ("shippingTerm", 1),
    ],
)
def test_a_memo_field_is_stored(rms, sandbox, field, value):
    (number,) = sandbox.sell()

    answer = memo(rms, number, **{field: value})

    assert codes(answer.json()) == ["UPDATE_ORDERMEMO_INFO_101"]
    assert rms.order(number)[field] == value


def test_a_delivery_class_is_stored_with_the_delivery(rms, sandbox):
    (number,) = sandbox.sell()

    memo(rms, number, deliveryClass=2)

    assert rms.order(number)["DeliveryModel"]["deliveryClass"] == 2


def test_a_memo_left_out_is_kept_and_null_clears_it(rms, sandbox):
    (number,) = sandbox.sell()
    memo(rms, number, memo="控え")

    memo(rms, number, operator="架空")
    kept = rms.order(number)["memo"]
    memo(rms, number, memo=None)

    assert (kept, rms.order(number)["memo"]) == ("控え", None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"memo": "あ" * 1001},
        {"operator": "あ" * 7},
        {"mailPlugSentence": "あ" * 1025},
        {"memo": "①"},
        {"operator": "髙橋"},
        {"mailPlugSentence": "🎁"},
        {"deliveryClass": 9},
        {"shippingTerm": 3},
        {"shippingTerm": 1614},
        {"deliveryDate": "2030/01/02"},
        {"subStatusId": "x"},
    ],
    ids=lambda wrong: str(wrong)[:30],
)
def test_a_memo_field_outside_its_limits_is_011_and_nothing_is_stored(
    rms, sandbox, wrong
):
    (number,) = sandbox.sell()

    response = memo(rms, number, **({"memo": "控え"} | wrong))

    assert response.status_code == 400
    assert codes(response.json()) == ["UPDATE_ORDERMEMO_ERROR_011"]
    assert rms.order(number)["memo"] is None


def test_a_wave_dash_typed_on_windows_is_allowed(rms, sandbox):
    (number,) = sandbox.sell()

    assert memo(rms, number, memo="10～12時").status_code == 200


def test_a_memo_can_set_the_sub_status(rms, sandbox):
    (number,) = sandbox.sell(1, progress=300)

    memo(rms, number, subStatusId=3604)

    assert rms.order(number)["subStatusId"] == 3604


@pytest.mark.parametrize("fields", [{}, {"subStatusId": 3600}], ids=["order", "status"])
def test_a_memo_for_what_is_not_there_is_refused(rms, sandbox, fields):
    (mine,) = sandbox.sell(1, progress=300)
    number = {0: "1-1-1", 1: mine}[len(fields)]

    assert memo(rms, number, memo="x", **fields).status_code == 400
