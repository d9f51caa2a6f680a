"""getOrder: every number asked for ends in exactly one of two lists."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.rms.errors import (
    Circumstances,
    CredentialsRefused,
    Refused,
    TooSlow,
    Unavailable,
)
from connectors.rms.fetch import Fetched
from connectors.rms.orders import OrdersApi
from tests.rms.judged import Answer, Judged, message, said
from tests.rms.order_json import order_json
from tests.support.effort import examples

START = datetime(2026, 11, 24, tzinfo=UTC)
READ = message("INFO", "ORDER_EXT_API_GET_ORDER_INFO_101")
NOT_THERE = "ORDER_EXT_API_GET_ORDER_INFO_102"
NINE = "ORDER_EXT_API_GET_ORDER_ERROR_009"
ELEVEN = "ORDER_EXT_API_GET_ORDER_ERROR_011"
SIXTEEN = "ORDER_EXT_API_GET_ORDER_ERROR_016"


def number(n: int) -> str:
    return f"123456-20261101-{n:010}"


def numbers(many: int) -> list[str]:
    return [number(n) for n in range(many)]


def found(asked: list[str]) -> list[dict[str, Any]]:
    return [order_json(orderNumber=n) for n in asked]


def api(answer) -> tuple[OrdersApi, Judged]:
    http = Judged(answer)
    ticks = count()
    clock = lambda: START + timedelta(seconds=next(ticks))  # noqa: E731
    return OrdersApi(http, "123456", clock), http


def good(body: dict[str, Any]) -> Answer:
    return 200, said(READ, OrderModelList=found(body["orderNumberList"]), version=10)


def names(fetched: Fetched) -> tuple[list[str], list[str]]:
    return (
        [o.order_number for o in fetched.orders],
        [r.order_number for r in fetched.refused],
    )


def test_orders_are_asked_for_by_the_hundred_once_each_at_version_10():
    orders, http = api(good)

    fetched = orders.get(numbers(250) + numbers(3))

    assert names(fetched) == (numbers(250), [])
    assert [len(sent["orderNumberList"]) for sent in http.sent] == [100, 100, 50]
    assert {sent["version"] for sent in http.sent} == {10}


def test_an_order_is_dated_when_it_was_asked_for():
    orders, _ = api(good)

    fetched = orders.get(numbers(101))

    assert fetched.orders[0].observed_at == START
    assert fetched.orders[100].observed_at == START + timedelta(seconds=1)


def test_nothing_asked_is_nothing_called():
    orders, http = api(good)

    assert orders.get([]) == Fetched()
    assert http.sent == []


def test_the_answers_order_does_not_matter():
    def backwards(body: dict[str, Any]) -> Answer:
        return 200, said(READ, OrderModelList=found(body["orderNumberList"])[::-1])

    assert names(api(backwards)[0].get(numbers(5)))[0] == numbers(5)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("WARNING", "ORDER_EXT_API_GET_ORDER_WARNING_001"),
        ("ERROR", "ORDER_EXT_API_GET_ORDER_ERROR_000"),
        ("ERROR", "ORDER_EXT_API_GET_ORDER_ERROR_101"),
    ],
)
def test_an_order_that_rms_had_trouble_with_is_read_once_more(kind, code):
    def once_short(body: dict[str, Any]) -> Answer:
        asked = body["orderNumberList"]
        if len(asked) == 1:
            return good(body)
        trouble = message(kind, code, orderNumber=asked[0])
        return 200, said(READ, trouble, OrderModelList=found(asked[1:]), version=10)

    orders, http = api(once_short)

    assert sorted(names(orders.get(numbers(5)))[0]) == numbers(5)
    assert [len(sent["orderNumberList"]) for sent in http.sent] == [5, 1]


def test_a_missing_order_is_named_with_rms_code_or_ours():
    def two_short(body: dict[str, Any]) -> Answer:
        lost = message("INFO", NOT_THERE, orderNumber=number(1))
        return 200, said(
            READ, lost, OrderModelList=found(body["orderNumberList"][3:]), version=10
        )

    fetched = api(two_short)[0].get(numbers(5))

    assert names(fetched) == (numbers(5)[3:], numbers(3))
    assert [r.code for r in fetched.refused] == [
        "NOT_RETURNED",
        NOT_THERE,
        "NOT_RETURNED",
    ]
    assert all("ください" in r.reason for r in fetched.refused)


def test_orders_not_asked_for_are_counted_and_left_out(caplog):
    def too_many(body: dict[str, Any]) -> Answer:
        extra = [*body["orderNumberList"], "999999-20261101-0000000001"]
        return 200, said(READ, OrderModelList=[*found(extra), None, 5])

    fetched = api(too_many)[0].get(numbers(2))

    assert names(fetched) == (numbers(2), [])
    assert fetched.unasked == 3
    assert "999999" not in caplog.text


def test_an_order_that_is_there_twice_and_not_alike_is_refused_alone():
    """Of a cancelled and a living one the last was stored, by chance."""

    def twice(body: dict[str, Any]) -> Answer:
        orders = found(body["orderNumberList"])
        other = [orders[0] | {"orderProgress": 900}, orders[1]]
        return 200, said(READ, OrderModelList=[*orders, *other])

    fetched = api(twice)[0].get(numbers(3))

    assert names(fetched) == (numbers(3)[1:], numbers(1))
    assert [r.code for r in fetched.refused] == ["UNREADABLE"]
    assert "対処: " in fetched.refused[0].reason
    assert fetched.unasked == 0


def test_all_lost_is_no_error_but_a_reason_each():
    def none(_: dict[str, Any]) -> Answer:
        return 200, said(message("INFO", NOT_THERE), OrderModelList=None)

    fetched = api(none)[0].get(numbers(3))

    assert [r.code for r in fetched.refused] == [NOT_THERE] * 3


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("bad", [0, 57, 99])
def test_one_bad_order_that_spoils_the_call_is_found_by_halving(status, bad):
    def spoilt(body: dict[str, Any]) -> Answer:
        if number(bad) in body["orderNumberList"]:
            return status, said(message("ERROR", NINE, "知らない"), OrderModelList=None)
        return good(body)

    orders, http = api(spoilt)
    fetched = orders.get(numbers(100))

    assert names(fetched) == (
        [n for n in numbers(100) if n != number(bad)],
        [number(bad)],
    )
    assert (fetched.refused[0].code, "知らない" in fetched.refused[0].reason) == (
        NINE,
        True,
    )
    assert len(http.sent) <= 15


BROKEN = "ORDER_EXT_API_GET_ORDER_ERROR_000"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, said(message("ERROR", BROKEN))),
        (200, said(message("ERROR", BROKEN), OrderModelList=None)),
        (500, "x"),
        (200, "x"),
    ],
    ids=["500", "200", "500-bare", "no-json"],
)
@pytest.mark.parametrize("bad", [0, 57])
def test_an_order_at_which_rms_breaks_keeps_no_other_out(status, body, bad):
    """All that RMS was asked for beside it were never stored, in every run anew."""

    def broken(asked: dict[str, Any]) -> Answer:
        is_bad = number(bad) in asked["orderNumberList"]
        return (status, body) if is_bad else good(asked)

    orders, http = api(broken)
    fetched = orders.get(numbers(100), isolates=True)

    assert sorted(names(fetched)[0]) == sorted({*numbers(100)} - {number(bad)})
    assert names(fetched)[1] == [number(bad)]
    assert fetched.refused[0].code == (BROKEN if body != "x" else "NOT_ANSWERED")
    assert "RMSのお知らせ" in fetched.refused[0].reason or body == "x"
    assert len(http.sent) <= 26


@pytest.mark.parametrize(
    ("isolates", "status", "calls"), [(False, 500, 1), (True, 500, 2), (True, 503, 1)]
)
def test_rms_that_breaks_at_every_call_is_given_up_at_once(isolates, status, calls):
    orders, http = api(lambda _: (status, said(message("ERROR", BROKEN))))

    with pytest.raises(Unavailable):
        orders.get(numbers(100), isolates=isolates)

    assert len(http.sent) == calls


def test_a_bad_order_that_rms_names_costs_one_more_call():
    def spoilt(body: dict[str, Any]) -> Answer:
        if number(7) in body["orderNumberList"]:
            return 400, said(message("ERROR", NINE, orderNumber=number(7)))
        return good(body)

    orders, http = api(spoilt)
    fetched = orders.get(numbers(100))

    assert names(fetched)[1] == [number(7)]
    assert len(fetched.orders) == 99
    assert len(http.sent) == 2


def test_a_fault_that_is_not_about_orders_is_raised_after_few_calls():
    orders, http = api(lambda _: (400, said(message("ERROR", NINE, "version"))))

    with pytest.raises(Refused):
        orders.get(numbers(100))

    assert len(http.sent) == 17, "the last one about an order that does not exist"


def too_slow() -> TooSlow:
    return TooSlow(Circumstances("getOrder", "遅い", "待つ"))


def test_rms_is_asked_for_fewer_orders_where_it_is_too_slow_for_many():
    def slow(body: dict[str, Any]) -> Answer:
        if len(body["orderNumberList"]) > 30:
            raise too_slow()
        return good(body)

    orders, http = api(slow)

    assert names(orders.get(numbers(120))) == (numbers(120), [])
    assert [len(sent["orderNumberList"]) for sent in http.sent] == [
        *(100, 50),
        *(25, 25, 25, 25, 20),
    ]


def test_rms_that_answers_nothing_is_soon_given_up():
    def silent(_: dict[str, Any]) -> Answer:
        raise too_slow()

    orders, http = api(silent)
    with pytest.raises(Unavailable):
        orders.get(numbers(120))

    assert [len(sent["orderNumberList"]) for sent in http.sent] == [100, 50, 25]


def test_many_orders_at_fault_keep_no_other_from_being_read():
    """As many as end the search, at the front, where those longest unseen stand."""

    def spoilt(body: dict[str, Any]) -> Answer:
        if any(one.startswith("TEST") for one in body["orderNumberList"]):
            return 400, said(message("ERROR", ELEVEN), OrderModelList=None)
        return good(body)

    odd = [f"TEST-{n}" for n in range(20)]
    fetched = api(spoilt)[0].get(odd + numbers(80))

    assert names(fetched) == (numbers(80), odd)


def test_numbers_of_another_shop_are_refused_without_a_call():
    """RMS refuses a whole call for one of them (docs/rms/order-api.md §3.1)."""

    def of_one_shop(body: dict[str, Any]) -> Answer:
        if any(not one.startswith("123456-") for one in body["orderNumberList"]):
            return 400, said(message("ERROR", SIXTEEN), OrderModelList=None)
        return good(body)

    foreign = [f"99999-20261101-{n:010}" for n in range(120)]
    orders, http = api(of_one_shop)
    fetched = orders.get(foreign + numbers(3))

    assert names(fetched) == (numbers(3), foreign)
    assert {one.code for one in fetched.refused} == {"OTHER_SHOP"}
    assert len(http.sent) == 1


@pytest.mark.parametrize(
    ("answer", "family"),
    [
        ((401, {"Results": {"errorCode": "ES01-01"}}), CredentialsRefused),
        ((404, "x"), Refused),
        ((503, "x"), Unavailable),
        ((200, said(READ)), Refused),
        ((200, {"OrderModelList": []}), Refused),
        ((200, said(READ, OrderModelList={})), Refused),
    ],
    ids=["key", "404", "503", "no-list", "no-messages", "odd-list"],
)
def test_a_fault_of_the_whole_call_stops_at_once(answer, family):
    orders, http = api(lambda _: answer)

    with pytest.raises(family):
        orders.get(numbers(100))

    assert len(http.sent) == 1


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON tree."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree)
    below = [
        place
        for key, value in inner
        for place in [(*path, key)]
        + (places(value, (*path, key)) if isinstance(value, dict | list) else [])
    ]
    return [*below, path] if path else below


def put(tree: Any, path: tuple[Any, ...], value: Any) -> None:
    for key in path[:-1]:
        tree = tree[key]
    tree[path[-1]] = value


def drop(tree: Any, path: tuple[Any, ...]) -> None:
    for key in path[:-1]:
        tree = tree[key]
    del tree[path[-1]]


PLACES = [place for place in places(order_json()) if place != ("orderNumber",)]
CANARY = "CANARY-名前-090"
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.just(CANARY),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.lists(st.just(CANARY), max_size=2),
    st.dictionaries(st.just(CANARY), st.just(CANARY), max_size=1),
)


@given(place=st.sampled_from(PLACES), value=ODD, is_dropped=st.booleans())
@example(place=("orderDatetime",), value="0001-01-01T00:00:00+0900", is_dropped=False)
@example(place=("shippingTerm",), value=CANARY, is_dropped=False)
@examples(150)
def test_a_mutated_order_costs_itself_at_most_and_tells_no_value(
    place, value, is_dropped
):
    def mutated(body: dict[str, Any]) -> Answer:
        entries = found(body["orderNumberList"])
        if is_dropped:
            drop(entries[1], place)
        else:
            put(entries[1], place, value)
        return 200, said(READ, OrderModelList=entries)

    fetched = api(mutated)[0].get(numbers(3))

    taken, refused = names(fetched)
    assert sorted(taken + refused) == numbers(3)
    assert set(refused) <= {number(1)}
    assert {r.code for r in fetched.refused} <= {"UNREADABLE"}
    assert CANARY not in "".join(r.reason for r in fetched.refused)


def test_an_order_with_one_id_twice_is_refused_with_a_reason():
    def doubled(body: dict[str, Any]) -> Answer:
        entries = found(body["orderNumberList"])
        entries[0]["PackageModelList"] *= 2
        return 200, said(READ, OrderModelList=entries)

    refused = api(doubled)[0].get(numbers(2)).refused

    assert [(r.order_number, r.code) for r in refused] == [(number(0), "UNREADABLE")]
    assert "IDの重複" in refused[0].reason


def test_an_unreadable_order_names_the_fields():
    def spoilt(body: dict[str, Any]) -> Answer:
        entries = found(body["orderNumberList"])
        entries[0]["PackageModelList"][0]["ItemModelList"][0]["units"] = "090-1234"
        return 200, said(READ, OrderModelList=entries)

    refused = api(spoilt)[0].get(numbers(2)).refused

    assert [r.code for r in refused] == ["UNREADABLE"]
    assert "PackageModelList.0.ItemModelList.0.units" in refused[0].reason
    assert "090-1234" not in refused[0].reason
