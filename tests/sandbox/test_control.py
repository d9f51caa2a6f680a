"""The control API: what it changes, and how it refuses."""

import pytest

from tests.sandbox.caller import codes


@pytest.mark.parametrize(
    ("method", "path", "body", "reason"),
    [
        ("POST", "sell", {"shape": "x"}, "shape must be one of"),
        ("POST", "sell", {"shop": "x"}, "shop must be one of"),
        ("POST", "sell", {"count": 0}, "count must be a number"),
        ("POST", "sell", {"progress": 1}, "progress must be one of"),
        ("POST", "clock", {}, "advance_s must be a number"),
        ("POST", "clock", {"set": "noon"}, "isoformat"),
        ("POST", "faults", {"fault": "x"}, "fault must be one of"),
        ("POST", "faults", {"fault": "429", "function": "x"}, "function must be"),
        ("POST", "faults", {"fault": "429", "times": 0}, "times must be"),
        ("POST", "orders/1-1-1", {}, "no such order"),
        ("POST", "cancel", {"orderNumber": "1-1-1"}, "no such order"),
        ("POST", "shops/x", {}, "no such shop"),
        ("POST", "shops/demo", {"colour": 1}, "unknown"),
        ("POST", "shops/demo", {"license_key": 1}, "license_key must be a text"),
        ("POST", "shops/demo", {"functions_off": ["x"]}, "functions_off must be"),
        ("POST", "shops/demo", {"maintenance": [{}]}, "isoformat"),
        ("POST", "settings", {"colour": 1}, "unknown setting"),
        ("POST", "settings", {"too_fast_status": 200}, "must be one of"),
        ("POST", "settings", {"rate_limit": 1}, "must be one of"),
        ("POST", "settings", {"async_delay_s": -1}, "must be a number of seconds"),
    ],
)  # fmt: skip
def test_a_call_that_cannot_be_served_says_why(sandbox, method, path, body, reason):
    with pytest.raises(ValueError, match=reason):
        sandbox.control(method, path, body)


def test_a_body_that_is_not_json_says_so(sandbox, http):
    answer = http.post(f"{sandbox.url}/_control/sell", content=b"{")

    assert answer.status_code == 400
    assert "error" in answer.json()


def test_sold_orders_belong_to_the_shop_that_sold_them(rms, other, sandbox):
    sold = sandbox.sell(2, shop="demo2")

    assert sorted(other.search()) == sorted(sold)
    assert rms.search() == []


def test_orders_are_spread_over_the_days_asked_for(rms, sandbox):
    sold = sandbox.sell(50, over_days=20)

    days = {rms.order(number)["orderDatetime"][:10] for number in sold[:20]}

    assert len(days) > 5


def test_an_edit_is_seen_by_search_and_get(rms, sandbox):
    (number,) = sandbox.sell(1, progress=100)

    sandbox.edit(number, orderProgress=500, memo="x")

    order = rms.order(number)
    assert rms.search(orderProgressList=[500]) == [number]
    assert order["memo"] == "x"
    assert order["shippingCmplRptDatetime"] is not None


def test_an_edit_of_an_unknown_field_is_refused(sandbox):
    (number,) = sandbox.sell()

    with pytest.raises(ValueError, match="no such field"):
        sandbox.edit(number, colour=1)


def test_a_buyers_cancel_is_in_the_history(rms, sandbox):
    (number,) = sandbox.sell(1, progress=300)

    sandbox.cancel(number)

    order = rms.order(number)
    assert order["orderProgress"] == 900
    assert order["ChangeReasonModelList"][-1]["changeReason"] == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("orderProgress", 950),
        ("orderProgress", "abc"),
        ("goodsPrice", "千円"),
        ("PackageModelList", None),
    ],
)
def test_a_spoiled_field_is_shown_and_the_truth_kept(rms, sandbox, field, value):
    (number,) = sandbox.sell()
    truth = sandbox.orders()[number]

    sandbox.spoil(number, field, value)

    assert rms.order(number)[field] == value
    assert sandbox.orders()[number] == truth


def test_a_spoiled_field_stays_so_when_the_order_changes(rms, sandbox):
    (number,) = sandbox.sell(1, progress=100)
    sandbox.spoil(number, "OrdererModel.city", 7)

    answer = rms.ask("confirmOrder", {"orderNumberList": [number]})

    order = rms.order(number)
    assert codes(answer) == ["CONFIRM_ORDER_INFO_101"]
    assert (order["orderProgress"], order["OrdererModel"]["city"]) == (200, 7)


def test_a_field_can_be_left_out(rms, sandbox):
    (number,) = sandbox.sell()

    sandbox.spoil(number, "PackageModelList.0.SenderModel", remove=True)

    assert "SenderModel" not in rms.order(number)["PackageModelList"][0]


def test_a_spoil_that_leads_nowhere_is_refused(sandbox):
    (number,) = sandbox.sell()

    with pytest.raises(ValueError, match="no such field"):
        sandbox.spoil(number, "PackageModelList.9.noshi", 1)


def test_a_held_clock_stands_still_until_it_is_moved(sandbox):
    sandbox.clock(set="2026-05-01T12:00:00", hold=True)

    assert sandbox.clock() == "2026-05-01T12:00:00+09:00"
    assert sandbox.clock(advance_s=60) == "2026-05-01T12:01:00+09:00"


def test_the_journal_tells_who_asked_what_and_how_it_ended(rms, sandbox):
    sold = sandbox.sell(2)

    rms.ask("getOrder", {"orderNumberList": sold, "version": 10})

    (entry,) = sandbox.journal()["requests"]
    told = {key: entry[key] for key in ("function", "shop", "status", "order_count")}
    assert told == {
        "function": "getOrder",
        "shop": "demo",
        "status": 200,
        "order_count": 2,
    }
    assert sandbox.journal()["counts"] == {"getOrder": 1}


def test_the_journal_can_be_emptied(rms, sandbox):
    rms.call("getSubStatusList", {})

    sandbox.empty_journal()

    assert sandbox.journal() == {"requests": [], "counts": {}, "too_fast": 0}


def test_a_lost_answer_has_no_status_in_the_journal(rms, sandbox):
    sandbox.fault("429")
    rms.call("getSubStatusList", {})

    (entry,) = sandbox.journal()["requests"]

    assert (entry["status"], entry["fault"]) == (429, "429")


def test_a_reset_forgets_everything(rms, sandbox):
    sandbox.sell(3)
    sandbox.fault("500", times=9)
    sandbox.settings(async_delay_s=99)
    sandbox.shop("demo", functions_off=["searchOrder"])
    sandbox.clock(advance_s=1e6)

    sandbox.reset()

    assert rms.search() == []
    assert sandbox.settings()["async_delay_s"] == 3
    assert sandbox.journal()["counts"] == {"searchOrder": 1}


def test_another_seed_has_other_keys(sandbox):
    before = sandbox.shops["demo"].license_key
    sandbox.reset(seed=8)

    after = sandbox.shops["demo"].license_key

    sandbox.reset()
    assert before != after
    assert sandbox.shops["demo"].license_key == before
