"""Sub-status and memo (docs/rms/order-api.md §4.4, §4.5)."""

import pytest

from tests.sandbox.caller import codes, day


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
    ],
    ids=["cancelled", "other-state", "other-shops-id"],
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
        ("deliveryDate", day(3)),
        ("shippingTerm", 707),
        ("shippingTerm", 2324),
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


@pytest.mark.parametrize(
    ("wrong", "ending"),
    [
        ({}, "105"),
        ({"memo": "①"}, "021"),
        ({"operator": "髙橋"}, "021"),
        ({"mailPlugSentence": "🎁"}, "021"),
        ({"memo": "詳しくは https://example.com/ まで"}, "030"),
        ({"deliveryClass": 9}, "020"),
        ({"shippingTerm": 3}, "020"),
        ({"shippingTerm": 612}, "020"),
        ({"shippingTerm": 1614}, "109"),
        ({"deliveryDate": day(-30)}, "106"),
        ({"deliveryDate": day(400)}, "106"),
    ],
    ids=str,
)
def test_what_a_memo_may_not_hold_has_a_code_of_its_own_with_400(
    rms, sandbox, wrong, ending
):
    (number,) = sandbox.sell()

    response = memo(rms, number, **wrong)

    assert response.status_code == 400
    assert codes(response.json()) == [f"UPDATE_ORDERMEMO_ERROR_{ending}"]


def test_a_link_to_rakutens_own_site_is_allowed(rms, sandbox):
    (number,) = sandbox.sell()

    answer = memo(rms, number, memo="https://www.rakuten.co.jp/demo-shop/").json()

    assert codes(answer) == ["UPDATE_ORDERMEMO_INFO_101"]


UNKNOWN = "123456-20260101-9999999999"


@pytest.mark.parametrize(
    ("state", "edit", "fields", "ending"),
    [
        (None, {}, {}, "101"),
        (900, {}, {}, "102"),
        (300, {"orderDatetime": "2020-01-01T00:00:00+0900"}, {}, "103"),
        (300, {}, {"subStatusId": 3600}, "104"),
    ],
    ids=["unknown", "cancelled", "old", "status"],
)
def test_a_fault_of_a_memos_order_comes_with_200(
    rms, sandbox, state, edit, fields, ending
):
    number = UNKNOWN
    if state:
        (number,) = sandbox.sell(1, progress=state)
        sandbox.edit(number, **edit)

    response = memo(rms, number, memo="x", **fields)

    assert response.status_code == 200
    assert codes(response.json()) == [f"UPDATE_ORDERMEMO_ERROR_{ending}"]
    if state:
        assert sandbox.orders()[number]["memo"] is None


def test_a_gift_without_address_takes_all_but_day_and_time(rms, sandbox):
    (number,) = sandbox.sell(1, "social_gift_waiting")

    answer = memo(rms, number, memo="x", shippingTerm=1416).json()

    order = rms.order(number)
    assert codes(answer) == ["UPDATE_ORDERMEMO_WARNING_002"]
    assert order["memo"] == "x"
    assert order["shippingTerm"] != 1416


def test_a_sub_status_of_no_order_is_102_and_of_another_shops_016(rms, sandbox):
    (foreign,) = sandbox.sell(1, progress=300, shop="demo2")

    unknown = mark(rms, UNKNOWN, subStatusId=3603)
    other = mark(rms, foreign, subStatusId=3603)

    assert (unknown.status_code, codes(unknown.json())) == (
        200,
        ["UPDATE_ORDERSUBSTATUS_ERROR_102"],
    )
    assert (other.status_code, codes(other.json())) == (
        400,
        ["UPDATE_ORDERSUBSTATUS_ERROR_016"],
    )


def test_a_sub_status_of_an_order_over_two_years_old_is_104_with_400(rms, sandbox):
    (number,) = sandbox.sell(1, progress=300)
    sandbox.edit(number, orderDatetime="2020-01-01T00:00:00+0900")

    response = mark(rms, number, subStatusId=3603)

    assert response.status_code == 400
    assert codes(response.json()) == ["UPDATE_ORDERSUBSTATUS_ERROR_104"]


def test_sub_statuses_exist_for_four_states_only(rms):
    answer = rms.ask("getSubStatusList", {})

    states = [group["orderProgress"] for group in answer["StatusModelList"]]
    assert codes(answer) == ["GET_SUBSTATUSLIST_INFO_101"]
    assert states == [100, 300, 400, 800]


def test_a_shop_that_made_none_gets_an_empty_list(rms, sandbox):
    sandbox.shop("demo", sub_statuses=[])

    answer = rms.ask("getSubStatusList", {})

    assert codes(answer) == ["GET_SUBSTATUSLIST_INFO_102"]
    assert answer["StatusModelList"] == []


def test_pay_later_after_shipping_with_half_a_row_takes_no_memo(rms, sandbox):
    (number,) = sandbox.sell(1, "half_row", progress=500)
    sandbox.edit_at(number, {"SettlementModel.settlementMethodCode": 21})

    response = memo(rms, number, memo="x")

    assert response.status_code == 200
    assert codes(response.json()) == ["UPDATE_ORDERMEMO_ERROR_108"]


def test_a_mark_may_be_put_off(rms, sandbox):
    (number,) = sandbox.sell(1, progress=300)
    sandbox.fault("UPDATE_ORDERMEMO_ERROR_107", about=number)
    sandbox.fault("UPDATE_ORDERSUBSTATUS_ERROR_103", about=number)

    first = memo(rms, number, memo="x")
    second = mark(rms, number, subStatusId=3603)

    assert first.status_code == second.status_code == 200
    assert codes(first.json()) == ["UPDATE_ORDERMEMO_ERROR_107"]
    assert codes(second.json()) == ["UPDATE_ORDERSUBSTATUS_ERROR_103"]
    assert (rms.order(number)["memo"], rms.order(number)["subStatusId"]) == (None, None)
