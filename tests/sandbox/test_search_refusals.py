"""What searchOrder refuses (docs/rms/order-api.md §2.1, §2.2)."""

from datetime import timedelta

import pytest

from tests.sandbox.caller import codes, wire


@pytest.mark.parametrize("field", ["dateType", "startDatetime", "endDatetime"])
def test_a_required_field_left_out_is_009_and_named_first(rms, field):
    body = rms.search_body()
    del body[field]

    response = rms.call("searchOrder", body)

    assert response.status_code == 400
    assert codes(response.json()) == ["SEARCH_ORDER_ERROR_009"]
    assert response.json()["MessageModelList"][0]["message"].startswith(field)


def test_every_fault_has_a_message_of_its_own(rms):
    assert codes(rms.ask("searchOrder", {})) == ["SEARCH_ORDER_ERROR_009"] * 3


def test_an_empty_required_value_is_010(rms):
    answer = rms.ask("searchOrder", rms.search_body(startDatetime=""))

    assert codes(answer) == ["SEARCH_ORDER_ERROR_010"]


def test_a_refused_search_has_null_for_its_lists(rms):
    answer = rms.ask("searchOrder", {})

    assert answer["orderNumberList"] is None
    assert answer["PaginationResponseModel"] is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02T03:04:05+09:00",
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05+0000",
        "2026-01-02T03:04:05",
        "2026-01-02T03:04:05.000+0900",
        "2026-01-02 03:04:05+0900",
        "2026/01/02T03:04:05+0900",
        "2026-01-02",
        "2026-02-30T00:00:00+0900",
        20260102,
    ],
)
def test_every_other_form_of_time_is_011(rms, text):
    answer = rms.ask("searchOrder", rms.search_body(endDatetime=text))

    assert codes(answer) == ["SEARCH_ORDER_ERROR_011"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"dateType": 7},
        {"dateType": "x"},
        {"dateType": True},
        {"orderProgressList": 100},
        {"orderTypeList": [2]},
        {"settlementMethod": 8},
        {"deliveryName": "宅" * 65},
        {"shippingDateBlankFlag": 2},
        {"searchKeywordType": 10},
        {"searchKeywordType": 2, "searchKeyword": "x" * 128},
        {"phoneNumberType": 1, "phoneNumber": "090-0000-0000"},
        {"phoneNumberType": 1, "phoneNumber": "0" * 37},
        {"ordererMailAddress": "a" * 257},
        {"reserveNumber": "1" * 383},
        {"subStatusIdList": [-1, 3600], "orderProgressList": [100]},
        {"PaginationRequestModel": 1},
        {"PaginationRequestModel": {"requestRecordsAmount": 0, "requestPage": 1}},
        {"PaginationRequestModel": {"requestRecordsAmount": 30, "requestPage": 0}},
    ],
    ids=str,
)
def test_a_value_outside_its_limits_is_011(rms, wrong):
    response = rms.call("searchOrder", rms.search_body(**wrong))

    assert response.status_code == 400
    assert codes(response.json()) == ["SEARCH_ORDER_ERROR_011"]


@pytest.mark.parametrize(
    "longest",
    [
        {"phoneNumberType": 1, "phoneNumber": "0" * 36},
        {"ordererMailAddress": "a" * 256},
        {"reserveNumber": "1" * 382},
        {"deliveryName": "宅" * 64},
    ],
    ids=["phone", "mail", "reserve", "delivery"],
)
def test_the_longest_value_is_taken(rms, longest):
    assert codes(rms.ask("searchOrder", rms.search_body(**longest))) == [
        "SEARCH_ORDER_INFO_102"
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"subStatusIdList": [-1]},
        {"searchKeywordType": 1},
        {"PaginationRequestModel": {"requestPage": 1}},
        {"PaginationRequestModel": {"requestRecordsAmount": 30}},
    ],
    ids=["-1-without-progress", "no-keyword", "no-amount", "no-page"],
)
def test_what_a_condition_needs_beside_it_is_009(rms, wrong):
    answer = rms.ask("searchOrder", rms.search_body(**wrong))

    assert codes(answer) == ["SEARCH_ORDER_ERROR_009"]


@pytest.mark.parametrize(
    ("seconds", "code"), [(0, "INFO_102"), (1, "ERROR_103")], ids=["fits", "too-long"]
)
def test_a_window_is_at_most_63_days(rms, seconds, code):
    start = rms.now() - timedelta(days=63)
    end = start + timedelta(days=63, seconds=seconds)
    body = rms.search_body(startDatetime=wire(start), endDatetime=wire(end))

    assert codes(rms.ask("searchOrder", body)) == [f"SEARCH_ORDER_{code}"]


@pytest.mark.parametrize(
    ("minutes", "code"), [(1, "INFO_102"), (-1, "ERROR_101")], ids=["fits", "too-old"]
)
def test_the_start_is_at_most_730_days_ago(rms, minutes, code):
    start = rms.now() - timedelta(days=730) + timedelta(minutes=minutes)
    end = start + timedelta(days=1)
    body = rms.search_body(startDatetime=wire(start), endDatetime=wire(end))

    assert codes(rms.ask("searchOrder", body)) == [f"SEARCH_ORDER_{code}"]


def test_a_window_that_ends_before_it_starts_is_refused(rms):
    body = rms.search_body(endDatetime=wire(rms.now() - timedelta(days=40)))

    assert codes(rms.ask("searchOrder", body)) == ["SEARCH_ORDER_ERROR_102"]


@pytest.mark.parametrize(
    ("wrong", "ending"),
    [
        ({"orderProgressList": [150]}, "100"),
        ({"searchKeywordType": 1, "searchKeyword": "①"}, "021"),
        ({"searchKeywordType": 4, "searchKeyword": "髙"}, "021"),
        ({"orderProgressList": [100, 300, 100]}, "023"),
        ({"orderTypeList": [1, 1]}, "023"),
        (
            {
                "PaginationRequestModel": {
                    "requestRecordsAmount": 1001,
                    "requestPage": 1,
                }
            },
            "032",
        ),
    ],
    ids=str,
)
def test_a_fault_with_a_code_of_its_own_has_that_one(rms, wrong, ending):
    response = rms.call("searchOrder", rms.search_body(**wrong))

    assert response.status_code == 400
    assert codes(response.json()) == [f"SEARCH_ORDER_ERROR_{ending}"]
